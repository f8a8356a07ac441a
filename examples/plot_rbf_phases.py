"""
Radial basis functions: one phase after the other
=================================================

A radial basis function network learns in phases that hardly know of each other: first where its units stand, then how
wide they are, last what each of them adds to the output. Only the last phase needs the targets, and it is a linear
problem. This program looks at each of them.
"""

import matplotlib.pyplot as plt
import numpy as np

from sinapsi import RBFRegressor
from sinapsi.plots import CentersDisplay, ResponseSurfaceDisplay
from sinapsi.plots.palette import FRAME_INK, PETROFF_COLORS

# %%
# Examples lie thick in some places and thin in others, and the function is flat almost everywhere: it has a hill where
# there are many examples, a pit where there are few.

rng = np.random.default_rng(1)
clouds = ((-1.6, -1.2, 0.35, 160), (1.3, 1.2, 0.5, 100), (0.2, -0.2, 1.3, 140))
X = np.vstack([rng.normal((left, up), spread, (n, 2)) for left, up, spread, n in clouds])


def hill_and_pit(X):
    """Give the function without noise."""
    hill = np.exp(-((X - (-1.5, -1.0)) ** 2).sum(axis=1) / 0.5)
    pit = np.exp(-((X - (1.2, -1.4)) ** 2).sum(axis=1) / 0.8)
    return hill - pit


y = hill_and_pit(X) + 0.05 * rng.standard_normal(len(X))
X_test = rng.uniform(-2.5, 2.5, (4000, 2))
y_test = hill_and_pit(X_test)

# %%
# First phase: where the units stand
# ----------------------------------
# Four rules place sixteen centers. ``random`` takes examples as they come. In ``competitive`` learning the center
# nearest to an example moves a little towards it, example by example, and ``kmeans`` does the same with all examples at
# once; both put many centers where there are many examples. Orthogonal least squares (``ols``) is the only one that
# looks at the targets: of all examples it takes the one whose unit explains most of what is still unexplained.

RULES = ("random", "competitive", "kmeans", "ols")
networks = {rule: RBFRegressor(n_centers=16, centers=rule, width=0.8, random_state=0).fit(X, y) for rule in RULES}

figure, axes = plt.subplots(2, 2, figsize=(9, 9.4), layout="compressed")
for (rule, network), ax in zip(networks.items(), axes.flat, strict=True):
    CentersDisplay.from_estimator(network, X, y, name=f'centers="{rule}"', legend=False, ax=ax)
    ax.set(xlim=(-4.8, 4.2), ylim=(-4.6, 4.4), xlabel="first input", ylabel="second input")

# %%
# Blue raises the output, orange lowers it; a clearer circle has a larger weight. On fresh points of the square, where
# examples are thick and where they are thin alike:

print("centers      units  root mean squared error")
for rule, network in networks.items():
    error = np.sqrt(np.mean((network.predict(X_test) - y_test) ** 2))
    print(f"{rule:12}{len(network.centers_):6}{error:25.3f}")

# %%
# Chance matters to three of the rules, so here are twenty draws of each:

figure, ax = plt.subplots(figsize=(6.8, 3.2), layout="constrained")
for row, (rule, color) in enumerate(zip(RULES, PETROFF_COLORS, strict=False)):
    errors = []
    for random_state in range(20):
        network = RBFRegressor(n_centers=16, centers=rule, width=0.8, random_state=random_state).fit(X, y)
        errors.append(np.sqrt(np.mean((network.predict(X_test) - y_test) ** 2)))
    ax.scatter(errors, row + rng.uniform(-0.15, 0.15, 20), color=color, alpha=0.6, s=28, linewidth=0)
    print(f"{rule:12} median {np.median(errors):.3f}, worst {max(errors):.3f}")
ax.set_yticks(range(len(RULES)), RULES)
ax.set(xlabel="root mean squared error on fresh points", ylim=(3.6, -0.6), xlim=(0, None))
ax.set_title("Twenty draws of each rule", loc="left", fontweight="bold")
ax.grid(axis="x", color=FRAME_INK, linewidth=0.6)
ax.set_axisbelow(True)
ax.spines[["top", "right"]].set_visible(False)

# %%
# Second phase: how wide the units are
# ------------------------------------
# From the centers alone: ``dmax`` gives all units one width, the largest distance between two centers over the square
# root of their number; ``nearest`` gives each unit its own, from the distance to its two nearest neighbors. ``loo``
# asks the targets too: the one width with which examples that are left out are predicted best.

figure, axes = plt.subplots(1, 3, figsize=(13.5, 5.1), layout="compressed")
widths = {}
for width, ax in zip(("dmax", "nearest", "loo"), axes, strict=True):
    widths[width] = RBFRegressor(n_centers=16, width=width, random_state=0).fit(X, y)
    CentersDisplay.from_estimator(widths[width], X, y, name=f'width="{width}"', legend=False, ax=ax)
    ax.set(xlim=(-4.8, 4.2), ylim=(-4.6, 4.4), xlabel="first input", ylabel="second input")
for width, network in widths.items():
    error = np.sqrt(np.mean((network.predict(X_test) - y_test) ** 2))
    print(f"{width:8} error {error:.3f}, widths from {network.widths_.min():.2f} to {network.widths_.max():.2f}")

# %%
# Third phase: the output weights, and a fourth for all together
# --------------------------------------------------------------
# With centers and widths fixed the best output weights are the solution of a linear system. If you wish, all that was
# found can then go down the gradient of the error together (``fine_tuning``), until it comes to a point from which it
# cannot go lower. That is the nearest such point, not the best: well chosen examples, above, do better.

before = widths["nearest"]
after = RBFRegressor(n_centers=16, width="nearest", fine_tuning=200, random_state=0).fit(X, y)
figure, axes = plt.subplots(1, 2, figsize=(11.5, 4.6), layout="constrained")
for network, name, ax in zip((before, after), ("Three phases", "Fine-tuned"), axes, strict=True):
    ResponseSurfaceDisplay.from_estimator(network, X, y, name=name, ax=ax)
    ax.plot(*network.centers_.T, "+", color=PETROFF_COLORS[1], markersize=10, markeredgewidth=2.2)
    ax.set(xlabel="first input", ylabel="second input")
    error = np.sqrt(np.mean((network.predict(X_test) - y_test) ** 2))
    print(f"{name:13} error {error:.3f}")
moves = np.linalg.norm(after.centers_ - before.centers_, axis=1)
print(f"centers moved by up to {moves.max():.2f}; {after.stop_reason_}")
plt.show()
