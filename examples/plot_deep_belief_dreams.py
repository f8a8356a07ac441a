"""
Dreams of every digit
=====================

A deep belief network has labels at the top. Hold a label, let the machine at the top run, and draw what it found
downwards: the network dreams an example of that class.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sinapsi import DeepBeliefNetwork, MLPClassifier
from sinapsi.plots import HistoryDisplay, SamplesDisplay

digits = load_digits()
X, X_test, y, y_test = train_test_split(
    (digits.data > 7.5).astype(float), digits.target, test_size=400, stratify=digits.target, random_state=0
)

# %%
# Two phases of learning
# ----------------------
# First each layer by itself, as a restricted Boltzmann machine on what the layer below gives; then all together by
# wake-sleep. Kept apart here, to look at the network in between.

sizes = (100, 100)
greedy = DeepBeliefNetwork(hidden_layer_sizes=sizes, max_iter=0, random_state=0).fit(X, y)
model = DeepBeliefNetwork(hidden_layer_sizes=sizes, max_iter=100, random_state=0).fit(X, y)
print(f"classes right, of images held out: {greedy.score(X_test, y_test):.3f} greedy, ", end="")
print(f"{model.score(X_test, y_test):.3f} after wake-sleep")
SamplesDisplay.from_estimator(model, n_samples=10, as_means=True, name="Ten dreams of each digit")

# %%
# The same from the network as the greedy phase left it:

SamplesDisplay.from_estimator(greedy, n_samples=10, as_means=True, name="Before wake-sleep")

# %%
# Who judges dreams?
# ------------------
# A classifier that saw the same images says how many of the dreams are what they should be.

judge = MLPClassifier(max_iter=100, stopping="max_iter(100)", random_state=0).fit(X, y)
print(f"the judge, on images held out: {judge.score(X_test, y_test):.3f}")
for name, network in {"greedy": greedy, "wake-sleep": model}.items():
    right = [judge.score(*network.sample(100, label=digit, as_means=True)) for digit in range(10)]
    print(f"{name:10}", *(f"{share:.2f}" for share in right), f"mean {sum(right) / 10:.2f}")

# %%
# How wake-sleep went: the error with which the lowest layer, going down, expects the examples.

HistoryDisplay.from_estimator(model)
plt.show()
