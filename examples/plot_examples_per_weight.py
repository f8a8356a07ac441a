"""
How many examples for a weight?
===============================

An old rule of thumb asks for four to ten examples for each weight. Here it is put to the test: one network, one task,
and more and more examples.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sinapsi import MLPRegressor
from sinapsi.plots.palette import CAPTION_INK, GRID_INK, PANEL, PETROFF_COLORS

# %%
# A network of 61 weights
# -----------------------
# Four inputs, ten hidden units, one output: 4 x 10 + 10 weights and 11 biases. The answers of the examples carry normal
# noise of standard deviation 0.2; those of the test set carry none, so that the test error is the network's own.

N_WEIGHTS = 61
NOISE = 0.2
SHARES = (0.5, 1, 2, 4, 7, 10, 20)
SEEDS = range(5)


def examples(n_samples, noise, rng):
    """Generate examples of a smooth function of four inputs, the last of which matters little."""
    X = rng.uniform(-1, 1, size=(n_samples, 4))
    y = np.sin(2 * X[:, 0] + X[:, 1]) + X[:, 1] * X[:, 2] - 0.5 * X[:, 3]
    return X, y + noise * rng.standard_normal(n_samples)


def errors(solver, share, seed):
    """Give the root mean squared errors on the examples learned from and on 2,000 others."""
    rng = np.random.default_rng(seed)
    X, y = examples(int(share * N_WEIGHTS), NOISE, rng)
    X_test, y_test = examples(2000, 0.0, rng)
    network = MLPRegressor(
        hidden_layer_sizes=(10,), activation="tanh", solver=solver, alpha=0.0, max_iter=100, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a hundred steps have to do
        network.fit(X, y)
    return [np.sqrt(np.mean((network.predict(A) - b) ** 2)) for A, b in ((X, y), (X_test, y_test))]


# %%
# What happens
# ------------
# Levenberg-Marquardt takes the loss as low as it goes, so nothing holds the weights back. The points are single runs,
# the lines go through their medians.

measured = np.array([[errors("lm", share, seed) for seed in SEEDS] for share in SHARES])  # (shares, seeds, 2)
held_back = np.array([[errors("bayesian", share, seed) for seed in SEEDS] for share in SHARES])

figure, ax = plt.subplots(figsize=(7.4, 4.6), layout="constrained")
ax.axvspan(4, 10, color=PANEL, zorder=0)
ax.text(6.3, 1.25, "the rule", ha="center", va="bottom", color=CAPTION_INK)
ax.axhline(NOISE, color=CAPTION_INK, linewidth=1, linestyle=":")
ax.text(21.5, NOISE * 1.03, "noise", ha="right", va="bottom", color=CAPTION_INK, fontsize="small")
curves = {
    "training, nothing held back": (measured[..., 0], "^-."),
    "test, nothing held back": (measured[..., 1], "o-"),
    "test, solver='bayesian'": (held_back[..., 1], "s--"),
}
for (label, (values, style)), color in zip(curves.items(), PETROFF_COLORS[2::-1], strict=True):
    ax.plot(SHARES, values, style[0], color=color, markersize=3.5, alpha=0.4, markeredgewidth=0)
    ax.plot(SHARES, np.median(values, axis=1), style, color=color, linewidth=2, label=label)
ax.set(
    xscale="log", yscale="log", ylim=(0.03, 1.2), xlabel="examples for each weight", ylabel="root mean squared error"
)
ax.set_xticks(SHARES, [f"{share:g}" for share in SHARES])
ax.minorticks_off()
ax.set_yticks([0.05, 0.1, 0.2, 0.5, 1], ["0.05", "0.1", "0.2", "0.5", "1"])
ax.grid(color=GRID_INK)
ax.set_axisbelow(True)
ax.spines[["top", "right"]].set_visible(False)
ax.legend(fontsize="small", framealpha=0.9, edgecolor="none", loc="lower left")
ax.set_title("Errors and examples", loc="left", fontweight="bold", pad=18)

print("examples for each weight  training    test   test, bayesian")
for share, without, bayesian in zip(SHARES, np.median(measured, axis=1), np.median(held_back, axis=1), strict=True):
    print(f"{share:24g}{without[0]:10.3f}{without[1]:8.3f}{bayesian[1]:17.3f}")

# %%
# With half an example for each weight, and with one, the network meets every example, noise and all, and is at its
# worst on others. From two on it has to choose, and the noise begins to cancel: the training error rises towards the
# noise and the test error falls. At four it has come down to the size of the noise, at ten to less than half of it.
# There is no step at four or at ten; the rule says where a network that nothing holds back gets better than the
# examples it was given.
#
# A network that is held back needs fewer. ``solver="bayesian"`` lets the data choose how strongly the weights are
# pulled to 0, and from one example for each weight on its test error is the lower one.
#
# What a diagnosis says
# ---------------------
# ``diagnose`` counts examples and weights, among other things. Here with one example for each weight:

rng = np.random.default_rng(0)
X, y = examples(N_WEIGHTS, NOISE, rng)
X_val, y_val = examples(200, NOISE, rng)
network = MLPRegressor(hidden_layer_sizes=(10,), activation="tanh", solver="lm", alpha=0.0, random_state=0)
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ConvergenceWarning)
    network.fit(X, y)
print(network.diagnose(X, y, X_val=X_val, y_val=y_val))
plt.show()
