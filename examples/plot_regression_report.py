"""
Looking at a regression network
===============================

One number says how good a network is; pictures say what is wrong with it. Are its errors alike on both sides? Does it
follow large targets as well as small ones? Which inputs does it listen to? Friedman's first problem has ten inputs, of
which the last five have nothing to do with the target.
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import make_friedman1
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from sinapsi import AdalineRegressor, MLPRegressor
from sinapsi.plots import ErrorHistogramDisplay, RegressionDisplay, WeightsDisplay

X, y = make_friedman1(600, noise=1.0, random_state=0)
X, y = 4 * (X - 0.5), y / 5  # inputs between -2 and 2, targets of a size near 1
X_train, X_test, y_train, y_test = train_test_split(X, y, train_size=300, random_state=0)

network = MLPRegressor(
    hidden_layer_sizes=(6,), activation="tanh", solver="bayesian", max_iter=300, n_init=10, random_state=0
)
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ConvergenceWarning)  # three hundred steps have to do
    network.fit(X_train, y_train)
linear = AdalineRegressor().fit(X_train, y_train)
print(f"R squared on unseen examples: {network.score(X_test, y_test):.3f}")
print(f"of a linear neuron:           {linear.score(X_test, y_test):.3f}")
print(f"noise of standard deviation {1 / network.noise_precision_**0.5:.3f} estimated, the truth is 0.2")

# %%
# The errors
# ----------
# Both sets in the same bins. If the errors on unseen examples were much wider, the network would have learned the
# others by heart.

sets = {"X_val": X_test, "y_val": y_test}
ErrorHistogramDisplay.from_estimator(network, X_train, y_train, **sets, name="Errors of the network")

# %%
# Outputs against targets
# -----------------------
# The linear neuron cannot follow: its points lie wider about the line, and its outputs are drawn towards the mean,
# which makes the slope of the fitted line smaller than 1.

figure, axes = plt.subplots(1, 2, figsize=(11, 5), layout="constrained", sharex=True, sharey=True)
for model, name, ax in zip((network, linear), ("The network", "A linear neuron"), axes, strict=True):
    RegressionDisplay.from_estimator(model, X_train, y_train, **sets, name=name, ax=ax)

# %%
# The weights
# -----------
# A row for each input, a column for each hidden unit; the area of a square is the size of the weight, its color the
# sign. Nobody told the network that the last five inputs do not matter.

WeightsDisplay.from_estimator(network, name="From the inputs to the hidden units")
squares = (network.coefs_[0] ** 2).sum(axis=1)
print(f"the first five inputs have {squares[:5].sum() / squares.sum():.0%} of the squared weights")

# %%
# In words
# --------

print(network.diagnose(X_train, y_train, X_val=X_test, y_val=y_test))
plt.show()
