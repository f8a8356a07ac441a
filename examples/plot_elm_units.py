"""
Extreme learning: how many random units?
========================================

The hidden units of an extreme learning machine are drawn at random and never learn. Only two things are left to decide,
how many there are and which draw to keep, and both can be decided without a validation set: the error of every example
when it is left out comes in closed form, for every number of units, from one decomposition.
"""

import time

import matplotlib.pyplot as plt
import numpy as np

from sinapsi import ELMRegressor
from sinapsi.plots import ResponseSurfaceDisplay, UnitErrorsDisplay
from sinapsi.plots.palette import CAPTION_INK, GRID_INK, INK, PETROFF_COLORS

# %%
# Every number at once
# --------------------
# Sixty noisy examples of a curve. Without a penalty on the weights a network learns the noise as soon as there are
# units enough for it, and the error of examples left out says when.

rng = np.random.default_rng(0)
x = np.sort(rng.uniform(-2, 2, 60))
X, y = x[:, np.newaxis], np.sinc(x) + 0.1 * rng.standard_normal(60)
settings = {"n_hidden": 25, "weight_scale": 3.0, "alpha": 1e-8}
network = ELMRegressor(**settings, unit_selection="first", random_state=2).fit(X, y)

figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.5), layout="constrained")
UnitErrorsDisplay.from_estimator(network, ax=left)
ResponseSurfaceDisplay.from_estimator(network, X, y, name="With the units chosen", ax=right)
everything = ELMRegressor(**settings, random_state=2).fit(X, y)
between = np.linspace(-2.05, 2.05, 600)
all_units = everything.predict(between[:, np.newaxis])
right.plot(between, all_units, color=PETROFF_COLORS[0], linewidth=1.4, label="with all 25")
right.plot(between, np.sinc(between), color=CAPTION_INK, linewidth=1.2, linestyle="--", label="without noise")
right.set(xlim=(-2.05, 2.05), ylim=(-0.6, 1.3), xlabel="input")
right.legend(fontsize="small", framealpha=0.9, edgecolor="none", loc="upper right")

# %%
# That is the same as leaving out each example in turn, and fitting sixty times for each number of units. It is only
# quicker:

start = time.perf_counter()
ELMRegressor(**settings, unit_selection="first", random_state=2).fit(X, y)
at_once = time.perf_counter() - start
hidden = everything.transform(X)
start = time.perf_counter()
one_by_one = []
for n_units in range(26):
    columns = hidden[:, :n_units]
    errors = []
    for left_out in range(60):
        others = np.arange(60) != left_out
        middle, level = columns[others].mean(axis=0), y[others].mean()
        centered = columns[others] - middle
        gram = centered.T @ centered + settings["alpha"] * np.eye(n_units)
        weights = np.linalg.solve(gram, centered.T @ (y[others] - level))
        errors.append((y[left_out] - level - (columns[left_out] - middle) @ weights) ** 2)
    one_by_one.append(np.mean(errors))
difference = np.abs(network.selection_errors_ / np.array(one_by_one) - 1).max()
print(f"largest relative difference {difference:.0e}; {(time.perf_counter() - start) / at_once:.0f} times as long")

# %%
# First come, or most important
# -----------------------------
# Units come in the order in which they were drawn, good and bad ones mixed. ``unit_selection="ranked"`` sorts them
# first: the unit that explains most of the targets, then the one that explains most of what is left, and so on. Fewer
# units do. But their leave-one-out error is no longer an honest one, for the targets of all examples chose the order;
# the crosses are the errors on fresh examples.

N_FEATURES = 4


def examples(n):
    """Give a smooth function of four inputs, with noise."""
    X = rng.uniform(-1, 1, (n, N_FEATURES))
    return X, np.sin(3 * X[:, 0]) * X[:, 1] + X[:, 2] ** 2 + 0.1 * rng.standard_normal(n)


X, y = examples(300)
X_test, y_test = examples(5000)
drawn, ranked = (
    ELMRegressor(n_hidden=250, weight_scale=2.0, alpha=1e-4, unit_selection=selection, random_state=0).fit(X, y)
    for selection in ("first", "ranked")
)
figure, axes = plt.subplots(1, 2, figsize=(12, 4.5), layout="constrained", sharey=True)
for network, name, ax in zip((drawn, ranked), ("As drawn", "Ranked"), axes, strict=True):
    UnitErrorsDisplay.from_estimator(network, name=name, log_scale=True, ax=ax)
    errors = np.mean((network.predict(X_test) - y_test) ** 2)
    n_units = network.hidden_coefs_[0].shape[1]
    ax.plot(
        n_units, errors, "X", color=PETROFF_COLORS[1], markersize=10, markeredgecolor="white", label="fresh examples"
    )
    ax.legend(fontsize="small", framealpha=0.9, edgecolor="none")
    print(f"{name:9} {n_units:4} units, left out {network.selection_errors_[n_units]:.4f}, fresh examples {errors:.4f}")

# %%
# Which draw to keep
# ------------------
# With ``n_init`` several layers are drawn, and the one with the lowest leave-one-out error stays. Here are twenty
# networks each of 1, 3, 10 and 30 draws, judged on fresh examples that none of them has seen.

DRAWS = (1, 3, 10, 30)
figure, ax = plt.subplots(figsize=(6.8, 3.4), layout="constrained")
for row, (n_init, color) in enumerate(zip(DRAWS, PETROFF_COLORS, strict=False)):
    errors = []
    for random_state in range(20):
        network = ELMRegressor(n_hidden=40, weight_scale=2.0, alpha=1e-4, n_init=n_init, random_state=random_state)
        errors.append(np.mean((network.fit(X, y).predict(X_test) - y_test) ** 2))
    ax.scatter(errors, row + rng.uniform(-0.15, 0.15, 20), color=color, alpha=0.6, s=28, linewidth=0)
    ax.plot([np.median(errors)] * 2, [row - 0.3, row + 0.3], color=INK, linewidth=2)
    print(f"best of {n_init:2}: median {np.median(errors):.4f}, worst {max(errors):.4f}")
ax.set_yticks(range(len(DRAWS)), [f"best of {n_init}" if n_init > 1 else "one draw" for n_init in DRAWS])
ax.set(xlabel="mean squared error on fresh examples", ylim=(3.6, -0.6))
ax.set_title("Leave-one-out chooses among draws", loc="left", fontweight="bold")
ax.grid(axis="x", color=GRID_INK)
ax.set_axisbelow(True)
ax.spines[["top", "right"]].set_visible(False)
plt.show()
