"""
Six ways down: the solvers side by side
=======================================

All solvers of the multilayer perceptron start from the same weights and look at the same landscape. They differ in what
they know about it: ``sgd`` and ``adam`` know the slope at a few examples, ``rprop`` the signs of the whole slope,
``scg`` and ``lbfgs`` learn the curvature from how the slope changes, and ``lm`` computes most of it, as far as squared
errors allow.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sinapsi import MLPRegressor
from sinapsi.plots.palette import GRID_INK, PETROFF_COLORS

# %%
# A surface to learn
# ------------------
# Two hundred points of a smooth surface, without noise, and a network of 12 hidden units: 49 weights. ``sgd`` and
# ``adam`` have the learning rates that end lowest of 0.001, 0.01, 0.1 and 1; the others choose their steps themselves.

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, size=(200, 2))
y = np.sin(3 * X[:, 0]) * np.cos(2 * X[:, 1])

SOLVERS = {
    "sgd": {"learning_rate": 0.1},
    "adam": {"learning_rate": 0.01},
    "rprop": {},
    "scg": {},
    "lbfgs": {},
    "lm": {},
}


def learn(solver, random_state, max_iter=2000):
    """Fit until the mean of half the squared errors is a millionth, or the epochs are over, and give the history."""
    network = MLPRegressor(
        hidden_layer_sizes=(12,),
        activation="tanh",
        solver=solver,
        alpha=0.0,
        max_iter=max_iter,
        stopping="goal(1e-6)",
        random_state=random_state,
        **SOLVERS[solver],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # not all get there
        return network.fit(X, y).history_


N_STARTS = 5
for solver in SOLVERS:
    learn(solver, 0, max_iter=2)  # compiled code is loaded here, so that it does not count below
histories = {solver: [learn(solver, start) for start in range(N_STARTS)] for solver in SOLVERS}

# %%
# Epochs, and seconds
# -------------------
# An epoch is one look at all examples, but looks have different prices: ``sgd`` and ``adam`` take ten steps in it, and
# a step of ``lm`` solves a system of equations. So here are both, the lowest loss so far against epochs and against
# seconds. All axes are logarithmic; a dot is where a solver ended.

STYLES = ("-", "--", "-.", (0, (1.5, 1)), (0, (6, 2, 1, 2, 1, 2)), "-")
figure, axes = plt.subplots(1, 2, figsize=(10, 4.6), sharey=True, layout="constrained")
for solver, color, style in zip(SOLVERS, PETROFF_COLORS, STYLES, strict=False):
    history = histories[solver][0]
    lowest = np.minimum.accumulate(history["loss"])
    for ax, column in zip(axes, ("epoch", "seconds"), strict=True):
        ax.loglog(history[column], lowest, color=color, linestyle=style, linewidth=2.2, label=solver)
        ax.plot(history[column][-1], lowest[-1], "o", color=color, markersize=6)
for ax, label in zip(axes, ("epochs", "seconds"), strict=True):
    ax.set_xlabel(label)
    ax.set_title(f"Loss against {label}", loc="left", fontweight="bold")
    ax.grid(color=GRID_INK)
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("lowest training loss so far")
axes[1].legend(fontsize="small", framealpha=0.9, edgecolor="none", loc="lower left")

# %%
# More starts
# -----------
# One start may be lucky. Medians of five, on the machine that made this manual:

print(f"{'solver':8}{'epochs to 0.001':>16}{'milliseconds':>14}{'lowest loss':>13}")
for solver, runs in histories.items():
    epochs, times, losses = [], [], []
    for history in runs:
        reached = np.flatnonzero(history["loss"] < 1e-3)
        epochs.append(history["epoch"][reached[0]] if len(reached) else np.inf)
        times.append(1000 * history["seconds"][reached[0]] if len(reached) else np.inf)
        losses.append(history["loss"].min())
    print(f"{solver:8}{np.median(epochs):16g}{np.median(times):14.1f}{np.median(losses):13.1e}")

# %%
# On so small a problem the solvers that know curvature win by far. With many examples or many weights the order turns
# round: all but ``sgd`` and ``adam`` look at every example before they move at all, and the system that ``lm`` solves
# in every step has as many equations as there are weights (or examples times outputs, if those are fewer).
plt.show()
