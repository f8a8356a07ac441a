"""
Noise, damage, and states that nobody stored
============================================

A memory in which every weight knows a little of everything forgives much: wrong units in what it is asked, and weights
that are cut. It has faults of its own, too: it remembers what it was never told. Some of that is of use.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import DataDimensionalityWarning

from sinapsi import HopfieldNetwork, basin_of_attraction, damage, spurious_states
from sinapsi.datasets import letters
from sinapsi.plots import RecallCurveDisplay
from sinapsi.plots.canvas import quieten_frame
from sinapsi.plots.palette import PETROFF_COLORS

random = np.random.default_rng(0)

# %%
# From how far a memory is found
# ------------------------------
# Flip more and more units of a probe. With few memories the basins of attraction reach nearly to one half, where a
# probe has nothing to do with the memory any more; the more memories, the narrower they are.

curves = []
for n_memories in (5, 20, 40):
    memories = random.choice([-1, 1], size=(n_memories, 400))
    curve = basin_of_attraction(HopfieldNetwork(random_state=0).fit(memories), random_state=0)
    curves.append(curve)
    print(n_memories, "memories:", *(f"{share:.0%}" for share in curve.recalled))
display = RecallCurveDisplay.from_curves(curves, show="recalled", name="Basins of attraction, Hebb's rule, 400 units")
for line, n_memories in zip(display.lines_, (5, 20, 40), strict=True):
    line.set_label(f"{n_memories} memories")
display.ax_.legend()

# %%
# Which rule makes the larger basins? Forty memories again:

memories = random.choice([-1, 1], size=(40, 400))
networks = [HopfieldNetwork(rule=rule, random_state=0) for rule in ("hebb", "storkey", "pseudo_inverse", "perceptron")]
curves = [basin_of_attraction(network.fit(memories), random_state=0) for network in networks]
RecallCurveDisplay.from_curves(curves, show="recalled", name="Basins of attraction, 40 memories in 400 units")

# %%
# Weights cut
# -----------
# Now cut weights, more and more of them, at random. Probes have a tenth of their units flipped. Half of the weights are
# enough for three of the four rules.

curves = [damage(network, random_state=0) for network in networks]
RecallCurveDisplay.from_curves(curves, name="Recall after damage, 40 memories in 400 units")
for curve in curves:
    print(f"{curve.name:15}", *(f"{overlap:5.2f}" for overlap in curve.overlap))

# %%
# Where recall ends that starts anywhere
# --------------------------------------
# The negative of a memory is as stable as the memory, and as often met. The majorities of three memories are stable,
# too. And the more memories there are, the more recalls end in states that resemble nothing that was stored.

kinds = ("memory", "negative", "mixture", "other")
numbers = (3, 6, 12, 24, 48)
shares = []
for n_memories in numbers:
    model = HopfieldNetwork(random_state=0).fit(random.choice([-1, 1], size=(n_memories, 400)))
    census = spurious_states(model, random_state=7)
    shares.append([census.shares[kind] for kind in kinds])
    print(f"{n_memories:2} memories, {len(census.states):3} ends:", census.shares)
_, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
below = np.zeros(len(numbers))
for kind, heights, color in zip(kinds, np.transpose(shares), PETROFF_COLORS, strict=False):
    ax.bar([str(number) for number in numbers], heights, bottom=below, color=color, label=kind)
    below += heights
ax.set(xlabel="memories in 400 units", ylabel="share of 1000 random probes")
ax.set_title("Where recall ends", loc="left", fontweight="bold")
ax.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
quieten_frame(ax, grid=False)

# %%
# Prototypes
# ----------
# Thirty spoiled copies of each of four letters, a fifth of the pixels flipped in each, and never a clean one. By Hebb's
# rule the copies of a letter weigh together as one memory: what they share. The network warns that it cannot keep the
# copies, and it does not; it keeps the letters.

clean = letters("AEVX").reshape(4, -1)
copies = np.repeat(clean, 30, axis=0)
copies = np.where(random.random(copies.shape) < 0.2, -copies, copies)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always", DataDimensionalityWarning)
    model = HopfieldNetwork(random_state=0).fit(copies)
print(caught[0].message)
recalled = model.predict(copies)
print(f"stable: {model.is_stable(copies).sum()} of 120 copies, {model.is_stable(clean).sum()} of 4 letters")
print(f"{(recalled == np.repeat(clean, 30, axis=0)).all(axis=1).mean():.0%} of the copies are recalled as the letter")

figure, axes = plt.subplots(4, 8, figsize=(7.6, 4.9), layout="constrained")
for row in range(4):
    states = [*copies[30 * row :][:7], recalled[30 * row]]
    for ax, state in zip(axes[row], states, strict=True):
        ax.imshow(state.reshape(9, 7), cmap="Greys", vmin=-1, vmax=1)
        ax.set(xticks=[], yticks=[])
figure.suptitle("Seven of the thirty copies of each letter, and at the right what the first of them recalls")
plt.show()
