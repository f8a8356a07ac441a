"""
The spread: too narrow learns the noise
=======================================

A radial unit with a small spread answers near its center only, one with a large spread answers far away too. Which is
right? With narrow units a network can follow every example, noise and all; with wide ones it is stiff. Here the error
on fresh examples is measured for sixty widths, and the network is asked for its own choice.
"""

import matplotlib.pyplot as plt
import numpy as np

from sinapsi import RBFRegressor
from sinapsi.plots import ResponseSurfaceDisplay
from sinapsi.plots.palette import CAPTION_INK, GRID_INK, PETROFF_COLORS

# %%
# A noisy sine, sixty examples, thirty units
# ------------------------------------------
# Every other example is a center, and there is no penalty on the weights to speak of: the width alone decides how
# smooth the network is.

rng = np.random.default_rng(3)
NOISE = 0.3
x = np.sort(rng.uniform(0, 10, 60))
X = x[:, np.newaxis]
y = np.sin(x) + NOISE * rng.standard_normal(60)
x_test = rng.uniform(x[0], x[-1], 5000)
X_test, y_test = x_test[:, np.newaxis], np.sin(x_test) + NOISE * rng.standard_normal(5000)


def learn(width):
    """Fit with one width for all units, or with a rule."""
    return RBFRegressor(centers=X[::2], width=width, alpha=1e-6).fit(X, y)


def error_of(network, X, y):
    """Give the root of the mean squared error."""
    return np.sqrt(np.mean((network.predict(X) - y) ** 2))


# %%
# The error over the width
# ------------------------
# ``width="loo"`` looks at no test example. It leaves out each of the sixty in turn, which in closed form costs hardly
# more than one fit, and takes the width with which those left out are predicted best.

widths = np.geomspace(0.03, 20, 60)
networks = [learn(width) for width in widths]
training = np.array([error_of(network, X, y) for network in networks])
test = np.array([error_of(network, X_test, y_test) for network in networks])
chosen = learn("loo")
own_width = chosen.widths_[0]

figure, ax = plt.subplots(figsize=(7, 4.4), layout="constrained")
ax.loglog(widths, test, color=PETROFF_COLORS[1], linewidth=2.2, label="fresh examples")
ax.loglog(widths, training, color=PETROFF_COLORS[0], linewidth=2.2, linestyle="--", label="training examples")
ax.axhline(NOISE, color=CAPTION_INK, linewidth=1, linestyle=":", label="the noise alone")
ax.axvline(own_width, color=CAPTION_INK, linewidth=0.8, linestyle=(0, (2, 3)))
ax.plot(
    own_width,
    error_of(chosen, X_test, y_test),
    "o",
    markersize=9,
    markerfacecolor="white",
    markeredgecolor=PETROFF_COLORS[1],
    markeredgewidth=2,
    label=f'width="loo": {own_width:.2f}',
)
ax.set(xlabel="width σ", ylabel="root mean squared error", ylim=(0.1, 1.3))
ax.set_yticks([0.1, 0.2, 0.3, 0.5, 1.0], ["0.1", "0.2", "0.3", "0.5", "1"])
ax.set_xticks([0.03, 0.1, 0.3, 1, 3, 10], ["0.03", "0.1", "0.3", "1", "3", "10"])
ax.minorticks_off()
ax.set_title("Narrow units learn the noise", loc="left", fontweight="bold")
ax.grid(color=GRID_INK)
ax.spines[["top", "right"]].set_visible(False)
ax.legend(fontsize="small", framealpha=0.9, edgecolor="none")

best = widths[test.argmin()]
print(f"best of sixty widths on fresh examples: {best:.2f}, error {test.min():.3f}")
print(f'width="loo":                            {own_width:.2f}, error {error_of(chosen, X_test, y_test):.3f}')

# %%
# Three of them
# -------------
# Thin lines are the weighted units that sum to the curve, dots the sine without noise. Narrow units stand side by side,
# each with an example or two of its own. The right ones overlap, and none can follow a single example. The widest are
# nearly parallel to each other: to bend at all, the network must let large weights cancel, and of that even a tiny
# penalty leaves little.

THREE = {"Too narrow": 0.1, 'As "loo" has it': own_width, "Too wide": 15.0}
figure, axes = plt.subplots(1, 3, figsize=(14, 4.6), layout="constrained", sharey=True)
for (name, width), ax in zip(THREE.items(), axes, strict=True):
    network = learn(width)
    error = error_of(network, X_test, y_test)
    title = f"{name}: σ = {width:.2g}, error {error:.2f}"
    ResponseSurfaceDisplay.from_estimator(network, X, y, name=title, legend=ax is axes[0], grid_resolution=800, ax=ax)
    ax.plot(x_test[x_test.argsort()], np.sin(np.sort(x_test)), color=PETROFF_COLORS[2], linewidth=1.3, linestyle=":")
    ax.set(ylim=(-2.3, 2.3), xlim=(-0.3, 10.3), xlabel="input", ylabel="")
axes[0].set_ylabel("output")
plt.show()
