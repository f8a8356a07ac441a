"""
XOR once more: two radial units make it separable
=================================================

No line separates the two classes of the exclusive or. A hidden layer of two radial units, one on each input of class 0,
moves the four inputs to places where a line can; and `linear_separability` proves both, with a certificate before and a
line after.
"""

import matplotlib.pyplot as plt
import numpy as np

from sinapsi import Perceptron, RBFClassifier, linear_separability
from sinapsi.datasets import logic_gate
from sinapsi.plots import CentersDisplay, DecisionBoundaryDisplay
from sinapsi.plots.palette import CAPTION_INK

X, y = logic_gate("xor")

# %%
# Two units on the inputs (0, 0) and (1, 1)
# -----------------------------------------
# The output of a unit is exp(-r²/σ²), with r the distance from its center: 1 on the center, 0.37 at the two corners
# beside it, 0.14 at the corner opposite.

network = RBFClassifier(centers=[[0, 0], [1, 1]], width=1.0, alpha=0.0).fit(X, y)
hidden = network.transform(X)
print("inputs   class   hidden outputs   answer")
for inputs, label, outputs, answer in zip(X, y, hidden, network.predict(X), strict=True):
    print(f"{inputs[0]:.0f} {inputs[1]:.0f} {label:9} {outputs[0]:11.3f} {outputs[1]:.3f} {answer:10}")

# %%
# Before and after
# ----------------
# Before, a point lies in the hulls of both classes, the middle of the square, and so no line has them on two sides.
# After, there is a line. Both answers can be checked by multiplying out.

before, after = linear_separability(X, y), linear_separability(hidden, y)
print("inputs:        ", before)
print("hidden outputs:", after)
print("point common to both hulls:", before.certificate.point)
margins = (hidden @ after.coef + after.intercept) * np.where(y == after.classes[1], 1, -1)
print("all on their side of the line:", bool((margins > 0).all()))

# %%
# Both spaces
# -----------
# The two inputs of class 1 are equally far from both centers, so they come to the same place. In the plane of the
# hidden outputs a perceptron finds the line; in the plane of the inputs that line is a curve around each center, or, as
# here, around the two corners together.

perceptron = Perceptron(max_iter=100, random_state=0).fit(hidden, y)
print(f"perceptron on the hidden outputs: {perceptron.score(hidden, y):.0%} right; {perceptron.stop_reason_}")

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(14, 5.2), layout="compressed")
CentersDisplay.from_estimator(network, X, y, name="Two units", ax=left, legend=False)
DecisionBoundaryDisplay.from_estimator(network, X, y, name="Input space", ax=middle, legend=False)
DecisionBoundaryDisplay.from_estimator(perceptron, hidden, y, name="Hidden space", ax=right)
for ax in (left, middle):
    ax.set(xlabel="first input", ylabel="second input")
right.set(xlabel="unit at (0, 0)", ylabel="unit at (1, 1)")
middle.set_aspect("equal", adjustable="box")
right.set_aspect("equal", adjustable="box")
for place, name, offset, side in (
    (hidden[0], "(0, 0)", (0, 12), "center"),
    (hidden[-1], "(1, 1)", (12, 0), "left"),
    (hidden[1], "(0, 1) and (1, 0)", (-2, -16), "center"),
):
    right.annotate(
        name, place, offset, textcoords="offset points", ha=side, va="center", color=CAPTION_INK, fontsize="small"
    )

# %%
# Does it depend on the width?
# ----------------------------
# Not for separability: two Gaussian units of any width will do. It matters for how far apart the classes come: with
# narrow units everything is near the origin except the centers, with wide ones everything near (1, 1).

print("width  separable  gap between the classes")
for width in (0.2, 0.5, 1.0, 2.0, 5.0):
    outputs = RBFClassifier(centers=[[0, 0], [1, 1]], width=width, alpha=0.0).fit(X, y).transform(X)
    answer = linear_separability(outputs, y)
    # By symmetry the widest gap lies along the diagonal, where the hidden outputs are summed.
    along = outputs.sum(axis=1) / np.sqrt(2)
    print(f"{width:5} {answer.separable!s:>9} {along[y == 0].min() - along[y == 1].max():15.3f}")
plt.show()
