"""
A first map: the iris flowers
=============================

Four measures of a flower make a space that nobody can draw. A self-organizing map lays a sheet of units into it, so
that neighbors on the sheet are neighbors among the flowers, and the sheet is easy to draw.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler

from sinapsi import SelfOrganizingMap
from sinapsi.plots import ClassMapDisplay, ComponentPlanesDisplay, HitsDisplay, PrototypesDisplay, UMatrixDisplay

flowers = load_iris(as_frame=True)
X = flowers.data.rename(columns=lambda name: name.removesuffix(" (cm)"))
X[:] = StandardScaler().fit_transform(X)
species = flowers.target_names[flowers.target]
model = SelfOrganizingMap().fit(X)
print(f"{model.grid_.n_rows} x {model.grid_.n_columns} units, {model.stop_reason_}")
print(f"quantization error {model.quantization_error(X):.2f}, topographic error {model.topographic_error(X):.1%}")

# %%
# Where the gaps are
# ------------------
# The U-matrix has a cell for each unit and one between each two neighbors, darker where their prototypes are far apart.
# A dark ridge is a gap among the flowers: setosa stands alone. The species were not used to make the map.

UMatrixDisplay.from_estimator(model)

# %%
# Who is where
# ------------
# Most units won a few flowers, seven none; five of those lie in the gap. With the species as labels the pies show that
# two of the three kinds touch, and where they mix.

HitsDisplay.from_estimator(model)
ClassMapDisplay.from_estimator(model, X, species)
named = model.label_units(species)
print(f"{(named.classify(X) == species).mean():.1%} of the flowers lie on a unit of their species")

# %%
# What a place on the map means
# -----------------------------
# One plane a measure: the value of the prototypes. Petal length and petal width rise together from left to right, so
# one of the two would almost do; sepal width goes its own way.

ComponentPlanesDisplay.from_estimator(model)

# %%
# The sheet among the flowers
# ---------------------------
# Seen on the plane of largest variance, the sheet bends to follow the flowers and bridges the gap with units that won
# nothing.

PrototypesDisplay.from_estimator(model, X)
plt.show()
