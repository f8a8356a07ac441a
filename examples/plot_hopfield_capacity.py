"""
How much can a memory hold?
===========================

Memories disturb each other. Store more and more random ones, recall each from itself, and see how much of it is left.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import DataDimensionalityWarning

from sinapsi import DenseAssociativeMemory, HopfieldNetwork, capacity_curve, dreaming_curve
from sinapsi.plots import RecallCurveDisplay

# %%
# Four rules
# ----------
# Hebb's rule gives way first. Storkey's lets each memory see the field of those before it, and bears about three times
# as much. The pseudo-inverse and the perceptron rule keep every memory stable up to nearly one a unit, but stable is
# not all: from copies with a tenth of the units flipped they recall only up to about 0.4 a unit.

loads = (0.05, 0.1, 0.13, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9)
networks = [HopfieldNetwork(rule=rule) for rule in ("hebb", "storkey", "pseudo_inverse")]
networks.append(HopfieldNetwork(rule="perceptron", max_iter=300))
for noise in (0.0, 0.1):
    settings = {"n_units": 300, "n_repeats": 2, "noise": noise, "random_state": 0}
    curves = [capacity_curve(network, loads, **settings) for network in networks]
    RecallCurveDisplay.from_curves(curves, name=f"Recall with {noise:.0%} of the units flipped")
    for curve in curves:
        print(f"{curve.name:15}", *(f"{overlap:5.2f}" for overlap in curve.overlap))

# %%
# The breakdown of Hebb's rule
# ----------------------------
# Amit, Gutfreund and Sompolinsky calculated that in a network without end recall breaks down at 0.138 memories a unit:
# before, a unit or two in a hundred are wrong; beyond, little is left of any memory. With 2000 units the fall is steep
# already.

breakdown = (0.1, 0.12, 0.13, 0.138, 0.145, 0.15, 0.16, 0.18, 0.2)
curve = capacity_curve(HopfieldNetwork(), breakdown, n_units=2000, n_probes=50, n_repeats=3, random_state=0)
print(curve)
RecallCurveDisplay.from_curves(curve, name="Hebb's rule in 2000 units")

# %%
# Dense memories
# --------------
# An energy of the third power of the overlaps holds not a share of the number of units but several times that number,
# and an exponential one more than anybody stores. The scale is another one: memories per unit from 1 to 30.

dense_loads = (1, 5, 10, 20, 30)
settings = {"n_units": 200, "n_probes": 40, "n_repeats": 2, "random_state": 0}
dense = [DenseAssociativeMemory(degree=degree) for degree in (2, 3)]
dense.append(DenseAssociativeMemory(interaction="exponential"))
curves = [capacity_curve(network, dense_loads, **settings) for network in dense]
RecallCurveDisplay.from_curves(curves, name="Recall of dense memories")
for curve in curves:
    print(f"{curve.name:15}", *(f"{overlap:5.2f}" for overlap in curve.overlap))

# %%
# Dreams make room
# ----------------
# With 0.2 memories a unit Hebb's rule is beyond its capacity. Let the network wake up in random states, come to rest,
# and unlearn a hundredth of what it finds: mostly states that nobody stored. After some hundred dreams the memories are
# back. Who goes on for thousands of dreams loses them, and suddenly.

memories = np.random.default_rng(0).choice([-1, 1], size=(40, 200))
with warnings.catch_warnings():  # more than Hebb's rule bears; that is the point
    warnings.simplefilter("ignore", DataDimensionalityWarning)
    overloaded = HopfieldNetwork(random_state=0).fit(memories)
curve = dreaming_curve(overloaded, (0, 50, 100, 200, 400, 800, 1600, 2400, 3200, 4000, 4800, 5600), random_state=0)
print(curve)
RecallCurveDisplay.from_curves(curve, name="Recall after dreams, 40 memories in 200 units")
plt.show()
