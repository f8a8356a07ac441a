"""
Learning rates: too small, good, too large
==========================================

Adaline walks downhill on a bowl. Too small a step takes forever; too large a step lands higher up on the other side of
the valley than it began, and the next one higher still. For this network the border between the two can be computed:
``max_stable_learning_rate_``.
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler

from sinapsi import AdalineRegressor
from sinapsi.plots.palette import MARKERS, PETROFF_COLORS

X, y = load_diabetes(return_X_y=True)
X = StandardScaler().fit_transform(X)

# %%
# The closed form tells where the bottom of the bowl is, and a fit by the LMS rule how far a step may go. With all
# examples in every step (``batch_size="full"``) the border is exact: twice the reciprocal of the largest eigenvalue of
# :math:`X^T X / n`.

bottom = AdalineRegressor(solver="exact").fit(X, y).history_["loss"][-1]


def walk(learning_rate, max_iter=40, batch_size="full"):
    """Fit by the LMS rule for a number of epochs."""
    adaline = AdalineRegressor(
        solver="lms",
        learning_rate=learning_rate,
        batch_size=batch_size,
        max_iter=max_iter,
        stopping="goal(0)",  # instead of the default, which would leave off where the loss no longer falls
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # that some of these fail is the point
        return adaline.fit(X, y)


border = walk(0.1).max_stable_learning_rate_
print(f"steps up to {border:.4f} are stable; the loss at the bottom is {bottom:.1f}")

# %%
# Three walks from the same start. What is drawn is how far each is above the bottom.

figure, ax = plt.subplots(figsize=(6.8, 4.2), layout="constrained")
stories = {"too small": 0.01, "good": 0.8, "too large": 1.04}
for (story, share), color, marker in zip(stories.items(), PETROFF_COLORS, MARKERS, strict=False):
    history = walk(share * border).history_
    ax.semilogy(
        history["epoch"],
        history["loss"] - bottom,
        color=color,
        linewidth=2,
        marker=marker,
        markevery=4,
        label=f"{story}: {share:g} of the border",
    )
ax.set(xlabel="epoch", ylabel="training loss above the bottom")
ax.set_title("Three learning rates", loc="left", fontweight="bold")
ax.grid(color="#e3e6ea")
ax.spines[["top", "right"]].set_visible(False)
ax.legend(fontsize="small", framealpha=0.9, edgecolor="none")

# %%
# Just above the border the walk grows slowly; far above it the numbers overflow. The fit then ends with the last finite
# weights and says so.

wild = walk(50.0, max_iter=1000)
print(f"with a rate of 50: {wild.stop_reason_}")

# %%
# When examples come one by one every step is noisy, and a constant rate never settles: it wanders about the bottom, the
# farther the larger the rate. A schedule that falls begins boldly and ends calmly.

figure, ax = plt.subplots(figsize=(6.8, 4.2), layout="constrained")
for rate, color, style in zip([0.01, "inverse_scaling(0.05)"], PETROFF_COLORS, ["-", "--"], strict=False):
    history = walk(rate, max_iter=60, batch_size=1).history_
    ax.semilogy(history["epoch"], history["loss"] - bottom, color=color, linestyle=style, linewidth=2, label=str(rate))
ax.set(xlabel="epoch", ylabel="training loss above the bottom")
ax.set_title("One example at a time", loc="left", fontweight="bold")
ax.grid(color="#e3e6ea")
ax.spines[["top", "right"]].set_visible(False)
ax.legend(title="learning rate", fontsize="small", framealpha=0.9, edgecolor="none")
plt.show()
