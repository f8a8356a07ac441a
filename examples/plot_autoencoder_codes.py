"""
Digits on a plane
=================

A deep autoencoder squeezes an image of 64 pixels through a layer of two units, and makes it again from what comes out.
The two numbers are a place on a plane. Principal components are the best that straight lines can do.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

from sinapsi import DeepAutoencoder
from sinapsi.plots import CodeMapDisplay, ReconstructionsDisplay

digits = load_digits()
X, X_test, y, y_test = train_test_split(
    digits.data / 16, digits.target, test_size=400, stratify=digits.target, random_state=0
)

# %%
# Two numbers for an image
# ------------------------
# 64-100-50-2 units, pre-trained pair by pair as restricted Boltzmann machines, then turned over into 2-50-100-64, and
# trained as one network to give back what went in. Classes are only for the colors; learning did not see them.

model = DeepAutoencoder(
    hidden_layer_sizes=(100, 50, 2), learning_rate=0.003, max_iter=300, stopping="max_iter(300)", random_state=0
).fit(X)
CodeMapDisplay.from_estimator(model, X_test, y_test, image_shape=(8, 8), name="Code of a deep autoencoder")

# %%
# The first two principal components of the same images:

pca = PCA(2).fit(X)
CodeMapDisplay(
    codes=pca.transform(X_test), y=y_test, examples=X_test, image_shape=(8, 8), name="Two principal components"
).plot()

# %%
# Which is the better map? The error of images made again, and how often the five nearest neighbors on the map tell the
# class, for images held out.

codes = {"autoencoder": model, "PCA": pca}
for name, code in codes.items():
    again = code.inverse_transform(code.transform(X_test))
    neighbors = KNeighborsClassifier(5).fit(code.transform(X), y)
    print(f"{name:11} squared error {((again - X_test) ** 2).sum(axis=1).mean():.2f}, ", end="")
    print(f"neighbors right {neighbors.score(code.transform(X_test), y_test):.2f}")
ReconstructionsDisplay.from_estimator(model, X_test, name="Made again from two numbers")

# %%
# Walking through the plane
# -------------------------
# The decoder makes an image of any two numbers. Between the codes of a six and a one lie images that nobody wrote.

six, one = (X_test[y_test == digit][0] for digit in (6, 1))
first, last = model.transform([six, one])
way = first + np.linspace(0, 1, 9)[:, np.newaxis] * (last - first)
figure, axes = plt.subplots(1, 9, figsize=(9, 1.3), layout="constrained")
for ax, image in zip(axes, model.inverse_transform(way), strict=True):
    ax.imshow(image.reshape(8, 8), cmap="Greys", vmin=0, vmax=1)
    ax.set(xticks=[], yticks=[])
plt.show()
