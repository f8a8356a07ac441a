"""
XOR: what a hidden layer is for
===============================

No line separates the two classes of the exclusive or, so a single neuron cannot compute it. Two hidden neurons move the
four inputs to places where a line can.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sinapsi import MLPClassifier, Perceptron
from sinapsi.activations import tanh
from sinapsi.datasets import logic_gate
from sinapsi.plots import DecisionBoundaryDisplay, HistoryDisplay

X, y = logic_gate("xor")

# %%
# One neuron, and three neurons
# -----------------------------

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ConvergenceWarning)  # it cannot converge, that is the point
    perceptron = Perceptron(init="random", max_iter=4, random_state=2).fit(X, y)
network = MLPClassifier(
    hidden_layer_sizes=(2,),
    activation="tanh",
    solver="lbfgs",
    alpha=0.02,  # small weights keep the boundary in the middle between the classes
    n_init=20,  # from many starts two hidden neurons do not find the way
    random_state=0,
).fit(X, y)

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11.5, 3.8), layout="constrained")
DecisionBoundaryDisplay.from_estimator(perceptron, X, y, name="One neuron", ax=left)
DecisionBoundaryDisplay.from_estimator(network, X, y, name="Two hidden neurons", ax=middle)
HistoryDisplay.from_estimator(network, ax=right)
for ax in (left, middle):
    ax.set(xlabel="first input", ylabel="second input")
print(f"perceptron: {perceptron.score(X, y):.0%} right; {perceptron.stop_reason_}")
print(f"multilayer: {network.score(X, y):.0%} right; {network.stop_reason_}")

# %%
# What the hidden neurons see
# ---------------------------
# Each hidden neuron draws one line through the inputs. Its output is a new coordinate, and in the two new coordinates
# the classes lie on two sides of one line, that of the output neuron: the two inputs of class 1 have come to the same
# place.


def neuron(coef, intercept, X):
    """Give one neuron of the network by itself: a network without hidden layer that learns nothing."""
    alone = MLPClassifier(
        hidden_layer_sizes=(),
        output_activation="tanh",
        loss="squared_error",
        init=([coef[:, np.newaxis]], [np.atleast_1d(intercept)]),
        max_iter=0,
    )
    return alone.fit(X, y)


(into_hidden, into_output), (hidden_biases, output_bias) = network.coefs_, network.intercepts_
hidden = tanh.value(X @ into_hidden + hidden_biases)
first = neuron(into_hidden[:, 0], hidden_biases[0], X)
second = neuron(into_hidden[:, 1], hidden_biases[1], X)
output = neuron(into_output[:, 0], output_bias, hidden)

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11.5, 3.8), layout="constrained")
DecisionBoundaryDisplay.from_estimator(first, X, y, name="First hidden neuron", ax=left, legend=False)
DecisionBoundaryDisplay.from_estimator(second, X, y, name="Second hidden neuron", ax=middle, legend=False)
DecisionBoundaryDisplay.from_estimator(output, hidden, y, name="Output neuron", ax=right, legend=False)
for ax in (left, middle):
    ax.set(xlabel="first input", ylabel="second input")
right.set(xlabel="first hidden neuron", ylabel="second hidden neuron")
plt.show()
