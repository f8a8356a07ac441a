"""
Networks that remember: GRNN and PNN
====================================

The general regression network (GRNN) and the probabilistic network (PNN) store every example as a unit and ask at once
what lies around a new point: the first for the mean of the targets there, the second for the classes. There is nothing
to train but a width, and for that leaving each example out is enough.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons

from sinapsi import GRNNRegressor, PNNClassifier, RBFRegressor
from sinapsi.plots import DecisionBoundaryDisplay, ResponseSurfaceDisplay
from sinapsi.plots.palette import CAPTION_INK, GRID_INK, INK, NEGATIVE, POSITIVE

# %%
# A mean, and how far the targets scatter around it
# -------------------------------------------------
# The noise grows from left to right. With ``return_std=True`` the network tells the standard deviation of the targets,
# with the weights that they have in the mean, and so it follows the noise; where the function is steep it also counts
# how much the function changes within a bell. Beyond the last example the answer is that of the last one, where a
# network with a linear output layer may run anywhere.

rng = np.random.default_rng(0)
x = np.sort(rng.uniform(0, 8, 150))
X = x[:, np.newaxis]
y = np.sin(x) + (0.05 + 0.06 * x) * rng.standard_normal(150)
grnn = GRNNRegressor().fit(X, y)
rbf = RBFRegressor(n_centers=20, random_state=0).fit(X, y)

figure, (left, right) = plt.subplots(1, 2, figsize=(12.5, 4.6), layout="constrained", sharey=True)
title = f"Mean and scatter, width {grnn.width_:.2f}"
ResponseSurfaceDisplay.from_estimator(grnn, X, y, show_std=True, name=title, ax=left)
left.plot(x, np.sin(x), color=CAPTION_INK, linewidth=1.2, linestyle="--", label="sine without noise")
left.set(xlabel="input", ylim=(-2.6, 2.6))
left.legend(fontsize="small", framealpha=0.9, edgecolor="none", loc="lower left")
far = np.linspace(-8, 16, 600)
right.axvspan(x[0], x[-1], color=GRID_INK, alpha=0.6, linewidth=0, label="where the examples are")
right.plot(far, grnn.predict(far[:, np.newaxis]), color=INK, linewidth=2.2, label="GRNN")
right.plot(far, rbf.predict(far[:, np.newaxis]), color=POSITIVE, linewidth=2.2, linestyle="--", label="RBF network")
right.set(xlabel="input", xlim=(-8, 16))
right.set_title("Far from the examples", loc="left", fontweight="bold")
right.grid(color=GRID_INK)
right.spines[["top", "right"]].set_visible(False)
right.legend(fontsize="small", framealpha=0.9, edgecolor="none", loc="upper left")

print("input  noise  scatter by the network")
for place in (1.0, 4.0, 7.0):
    _, std = grnn.predict([[place]], return_std=True)
    print(f"{place:5} {0.05 + 0.06 * place:6.2f} {std[0]:13.2f}")

# %%
# Probabilities over a plane
# --------------------------
# For each class the PNN sums the bells of its examples, which estimates how dense the class is at a point; the share of
# one class in all is its probability. With narrow bells the network is sure everywhere, with wide ones nowhere.

X, y = make_moons(150, noise=0.25, random_state=0)
X_test, y_test = make_moons(5000, noise=0.25, random_state=1)
chosen = PNNClassifier().fit(X, y)
figure, axes = plt.subplots(1, 3, figsize=(13.5, 4.4), layout="constrained", sharey=True)
for width, ax in zip((0.05, chosen.width_, 1.5), axes, strict=True):
    network = PNNClassifier(width=width).fit(X, y)
    name = f"width {width:.2f}" + (', by "loo"' if width == chosen.width_ else "")
    DecisionBoundaryDisplay.from_estimator(
        network, X, y, response_method="predict_proba", name=name, ax=ax, legend=ax is axes[0]
    )
    own = network.predict_proba(X_test)[np.arange(len(y_test)), y_test]
    loss = -np.mean(np.log(np.maximum(own, 1e-300)))
    print(f"{name:20} right {network.score(X_test, y_test):.1%}, logarithmic loss on fresh examples {loss:.3f}")

# %%
# Are the probabilities right?
# ----------------------------
# Fresh examples are sorted by the probability that the network gave to class 1, and counted: of those with about 70 %,
# seven in ten should be of class 1. On the diagonal they are. Narrow bells are much too sure of themselves; those of
# the chosen width are a little too modest, for a bell smears an example over its surroundings.

figure, ax = plt.subplots(figsize=(5.2, 4.6), layout="constrained")
ax.plot([0, 1], [0, 1], color=CAPTION_INK, linewidth=1, linestyle=":", label="as it should be")
for width, color, marker in ((0.05, NEGATIVE, "s"), (chosen.width_, POSITIVE, "o")):
    probability = PNNClassifier(width=width).fit(X, y).predict_proba(X_test)[:, 1]
    group = np.minimum((10 * probability).astype(int), 9)
    counted = [(probability[group == each].mean(), y_test[group == each].mean()) for each in np.unique(group)]
    ax.plot(*np.transpose(counted), marker=marker, color=color, linewidth=2, label=f"width {width:.2f}")
ax.set(xlabel="probability of class 1, by the network", ylabel="share of class 1", xlim=(0, 1), ylim=(0, 1))
ax.set_title("Probabilities and shares", loc="left", fontweight="bold")
ax.grid(color=GRID_INK)
ax.spines[["top", "right"]].set_visible(False)
ax.legend(fontsize="small", framealpha=0.9, edgecolor="none", loc="upper left")
plt.show()
