"""
Bayesian regularization: a network that knows how sure it is
============================================================

How strongly should weights be held back? Bayesian regularization asks the data. It looks for the strength that makes
the targets most probable, counts how many weights the data decide, and keeps the spread of those that fit: error bars
come with every prediction.
"""

import matplotlib.pyplot as plt
import numpy as np

from sinapsi import MLPRegressor
from sinapsi.plots.palette import CAPTION_INK, GRID_INK, PETROFF_COLORS

# %%
# A noisy sine with a gap
# -----------------------
# Fifty points with normal noise of standard deviation 0.2, none between -0.6 and 0.8, and none beyond -3 and 2.6.

rng = np.random.default_rng(6)
x = np.concatenate([rng.uniform(-3, -0.6, 25), rng.uniform(0.8, 2.6, 25)])
X = x[:, np.newaxis]
y = np.sin(1.5 * x) + 0.2 * rng.standard_normal(50)


def learn(n_hidden):
    """Fit from ten starts; the one with the highest evidence is kept."""
    return MLPRegressor(
        hidden_layer_sizes=(n_hidden,), activation="tanh", solver="bayesian", max_iter=1000, n_init=10, random_state=0
    ).fit(X, y)


# %%
# Wide where there are no data
# ----------------------------
# ``predict(X, return_std=True)`` gives the standard deviation of a new target around the output. It has two parts: the
# noise, which the network has estimated, and what the data left open of the weights. The second grows in the gap and at
# the ends.

network = learn(8)
wide = np.linspace(-4.2, 3.8, 400)
output, std = network.predict(wide[:, np.newaxis], return_std=True)
noise = 1 / np.sqrt(network.noise_precision_)

figure, ax = plt.subplots(figsize=(7.4, 4.4), layout="constrained")
band_color, data_color = PETROFF_COLORS[:2]
ax.fill_between(wide, output - 2 * std, output + 2 * std, color=band_color, alpha=0.22, linewidth=0, label="two std")
ax.plot(wide, output, color=band_color, linewidth=2.2, label="output")
ax.plot(wide, np.sin(1.5 * wide), color=CAPTION_INK, linewidth=1.2, linestyle="--", label="sine without noise")
ax.plot(x, y, "o", color=data_color, markersize=5, markeredgecolor="white", markeredgewidth=0.6, label="examples")
ax.set(xlabel="input", ylabel="target", ylim=(-3.2, 3.2))
ax.set_title("Error bars of a network", loc="left", fontweight="bold")
ax.grid(color=GRID_INK)
ax.spines[["top", "right"]].set_visible(False)
ax.legend(fontsize="small", framealpha=0.9, edgecolor="none", loc="lower left")

places = {"among the data": -2.0, "in the gap": 0.1, "beyond the end": 3.6}
stds = network.predict(np.array(list(places.values()))[:, np.newaxis], return_std=True)[1]
print("std", ", ".join(f"{each:.2f} {place}" for place, each in zip(places, stds, strict=True)))
inside = np.abs(y - network.predict(X)) < 2 * network.predict(X, return_std=True)[1]
print(f"noise estimated at {noise:.3f}, the truth is 0.2; {inside.mean():.0%} of the examples within two std")

# %%
# The error bars trust the network: they say how far networks of this kind that fit the data disagree. That the sine
# turns back beyond the data is something that no network can read from them.
#
# More hidden units, no more parameters
# -------------------------------------
# ``effective_parameters_`` counts the directions in weight space that the data decide. The number of weights grows with
# the hidden units, the number of effective parameters does not: what is not needed is held back. So the size of the
# network matters little, as long as it is large enough.

SIZES = (2, 3, 4, 6, 8, 12, 20)
networks = {n_hidden: learn(n_hidden) for n_hidden in SIZES}
effective = [each.effective_parameters_ for each in networks.values()]
inner = np.linspace(-3, 2.6, 300)
truth = np.sin(1.5 * inner)
print("hidden units  weights  effective  log evidence  error on the sine")
for n_hidden, each in networks.items():
    error = np.sqrt(np.mean((each.predict(inner[:, np.newaxis]) - truth) ** 2))
    print(f"{n_hidden:12}{3 * n_hidden + 1:9}{each.effective_parameters_:11.1f}{each.log_evidence_:14.1f}{error:19.3f}")

figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4), layout="constrained")
left.plot(SIZES, [3 * n_hidden + 1 for n_hidden in SIZES], "s--", color=CAPTION_INK, linewidth=2, label="weights")
left.plot(SIZES, effective, "o-", color=band_color, linewidth=2, label="effective parameters")
left.set(ylabel="number", ylim=(0, 64))
left.set_title("Weights that the data decide", loc="left", fontweight="bold")
left.legend(fontsize="small", framealpha=0.9, edgecolor="none")
right.plot(SIZES, [each.log_evidence_ for each in networks.values()], "o-", color=band_color, linewidth=2)
right.set_ylabel("log evidence")
right.set_title("How probable the data are", loc="left", fontweight="bold")
for ax in (left, right):
    ax.set_xlabel("hidden units")
    ax.set_xticks(SIZES)
    ax.grid(color=GRID_INK)
    ax.spines[["top", "right"]].set_visible(False)

# %%
# No example was held out for any of this: the evidence judges a network by the examples it learned from.
plt.show()
