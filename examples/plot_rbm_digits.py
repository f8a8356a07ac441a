"""
A machine that dreams of digits
===============================

A restricted Boltzmann machine learns how images of digits are distributed, without being told what a digit is. Its
hidden units come to look for patches of ink beside patches of paper. Left alone, it dreams up digits that nobody wrote.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sinapsi import RestrictedBoltzmannMachine
from sinapsi.plots import ReconstructionsDisplay, SamplesDisplay, WeightsDisplay

# %%
# What hidden units look for
# --------------------------
# 8 x 8 pixels, 0 for paper and 1 for ink. A filter is the weights of one hidden unit to all pixels: where it wants ink,
# and where it wants none. Weights that decay, and units asked to be on for a tenth of the images only,
# make filters that look for few things each.

images = (load_digits().data > 7.5).astype(float)
X, X_test = train_test_split(images, test_size=400, random_state=0)
model = RestrictedBoltzmannMachine(n_hidden=64, weight_decay=0.01, sparsity=0.1, random_state=0).fit(X)
print(model.stop_reason_, f"{model.score(X_test):.2f} nats an image", sep="; ")
WeightsDisplay.from_estimator(model, image_shape=(8, 8), name="Filters of 64 hidden units")

# %%
# Chains
# ------
# Eight chains begin at images of the test part. In every Gibbs step the hidden units are drawn given the pixels, and
# the pixels given the hidden units. Drawn are the means of the pixels. A chain keeps to its digit for a while, and then
# becomes another one.

SamplesDisplay.from_estimator(model, start=X_test[:8], steps=(0, 1, 10, 100, 1000), as_means=True, name="Chains")

# %%
# Gaps and noise
# --------------
# Ten images of which the lower half is not known: held fast are the pixels above, and the machine draws the others for
# a while. Below is what it expects there on average.

half = X_test[:10].copy()
half[:, 32:] = np.nan
ReconstructionsDisplay.from_estimator(model, X_test[:10], seen=half, name="Lower halves filled in")

# %%
# A tenth of the pixels is turned from ink to paper or from paper to ink. One step up and one down takes most of that
# out again.

noisy = np.where(np.random.default_rng(0).random((10, 64)) < 0.1, 1 - X_test[:10], X_test[:10])
ReconstructionsDisplay.from_estimator(model, X_test[:10], seen=noisy, name="Noise taken out")
plt.show()
