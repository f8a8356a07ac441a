"""
Universal approximation: more units, less error
===============================================

One hidden layer comes as close as you wish to any continuous function on a closed interval, if it has enough units and
an activation that is no polynomial. The theorem does not say how many units are enough. For one wiggly function, here
it is.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sinapsi import MLPRegressor
from sinapsi.plots.palette import CAPTION_INK, GRID_INK, PETROFF_COLORS

x = np.linspace(-1, 1, 200)
X = x[:, np.newaxis]
y = np.sin(4 * x) * np.exp(-(x**2)) + 0.4 * np.sin(11 * x + 1)


def best_fit(n_hidden, activation="tanh", n_init=30, random_state=0):
    """Give the best of many starts, so that what is seen is what the network can do, not what one start finds."""
    network = MLPRegressor(
        hidden_layer_sizes=(n_hidden,),
        activation=activation,
        solver="lm",
        alpha=0.0,
        max_iter=500,
        n_init=n_init,
        random_state=random_state,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits of the error do not matter here
        return network.fit(X, y)


# %%
# One, two, four, eight
# ---------------------
# Each hidden unit brings one bend. With eight of them the eye sees no difference any more.

figure, axes = plt.subplots(2, 2, figsize=(8.6, 5.6), sharex=True, sharey=True, layout="constrained")
for n_hidden, ax in zip((1, 2, 4, 8), axes.flat, strict=True):
    output = best_fit(n_hidden).predict(X)
    ax.plot(x, y, color=CAPTION_INK, linewidth=5, alpha=0.3, label="function")
    ax.plot(x, output, color=PETROFF_COLORS[1], linewidth=2, label="network")
    units = "unit" if n_hidden == 1 else "units"
    ax.set_title(f"{n_hidden} hidden {units}", loc="left", fontweight="bold", fontsize=11)
    ax.text(0.98, 0.03, f"largest error {np.abs(output - y).max():.2g}", transform=ax.transAxes, ha="right")
    ax.grid(color=GRID_INK)
    ax.spines[["top", "right"]].set_visible(False)
for ax in axes[1]:
    ax.set_xlabel("input")
axes[0, 0].legend(fontsize="small", framealpha=0.9, edgecolor="none", loc="upper left")

# %%
# The error, unit by unit
# -----------------------
# Learning makes the mean squared error small; the theorem speaks of the largest error anywhere on the interval. Both
# fall. And the theorem asks for an activation that is no polynomial: the identity is one, of degree 1, and a network of
# such units remains a straight line, however many there are.

SIZES = (1, 2, 3, 4, 5, 6, 8, 10, 12)


def errors_of(network):
    """Give the root of the mean squared error, and the largest."""
    errors = network.predict(X) - y
    return np.sqrt(np.mean(errors**2)), np.abs(errors).max()


curved = np.array([errors_of(best_fit(n_hidden)) for n_hidden in SIZES])
straight = np.array([errors_of(best_fit(n_hidden, "identity", n_init=1)) for n_hidden in SIZES])
figure, ax = plt.subplots(figsize=(6.8, 4.2), layout="constrained")
ax.loglog(SIZES, straight[:, 0], "s--", color=PETROFF_COLORS[1], linewidth=2, label="identity, root mean square")
ax.loglog(SIZES, curved[:, 1], "^:", color=PETROFF_COLORS[0], linewidth=2, label="tanh, largest")
ax.loglog(SIZES, curved[:, 0], "o-", color=PETROFF_COLORS[0], linewidth=2, label="tanh, root mean square")
ax.set_xticks(SIZES, [str(size) for size in SIZES])
ax.minorticks_off()
ax.set(xlabel="hidden units", ylabel="error")
ax.set_title("Error and hidden units", loc="left", fontweight="bold")
ax.grid(color=GRID_INK)
ax.spines[["top", "right"]].set_visible(False)
ax.legend(fontsize="small", framealpha=0.9, edgecolor="none", loc="lower left")

# %%
# That good weights exist is one thing, to find them another. From a single start a network may stay far above what it
# could do, which is why each point above is the best of thirty. Five units, from five starts one by one:

alone = [errors_of(best_fit(5, n_init=1, random_state=start))[0] for start in range(5)]
print("root mean squared error:", *(f"{error:.4f}" for error in alone))
print(f"the best of thirty:      {curved[SIZES.index(5), 0]:.4f}")
plt.show()
