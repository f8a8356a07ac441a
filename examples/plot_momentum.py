"""
Momentum: across the valley and along it
========================================

Where two inputs nearly tell the same, the loss has a narrow valley: steep across, almost level along. Gradient descent
looks at the slope where it stands, and so it bounces from wall to wall while it creeps along the bottom. Momentum
remembers the steps before: what they have in common adds up, what alternates cancels.
"""

import matplotlib.pyplot as plt
import numpy as np

from sinapsi import AdalineRegressor, MLPRegressor
from sinapsi.plots import DescentPathDisplay
from sinapsi.plots.palette import PETROFF_COLORS

# %%
# A narrow valley
# ---------------
# Two inputs that go together, and a linear target. Inputs and targets have mean 0, so the bias stays at 0 and the loss
# is a function of two weights.

rng = np.random.default_rng(0)
common = rng.normal(size=(200, 1))
X = common + 0.28 * rng.normal(size=(200, 2))
X -= X.mean(axis=0)
y = X @ [2.0, -1.0] + 0.1 * rng.normal(size=200)
y -= y.mean()

exact = AdalineRegressor().fit(X, y)  # the lowest point, by the normal equations
steepness = np.linalg.eigvalsh(X.T @ X / len(X))
print(f"minimum at {exact.coef_.round(3)}; across the valley {steepness[1] / steepness[0]:.0f} times as steep as along")


def loss(weights):
    """Give the mean of half the squared errors for each row of weights."""
    return 0.5 * np.mean((y - weights @ X.T) ** 2, axis=1)


# %%
# The same walk with and without memory
# -------------------------------------
# An `MLPRegressor` without hidden layer is a linear neuron that learns by the generalized delta rule. Each call of
# ``partial_fit`` is one step with all examples; the velocity lives on from call to call.

RATE = 1.85 / steepness[1]  # 2 divided by the largest steepness would never settle
N_STEPS = 40


def walk(momentum, learning_rate=RATE):
    """Collect the weights of a network before and after each step."""
    start = np.array([[-1.0], [0.5]])
    network = MLPRegressor(
        hidden_layer_sizes=(),
        solver="sgd",
        init=([start], [np.zeros(1)]),
        learning_rate=learning_rate,
        momentum=momentum,
        batch_size="full",
        alpha=0.0,
        shuffle=False,
    )
    weights = [start[:, 0]]
    for _ in range(N_STEPS):
        network.partial_fit(X, y)
        weights.append(network.coefs_[0][:, 0].copy())
    return np.array(weights)


paths = {
    "momentum 0": walk(0.0),
    "momentum 0.6": walk(0.6),
}
DescentPathDisplay.from_paths(loss, paths, minimum=exact.coef_, name="Across a narrow valley")

# %%
# How far above the bottom
# ------------------------
# With much momentum the network rolls past the bottom and swings back, like a ball. There is a best value in between,
# and it depends on how narrow the valley is.

bottom = loss(exact.coef_[np.newaxis])[0]
figure, ax = plt.subplots(figsize=(6.8, 4.0), layout="constrained")
for momentum, color, style in zip((0.0, 0.6, 0.9), PETROFF_COLORS, ("-", "--", "-."), strict=False):
    above = loss(walk(momentum)) - bottom
    ax.semilogy(above, color=color, linestyle=style, linewidth=2, label=f"momentum {momentum:g}")
    needed = np.flatnonzero(above > 1e-3)[-1] + 1
    reached = f"within 0.001 of the bottom after {needed} steps" if needed <= N_STEPS else "not within 0.001 yet"
    print(f"momentum {momentum:g}: {above[-1]:.1e} above the bottom after {N_STEPS} steps; {reached}")
ax.set(xlabel="step", ylabel="loss above the bottom")
ax.set_title("Three momenta, one learning rate", loc="left", fontweight="bold")
ax.grid(color="#e3e6ea")
ax.spines[["top", "right"]].set_visible(False)
ax.legend(fontsize="small", framealpha=0.9, edgecolor="none")
plt.show()
