"""
Reading handwritten digits
==========================

The classic task of the multilayer perceptron: 1,797 images of 8 by 8 pixels, ten classes. One hidden layer and
a few seconds are enough to misread only a handful of those it never saw.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import train_test_split

from sinapsi import MLPClassifier
from sinapsi.plots import HistoryDisplay, WeightsDisplay

X, y = load_digits(return_X_y=True)
X = (X / 16).astype(np.float32)  # pixels are counted from 0 to 16; float32 is enough, and the network stays in it
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

network = MLPClassifier(hidden_layer_sizes=(128,), learning_rate=0.003, validation_fraction=0.1, random_state=0)
network.fit(X_train, y_train)
linear = LogisticRegression(max_iter=1000).fit(X_train, y_train)
print(f"{network.score(X_test, y_test):.1%} read correctly, by a linear model {linear.score(X_test, y_test):.1%}")

# %%
# The digits it misread
# ---------------------
# With the network's answer and its probability.

probabilities = network.predict_proba(X_test)
answers = network.classes_[probabilities.argmax(axis=1)]
misread = np.flatnonzero(answers != y_test)
surest_first = misread[np.argsort(-probabilities[misread].max(axis=1))]

figure, axes = plt.subplots(2, 6, figsize=(8.6, 3.6), layout="constrained")
for ax in axes.flat:
    ax.axis("off")
for ax, row in zip(axes.flat, surest_first, strict=False):
    ax.imshow(X_test[row].reshape(8, 8), cmap="gray_r", interpolation="nearest")
    ax.set_title(f"{y_test[row]} read as {answers[row]}\n{probabilities[row].max():.0%} sure", fontsize=9)

# %%
# What the hidden units look for
# ------------------------------
# The weights into a hidden unit have the shape of an image: ink where it is blue excites the unit, ink where it is
# orange inhibits it. Most of these images would still show the random numbers of the start, since nothing asks them to
# disappear. So here is a second network with a stronger penalty, where only weights that are needed stay large.

held_back = MLPClassifier(
    hidden_layer_sizes=(128,), learning_rate=0.003, alpha=0.3, validation_fraction=0.1, random_state=0
).fit(X_train, y_train)
print(f"{held_back.score(X_test, y_test):.1%} read correctly")
WeightsDisplay.from_estimator(held_back, image_shape=(8, 8), max_units=32, name="Hidden units of a digit reader")

# %%
# How it learned
# --------------

HistoryDisplay.from_estimator(network, log_scale=True)

# %%
# Which digits are taken for which
# --------------------------------

figure, ax = plt.subplots(figsize=(5.2, 4.6), layout="constrained")
ConfusionMatrixDisplay.from_predictions(y_test, answers, cmap="Blues", colorbar=False, ax=ax)
ax.set_title("Digits of the test set", loc="left", fontweight="bold")
plt.show()
