"""
The perceptron at work: a film of its line
==========================================

Rosenblatt's rule moves the weights on every example that it finds on the wrong side, and on no other. ``learning_path``
keeps the weights after each of these corrections, and `BoundaryPathDisplay` draws them: as one picture, as a strip, or
as a film.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning

from sinapsi import Perceptron
from sinapsi.datasets import logic_gate
from sinapsi.plots import BoundaryPathDisplay

# %%
# AND, correction by correction
# -----------------------------
# The paler a line, the older it is. The ring is around the example that made the last correction, and the arrow is the
# weight vector: perpendicular to the line, it points to the side where the answer is 1.

X, y = logic_gate("and")
perceptron = Perceptron(order="cyclic")
path = perceptron.learning_path(X, y)
print(f"{path.n_moves} corrections in {path.epoch[-1]} epochs")

inputs = ("first input", "second input")
display = BoundaryPathDisplay.from_path(path, X, y, feature_names=inputs, name="A perceptron learns AND")

# %%
# Six moments of it. In the beginning all weights are 0 and there is no line; later it is often out of view, because a
# correction of one example undoes what another one needs.

display.film_strip(6)

# %%
# Two clouds
# ----------
# Every correction turns the line towards the example that asked for it. The last one leaves no example on the wrong
# side, and the film ends: nothing will ever move this perceptron again.

rng = np.random.default_rng(0)
clouds = np.vstack([rng.normal([-1.2, 0.7], 0.5, size=(40, 2)), rng.normal([1.2, -0.7], 0.5, size=(40, 2))])
colors = np.repeat(["blue", "orange"], 40)
start = Perceptron(init="random", learning_rate=0.1, random_state=9)
display = BoundaryPathDisplay(path=start.learning_path(clouds, colors), X=clouds, y=colors, name="Two clouds")
film = display.animate(interval=500)

# %%
# In the manual the film is here, with buttons to run and to stop it. ``film.save("perceptron.gif", writer="pillow")``
# writes it to a file, ``film.to_jshtml()`` gives it for a notebook.
#
# A line that does not exist
# --------------------------
# Two species of iris overlap. The line never comes to rest, only the epochs come to an end, and where it stands then is
# a matter of chance.

flowers = load_iris(as_frame=True)
overlap = flowers.target > 0
petals = flowers.data.loc[overlap, ["petal length (cm)", "petal width (cm)"]]
species = flowers.target_names[flowers.target[overlap]]
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ConvergenceWarning)  # the point of this picture
    display = BoundaryPathDisplay.from_estimator(
        Perceptron(max_iter=100, random_state=0), petals, species, name="The line never rests"
    )
print(f"{display.n_moves} corrections, and no end")
plt.show()
