"""
The perceptron draws a line
===========================

Rosenblatt's perceptron moves its line on every example that it gets wrong, and on no other. If a line can separate the
two classes, it ends on such a line after finitely many corrections. If none can, it goes on for as long as it may, and
says so. Both cases are among Fisher's iris flowers, measured in petals.
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning

from sinapsi import Perceptron
from sinapsi.plots import DecisionBoundaryDisplay, HistoryDisplay

flowers = load_iris()
names = flowers.target_names[flowers.target]
petals = flowers.data[:, 2:]


def of_two_species(first, second):
    """Give the petals and names of two species."""
    chosen = (names == first) | (names == second)
    return petals[chosen], names[chosen]


# %%
# A line that exists is found
# ---------------------------
# Setosa has petals far smaller than versicolor.

X, y = of_two_species("setosa", "versicolor")
perceptron = Perceptron(random_state=0).fit(X, y)
print(f"{perceptron.n_updates_} corrections in {perceptron.n_iter_} epochs; {perceptron.stop_reason_}")

figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4), layout="constrained")
display = DecisionBoundaryDisplay.from_estimator(perceptron, X, y, name="Separable", ax=left)
display.ax_.set(xlabel="petal length (cm)", ylabel="petal width (cm)")
HistoryDisplay.from_estimator(perceptron, ax=right)

# %%
# A line that does not exist is not found
# ---------------------------------------
# Versicolor and virginica overlap. The number of misclassified flowers goes up and down and never reaches 0: the
# perceptron has no notion of a *good* compromise, every mistake pulls the line with the same force.

X, y = of_two_species("versicolor", "virginica")
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ConvergenceWarning)  # the point of this example
    perceptron = Perceptron(max_iter=60, random_state=0).fit(X, y)
print(f"{perceptron.n_updates_} corrections in {perceptron.n_iter_} epochs; {perceptron.stop_reason_}")

figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4), layout="constrained")
display = DecisionBoundaryDisplay.from_estimator(perceptron, X, y, name="Not separable", ax=left)
display.ax_.set(xlabel="petal length (cm)", ylabel="petal width (cm)")
HistoryDisplay.from_estimator(perceptron, ax=right)

# %%
# Three species, three output neurons
# -----------------------------------
# With several classes there is one output neuron for each, and the one with the largest field wins.

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ConvergenceWarning)
    perceptron = Perceptron(multi_class="kesler", max_iter=200, random_state=0).fit(petals, names)
display = DecisionBoundaryDisplay.from_estimator(perceptron, petals, names, name="Kesler's construction")
display.ax_.set(xlabel="petal length (cm)", ylabel="petal width (cm)")
print(f"{perceptron.score(petals, names):.1%} of the flowers on their side of the lines")
plt.show()
