"""
Early stopping: when to leave off
=================================

A network with more weights than examples can learn its examples by heart, mistakes and all. The loss on the examples it
learns from goes on falling, while the loss on examples held out turns and rises. Early stopping watches the second and
keeps the weights from before the turn.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from sinapsi import MLPClassifier
from sinapsi.plots import HistoryDisplay

# %%
# Handwritten digits with wrong labels
# ------------------------------------
# Three hundred digits to learn from, and for one in five a label drawn by lot: there is something that should not be
# learned. Four hundred others, with their true labels, are to watch.

X, y = load_digits(return_X_y=True)
X_train, X_rest, y_train, y_rest = train_test_split(X / 16, y, train_size=300, stratify=y, random_state=0)
X_val, X_test, y_val, y_test = train_test_split(X_rest, y_rest, train_size=400, stratify=y_rest, random_state=0)

rng = np.random.default_rng(0)
noisy = np.where(rng.random(300) < 0.2, rng.integers(10, size=300), y_train)
print(f"{(noisy != y_train).mean():.0%} of the labels are wrong")


def learn(stopping):
    """Fit a network of more weights than these examples can pin down."""
    network = MLPClassifier(
        hidden_layer_sizes=(100,),
        learning_rate=0.005,
        batch_size=50,
        alpha=0.0,
        max_iter=150,
        stopping=stopping,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the first network uses up its epochs on purpose
        return network.fit(X_train, noisy, X_val=X_val, y_val=y_val)


# %%
# The same network twice: once with a goal that it cannot reach, so that it goes on to the last epoch, and once with
# patience.

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained", sharex=True, sharey=True)
for name, stopping, ax in [("To the end", "goal(0)", left), ("With patience", "patience(10)", right)]:
    network = learn(stopping)
    HistoryDisplay.from_estimator(network, name=name, ax=ax)
    noisy_score, test_score = network.score(X_train, noisy), network.score(X_test, y_test)
    print(f"{name}: {noisy_score:.0%} of the noisy labels learned, {test_score:.0%} of the test digits read correctly")

# %%
# The first one has learned all labels, the wrong ones included, and pays for it on digits that it never saw. The second
# has kept the weights of its best epoch, not those of its last.
#
# The test digits took no part in this. Those that decided when to stop would not do as a test: their loss was chosen to
# be low.
plt.show()
