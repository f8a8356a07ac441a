"""
Two rules for leaving off
=========================

When is learning over? One rule looks at the error on the examples that are learned from, and ends when it no longer
falls. The other looks at examples held out, and ends when *their* error no longer falls. As long as there is nothing in
the examples that should not be learned, they agree. With noise in them they do not.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
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


def learn(stopping, random_state=0):
    """Fit a network of more weights than these examples can pin down."""
    return MLPClassifier(
        hidden_layer_sizes=(100,),
        learning_rate=0.005,
        batch_size=50,
        alpha=0.0,
        max_iter=2000,
        stopping=stopping,
        random_state=random_state,
    ).fit(X_train, noisy, X_val=X_val, y_val=y_val)


# %%
# The same network twice
# ----------------------
# Once until the loss on the 300 examples has not fallen by more than 0.0001 for ten epochs, the usual rule for the
# total error; once until the loss on the 400 others has not fallen for ten epochs. Both begin with the same weights.

RULES = {"Total error": "tolerance(1e-4, 10)", "Generalization": "patience(10)"}
figure, axes = plt.subplots(1, 2, figsize=(11.6, 4.4), layout="constrained", sharey=True)
for (name, stopping), ax in zip(RULES.items(), axes, strict=True):
    network = learn(stopping)
    HistoryDisplay.from_estimator(network, name=name, ax=ax)
    print(f"{name}: {network.n_iter_} epochs; {network.stop_reason_}")

# %%
# Ten starts
# ----------
# The test digits took no part in any of this. The digits that decided when to stop would not do as a test: their loss
# was chosen to be low.

print(f"{'rule':16}epochs  noisy labels learned  test error")
for name, stopping in RULES.items():
    networks = [learn(stopping, random_state) for random_state in range(10)]
    epochs = np.median([network.n_iter_ for network in networks])
    learned = np.mean([network.score(X_train, noisy) for network in networks])
    errors = [1 - network.score(X_test, y_test) for network in networks]
    print(f"{name:16}{epochs:6g}{learned:22.0%}{np.mean(errors):8.1%} +- {np.std(errors):.1%}")

# %%
# The rule of the total error waits until every label is learned, the wrong ones included, and pays for it on digits
# that the network never saw. The rule of generalization ends much earlier, and keeps the weights of the best epoch,
# not those of the last.
plt.show()
