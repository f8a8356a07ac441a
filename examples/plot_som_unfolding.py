"""
How a map unfolds
=================

A map that starts in disorder first shrinks to a point, because with a wide neighborhood every unit learns from every
example. As the radius falls the units let go of each other: order first, details later. The same sheet on a ring shows
what happens where the grid does not fit.
"""

import matplotlib.pyplot as plt
import numpy as np

from sinapsi import SelfOrganizingMap
from sinapsi.plots import HistoryDisplay, SOMFilm

# %%
# A sheet over a square
# ---------------------

random = np.random.default_rng(0)
square = random.random((600, 2))
model = SelfOrganizingMap(size=(8, 8), init="random", max_iter=25, random_state=0)
film = SOMFilm.from_estimator(model, square, name="A sheet over a square")
film.strip()

# %%
# The film of it, a picture for every other epoch:

animation = film.animate(interval=400, max_frames=13)

# %%
# The topographic error falls first, to nothing: the map has found its order. The quantization error goes on falling as
# long as the radius shrinks.

HistoryDisplay.from_estimator(model.fit(square), columns=("topographic_error", "quantization_error"))
print(model.history_)

# %%
# A ring needs a ring
# -------------------
# Around a circle a planar line must end somewhere; a toroidal line has no end.

angles = 2 * np.pi * random.random(600)
circle = np.column_stack([np.cos(angles), np.sin(angles)]) + 0.08 * random.standard_normal((600, 2))
for toroidal in (False, True):
    line = SelfOrganizingMap(size=24, topology="linear", toroidal=toroidal, init="random", random_state=2)
    name = "A ring over a circle" if toroidal else "A line over a circle"
    SOMFilm.from_estimator(line, circle, name=name).strip(n_pictures=5)
    line.fit(circle)
    ends = np.linalg.norm(line.prototypes_[0] - line.prototypes_[-1])
    print(f"{name}: the first and the last prototype are {ends:.2f} apart")
plt.show()
