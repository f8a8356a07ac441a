"""
Adaline online: three rules and a target that moves
===================================================

Examples come one after another, each is seen once, and after every one there is an answer. The LMS rule takes a step of
one learning rate, the normalized rule divides the step by the length of the example, and recursive least squares has
the best weights for everything seen so far.
"""

import matplotlib.pyplot as plt
import numpy as np

from sinapsi import AdalineRegressor
from sinapsi.plots.palette import CAPTION_INK, GRID_INK, PETROFF_COLORS

N_EXAMPLES = 600


def distances(wanted, X, y, **settings):
    """Give the distance from the wanted weights after every example."""
    adaline = AdalineRegressor(max_iter=1, shuffle=False, stopping="max_iter(1)", **settings)
    path = adaline.learning_path(X, y)
    return np.linalg.norm(path.coef[1:, 0] - wanted, axis=1)


# %%
# Inputs that go together
# -----------------------
# Three inputs, the second of which nearly repeats the first. The landscape is a narrow valley, and rules that only know
# the slope crawl along its bottom; recursive least squares knows the curvature and does not notice. The LMS rules have
# the default, ``learning_rate="auto"``: half of the largest rate that is safe for each.

rng = np.random.default_rng(0)
X = rng.standard_normal((N_EXAMPLES, 3))
X[:, 1] = 0.95 * X[:, 0] + 0.3 * X[:, 1]
weights = np.array([1.0, -1.0, 0.5])
y = X @ weights + 0.1 * rng.standard_normal(N_EXAMPLES)

RULES = {"lms": {"solver": "lms"}, "normalized_lms": {"solver": "normalized_lms"}, "rls": {"solver": "rls"}}
figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
for (name, settings), color, style in zip(RULES.items(), PETROFF_COLORS, ("-", "--", "-."), strict=False):
    away = distances(weights, X, y, **settings)
    ax.semilogy(np.arange(1, N_EXAMPLES + 1), away, color=color, linestyle=style, linewidth=2, label=name)
    print(f"{name:15} {away[49]:.3f} away after 50 examples, {away[-1]:.3f} after {N_EXAMPLES}")
ax.set(xlabel="examples", ylabel="distance from the wanted weights")
ax.set_title("Three rules, each example once", loc="left", fontweight="bold")
ax.grid(color=GRID_INK)
ax.spines[["top", "right"]].set_visible(False)
ax.legend(title="solver", fontsize="small", framealpha=0.9, edgecolor="none")

# %%
# A target that moves
# -------------------
# What was learned early may be wrong later. Here the wanted weights turn slowly and jump once. Recursive least squares
# gives all examples the same weight and falls behind; with ``forgetting`` below 1 it forgets, here with a memory of
# about 1 / (1 - 0.95) = 20 examples. The rules with a constant learning rate forget by nature.

X = rng.standard_normal((N_EXAMPLES, 3))
turn = np.linspace(0, np.pi, N_EXAMPLES)[:, np.newaxis]
moving = np.hstack([np.cos(turn), np.sin(turn), np.where(np.arange(N_EXAMPLES) < 300, 0.5, -0.5)[:, np.newaxis]])
y = (X * moving).sum(axis=1) + 0.1 * rng.standard_normal(N_EXAMPLES)

RULES = {
    "lms": {"solver": "lms"},
    "rls": {"solver": "rls"},
    "rls, forgetting=0.95": {"solver": "rls", "forgetting": 0.95},
}
figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
ax.axvline(300, color=CAPTION_INK, linestyle=":", linewidth=1.2)
for (name, settings), color, style in zip(RULES.items(), PETROFF_COLORS, ("-", "--", "-."), strict=False):
    away = distances(moving, X, y, **settings)
    ax.semilogy(np.arange(1, N_EXAMPLES + 1), away, color=color, linestyle=style, linewidth=2, label=name)
    print(f"{name:22} {np.median(away[50:]):.3f} away in the median")
ax.text(305, ax.get_ylim()[0] * 1.2, "jump", color=CAPTION_INK, fontsize="small")
ax.set(xlabel="examples", ylabel="distance from the wanted weights")
ax.set_title("Following a target", loc="left", fontweight="bold")
ax.grid(color=GRID_INK)
ax.spines[["top", "right"]].set_visible(False)
ax.legend(fontsize="small", framealpha=0.9, edgecolor="none")
plt.show()
