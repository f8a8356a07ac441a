"""
A memory that recalls letters
=============================

A Hopfield network stores patterns in the weights between its units. Give it a spoiled copy of one, and it falls, unit
by unit, into the pattern that it stored: downhill in energy, until no unit wants to change.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from sinapsi import HopfieldNetwork, basin_of_attraction
from sinapsi.datasets import letters
from sinapsi.plots import EnergyPathDisplay, OverlapPathDisplay, OverlapsDisplay, RecallCurveDisplay, RecallFilm

# %%
# Four letters in 63 units
# ------------------------
# One unit a pixel, 9 rows of 7: ink is +1, paper is -1. Hebb's rule stores A, E, V and X, four letters that have little
# to do with each other. A quarter of the pixels of an A are flipped, and the network is asked.

characters = "AEVX"
memories = letters(characters).reshape(4, -1)
model = HopfieldNetwork(random_state=0).fit(memories)
print(f"{model.stop_reason_}; stable: {model.is_stable(memories)}")


def spoiled(patterns, n_flips, seed=0):
    """Copies with some pixels flipped."""
    random = np.random.default_rng(seed)
    which = random.permuted(np.tile(np.arange(patterns.shape[1]), (len(patterns), 1)), axis=1) < n_flips
    return np.where(which, -patterns, patterns)


probes = spoiled(memories, 16)
film = RecallFilm.from_estimator(model, probes[0], image_shape=(9, 7), name="An A recalled")
film.strip()

# %%
# Every change lowers the energy, and the last state is a local minimum. The overlap with the A rises to 1,
# those with the other letters stay near 0.

path = model.recall_path(probes[0])
print(path, "energy falls at every change:", bool((np.diff(path.energies) < 0).all()))
EnergyPathDisplay.from_path(path)
OverlapPathDisplay.from_path(path)

# %%
# The same as a film:

animation = film.animate(interval=250)

# %%
# Many probes at once: three spoiled copies of each letter, and where their recall ended.

several = np.concatenate([spoiled(memories, 16, seed) for seed in range(3)])
names = [f"{character} spoiled" for _ in range(3) for character in characters]
OverlapsDisplay.from_estimator(model, several, probe_names=names, memory_names=list(characters))

# %%
# Ten digits that are much alike
# ------------------------------
# Handwritten digits, 8 x 8 pixels, above 7.5 of 16 taken as ink. Most of their pixels are paper in all of them, so they
# are alike, and there are more than 0.138 a unit: Hebb's rule would keep none. The pseudo-inverse takes out what they
# share.

digits = load_digits()
first_ones = np.array([digits.data[digits.target == digit][0] for digit in range(10)])
reader = HopfieldNetwork(rule="pseudo_inverse", binarize=7.5, random_state=0).fit(first_ones)
noisy = spoiled(reader.memories_, 10)
recalled = reader.predict(noisy)
print(f"{(recalled == reader.memories_).all(axis=1).sum()} of 10 recalled without a fault from 10 flipped pixels of 64")

figure, axes = plt.subplots(3, 10, figsize=(10, 3.4), layout="constrained")
for row, (text, states) in zip(
    axes, {"stored": reader.memories_, "given": noisy, "recalled": recalled}.items(), strict=True
):
    for ax, state in zip(row, states, strict=True):
        ax.imshow(state.reshape(8, 8), cmap="Greys", vmin=-1, vmax=1)
        ax.set(xticks=[], yticks=[])
    row[0].set_ylabel(text)

# %%
# Images of 28 x 28
# -----------------
# The whole alphabet in the format of MNIST, 784 units. With three tenths of the pixels flipped the eye has trouble; the
# network finds most of them.

alphabet = letters(scale=3, shape=(28, 28)).reshape(26, -1)
wide = HopfieldNetwork(rule="pseudo_inverse", random_state=0).fit(alphabet)
RecallFilm.from_estimator(wide, spoiled(alphabet, 235)[17], name="An R of 28 x 28 pixels").strip(5)
RecallCurveDisplay.from_curves(basin_of_attraction(wide, n_probes=104, random_state=0), show="recalled")
plt.show()
