"""
How likely, and how to know better
==================================

The quality of a Boltzmann machine is the likelihood of examples that it has not seen. The error of reconstruction,
which is easier to have, can fall while the machine is getting worse.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sinapsi import BoltzmannMachine, RestrictedBoltzmannMachine
from sinapsi.plots import LikelihoodDisplay

# %%
# Learning by heart
# -----------------
# A hundred images, and 16 hidden units, so that the likelihood is exact. The gap between the free energies of images
# held out and images learned says how much likelier the machine takes those learned. It grows all the time. The
# error of the images held out goes on falling long after their likelihood has begun to fall.

images = (load_digits().data > 7.5).astype(float)
X, X_test = train_test_split(images, test_size=400, random_state=0)
few = X[:100]
budgets = (10, 20, 50, 100, 200, 500, 1000)
likelihoods, errors = [], []
for budget in budgets:
    model = RestrictedBoltzmannMachine(n_hidden=16, max_iter=budget, stopping=f"max_iter({budget})", random_state=0)
    model.fit(few, X_val=X_test)
    likelihoods.append((model.score(few), model.score(X_test)))
    errors.append(model.history_["validation_loss"][-1])
    print(f"{budget:4} passes: log-likelihood of images learned {likelihoods[-1][0]:6.2f}, held out ", end="")
    print(f"{likelihoods[-1][1]:6.2f}; error of reconstruction, held out {errors[-1]:.2f}")
LikelihoodDisplay.from_estimator(model, name="A hundred images, a thousand passes")

# %%
# The exact likelihoods, beside the error: who stops where the error is least stops much too late.

figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(6, 4.6), layout="constrained")
above.plot(budgets, likelihoods, marker="o")
above.legend(["learned", "held out"])
above.set(ylabel="log-likelihood", xscale="log")
below.plot(budgets, errors, marker="o", color="C1")
below.set(xlabel="passes over the images", ylabel="error held out")

# %%
# Four ways to learn
# ------------------
# The same machine of 16 hidden units, from all images of the training part, for a hundred passes. More Gibbs steps are
# nearer to the gradient. Persistent chains want a rate that falls.

falling = "cosine(0.05, n_steps=10800)"  # 108 updates a pass
ways = {
    "one step": {},
    "ten steps": {"n_gibbs_steps": 10},
    "persistent chains": {"algorithm": "pcd"},
    "persistent chains, falling rate": {"algorithm": "pcd", "learning_rate": falling},
}
for name, way in ways.items():
    scores = [
        RestrictedBoltzmannMachine(n_hidden=16, random_state=seed, **way).fit(X).score(X_test) for seed in range(3)
    ]
    print(f"{name:32}", *(f"{score:7.2f}" for score in scores))

# %%
# When all states cannot be listed
# --------------------------------
# With 100 hidden units log Z is estimated, from below and from above. With more temperatures the two come together.

large = RestrictedBoltzmannMachine(n_hidden=100, max_iter=50, random_state=0).fit(X)
for n_temperatures in (30, 100, 1000):
    print(n_temperatures, large.log_partition(n_temperatures=n_temperatures))

# %%
# A general machine, exactly
# --------------------------
# One of three lamps is on. Three visible and two hidden units, all linked, have 32 states, so every pass ends with the
# exact log-likelihood. The best that can be is -log 3.

lamps = np.random.default_rng(0).permutation(np.repeat(np.eye(3), 100, axis=0))
small = BoltzmannMachine(n_hidden=2, learning_rate="cosine(0.2, n_steps=2000)", max_iter=200, random_state=0).fit(lamps)
print(f"log-likelihood {small.score(lamps):.3f}, best possible {-np.log(3):.3f}")
LikelihoodDisplay.from_estimator(small, name="One of three lamps")
plt.show()
