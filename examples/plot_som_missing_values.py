"""
Maps with holes in the data
===========================

A map needs no value made up for it. Distances are taken over what was observed, and a prototype's feature learns from
the examples that have it. So the map itself can say what was probably missing.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from sinapsi import SelfOrganizingMap

X, y = load_digits(return_X_y=True)
random = np.random.default_rng(0)
holes = np.where(random.random(X.shape) < 0.3, np.nan, X)
model = SelfOrganizingMap(size=300).fit(holes)
whole = SelfOrganizingMap(size=300).fit(X)
apart = np.abs(model.quantize(X) - whole.quantize(X)).mean()
print(f"prototypes of pictures with and without holes differ by {apart:.2f} of 16")
filled = model.impute(holes)

# %%
# Ten digits with three tenths of their pixels gone, filled from the prototypes that fit the rest, and as they were:

figure, axes = plt.subplots(3, 10, figsize=(10, 3.4), layout="constrained")
for digit in range(10):
    row = np.flatnonzero(y == digit)[3]
    for ax, picture in zip(axes[:, digit], (holes[row], filled[row], X[row]), strict=True):
        ax.imshow(np.ma.masked_invalid(picture.reshape(8, 8)), cmap="Greys", vmin=0, vmax=16)
        ax.set(xticks=[], yticks=[])
        ax.set_facecolor("#dbe8f6")
for ax, text in zip(axes[:, 0], ("with holes", "filled", "as they were"), strict=True):
    ax.set_ylabel(text)

# %%
# How far off are the filled pixels? The mean of the column does not look at the rest of the picture.

gaps = np.isnan(holes)
by_mean = np.where(gaps, np.nanmean(holes, axis=0), holes)
for name, guess in (("mean of the column", by_mean), ("map", filled)):
    print(f"{name:20} root mean squared error {np.sqrt(((guess - X)[gaps] ** 2).mean()):.2f} of 16")
plt.show()
