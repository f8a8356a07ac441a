"""
Activation functions and their derivatives
==========================================

A neuron adds its weighted inputs and its bias to the field ``v`` and answers ``phi(v)``. The activation ``phi`` decides
what the neuron can be used for: the threshold makes it a logical gate, the hard limit a perceptron, and only the smooth
ones have a derivative that back-propagation can follow downhill.
"""

import matplotlib.pyplot as plt
import numpy as np

from sinapsi import activations
from sinapsi.plots.palette import PETROFF_COLORS

v = np.linspace(-4, 4, 801)
shown = {
    "threshold": activations.threshold,
    "hard limit": activations.hard_limit,
    "identity": activations.identity,
    "logistic": activations.logistic,
    "tanh": activations.tanh,
    "relu": activations.relu,
}
value_color, derivative_color = PETROFF_COLORS[:2]

figure, axes = plt.subplots(2, 3, figsize=(8.4, 4.8), sharex=True, sharey=True, layout="constrained")
for ax, (name, activation) in zip(axes.flat, shown.items(), strict=True):
    ax.axhline(0, color="#c9ced6", linewidth=0.8)
    ax.axvline(0, color="#c9ced6", linewidth=0.8)
    ax.plot(v, activation.value(v), color=value_color, linewidth=2)
    ax.plot(v, activation.derivative(v), color=derivative_color, linewidth=1.6, linestyle="--")
    ax.set_title(name, loc="left", fontweight="bold", fontsize=11)
    ax.set_ylim(-1.3, 2.1)
    ax.spines[["top", "right"]].set_visible(False)
for ax in axes[1]:
    ax.set_xlabel("field v")
figure.legend(axes[0, 0].lines[2:], ["value", "derivative"], loc="outside upper right", ncols=2, frameon=False)

# %%
# Threshold and hard limit have the derivative 0 wherever they have one: a small change of a weight changes nothing, so
# there is no direction to learn in. The sigmoids keep a slope everywhere, the larger the nearer the field is to 0.
#
# The slope of a sigmoid is a parameter. A steep logistic function is almost a threshold:

figure, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
for slope, color in zip([0.5, 1.0, 2.0, 10.0], PETROFF_COLORS, strict=False):
    ax.plot(v, activations.logistic(slope=slope).value(v), color=color, linewidth=2, label=f"slope {slope:g}")
ax.set_xlabel("field v")
ax.set_title("The logistic function", loc="left", fontweight="bold")
ax.spines[["top", "right"]].set_visible(False)
ax.legend(frameon=False)

# %%
# The largest derivative of the logistic function is a quarter of its slope, at ``v = 0``:

print(activations.logistic(slope=2.0).derivative([0.0, 1.0, 4.0]).round(6))
plt.show()
