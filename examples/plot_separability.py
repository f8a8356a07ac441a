"""
When no line exists: the proof, and what to do
==============================================

A perceptron that has not come to rest after many epochs proves nothing: one more might do. `linear_separability` gives
an answer that can be checked, a line or a reason why there is none. And where there is none, the averaged, the voted
and the pocket perceptron still answer sensibly.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from scipy.spatial import ConvexHull
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from sinapsi import Perceptron, linear_separability
from sinapsi.plots import DecisionBoundaryDisplay
from sinapsi.plots.palette import CAPTION_INK, GRID_INK, INK, MARKERS, PETROFF_COLORS

flowers = load_iris()
names = flowers.target_names[flowers.target]
petals = flowers.data[:, 2:]

# %%
# A line, or a point in both hulls
# --------------------------------
# The convex hull of a class holds all weighted means of its members. If a line has one class on each side, it has their
# hulls on each side too. So one point that lies in both hulls excludes every line.


def show_answer(first, second, ax):
    """Draw two species, their hulls, and the line or the point that was found."""
    chosen = (names == first) | (names == second)
    X, y = petals[chosen], names[chosen]
    answer = linear_separability(X, y)
    print(answer)
    for name, color, marker in zip((first, second), PETROFF_COLORS, MARKERS, strict=False):
        members = X[y == name]
        corners = members[ConvexHull(members).vertices]
        ax.fill(*corners.T, color=color, alpha=0.15, linewidth=0)
        ax.scatter(*members.T, color=color, marker=marker, s=28, edgecolor="white", linewidth=0.5, label=name)
    if answer.separable:
        ends = np.array([0.0, 2.2])  # petal widths
        along = -(answer.coef[1] * ends + answer.intercept) / answer.coef[0]
        ax.plot(along, ends, color=INK, linewidth=2, label="a line between them")
        ax.set_title("Separable", loc="left", fontweight="bold")
    else:
        certificate = answer.certificate
        helping = certificate.weights > 0
        for example in X[helping]:
            ax.plot(*np.transpose([example, certificate.point]), color=INK, linewidth=1)
        ax.scatter(*X[helping].T, s=110, facecolor="none", edgecolor=INK, label="examples it is a mean of")
        ax.scatter(*certificate.point, marker="*", s=230, color=PETROFF_COLORS[3], edgecolor=INK, zorder=5)
        ax.scatter([], [], marker="*", s=120, color=PETROFF_COLORS[3], edgecolor=INK, label="point of both hulls")
        ax.set_title("Not separable", loc="left", fontweight="bold")
        print(f"the means of the two classes differ by {certificate.gap(X, y):.0e} of the size of a column")
    ax.set(xlabel="petal length (cm)", ylabel="petal width (cm)")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(fontsize="small", framealpha=0.9, edgecolor="none", loc="upper left")


figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.4), layout="constrained")
show_answer("setosa", "versicolor", left)
show_answer("versicolor", "virginica", right)

# %%
# Four ways to answer
# -------------------
# All variants make the same corrections. They differ in the weights that answer: the last ones (``standard``), the mean
# of all (``averaged``), those with the fewest errors (``pocket``), or all of them by vote (``voted``). Two clouds that
# overlap; the best line possible is wrong in 16.5 % of cases.

rng = np.random.default_rng(2)
n_half = 150
X = np.vstack([rng.normal([-0.9, 0.6], 1.11, (n_half, 2)), rng.normal([0.9, -0.6], 1.11, (n_half, 2))])
y = np.repeat(["blue", "orange"], n_half)
VARIANTS = ("standard", "averaged", "pocket", "voted")


def learn(variant, X, y, random_state):
    """Fit for thirty epochs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # no line exists
        return Perceptron(variant=variant, max_iter=30, random_state=random_state).fit(X, y)


figure, axes = plt.subplots(2, 2, figsize=(8.8, 7), sharex=True, sharey=True, layout="constrained")
for variant, ax in zip(VARIANTS, axes.flat, strict=True):
    DecisionBoundaryDisplay.from_estimator(learn(variant, X, y, 4), X, y, name=variant.capitalize(), ax=ax)
    ax.label_outer()

# %%
# Thirty perceptrons of each kind, each from another order of other examples, judged on 20,000 more:

X_test = np.vstack([rng.normal([-0.9, 0.6], 1.11, (10_000, 2)), rng.normal([0.9, -0.6], 1.11, (10_000, 2))])
y_test = np.repeat(["blue", "orange"], 10_000)
lowest = np.mean((X_test @ [1.8, -1.2] > 0) != (y_test == "orange"))  # perpendicular to the way from mean to mean

figure, ax = plt.subplots(figsize=(6.8, 3.6), layout="constrained")
for row, (variant, color) in enumerate(zip(VARIANTS, PETROFF_COLORS, strict=False)):
    errors = []
    for random_state in range(30):
        part, _, classes, _ = train_test_split(X, y, train_size=200, stratify=y, random_state=random_state)
        errors.append(1 - learn(variant, part, classes, random_state).score(X_test, y_test))
    ax.scatter(errors, row + rng.uniform(-0.16, 0.16, 30), color=color, alpha=0.55, s=26, linewidth=0)
    ax.plot([np.median(errors)] * 2, [row - 0.3, row + 0.3], color=INK, linewidth=2)
    print(f"{variant:9} median {np.median(errors):.1%}, worst {max(errors):.1%}")
ax.axvline(lowest, color=CAPTION_INK, linestyle=":", linewidth=1.2)
ax.text(lowest, -0.75, " the best line", color=CAPTION_INK, fontsize="small", va="center")
ax.set_yticks(range(len(VARIANTS)), VARIANTS)
ax.set(xlabel="test error", ylim=(3.6, -1))
ax.xaxis.set_major_formatter("{x:.0%}")
ax.set_title("Where the last line stands is chance", loc="left", fontweight="bold")
ax.grid(axis="x", color=GRID_INK)
ax.set_axisbelow(True)
ax.spines[["top", "right"]].set_visible(False)
print(f"best line {lowest:.1%}")
plt.show()
