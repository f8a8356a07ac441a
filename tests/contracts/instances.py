"""Quick instances of every network on the contents page, for the contract tests.

The networks are found on the page itself; what a test cannot know stands in ``RECIPES``. A network that is listed
without a recipe fails ``test_contents.py``, so a new one is under contract from its first day.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import get_tags

import sinapsi
from sinapsi.activations import logistic
from sinapsi.energy.units import Gaussian
from sinapsi.feedforward.solvers import LBFGS, SCG, SGD, Bayesian, LevenbergMarquardt
from sinapsi.schedules import Cosine, InverseScaling, TwoPhases
from sinapsi.stopping import Goal, MaxSteps, Patience, TimeLimit

TIGHT = LBFGS(gtol=1e-12, ftol=1e-16)  # converges to rounding, so that two ways to the same minimum agree
# What a test may set to make any fit short and repeatable; a closed form need not have these parameters.
OF_LEARNERS_IN_STEPS = ("max_iter", "stopping", "random_state")


@dataclass(frozen=True)
class Variant:
    """One way to use a network.

    ``settled`` says that learning goes example by example or in mini-batches, so that weight 2 and the example
    doubled agree on the average only; it holds the parameters with which learning settles. ``quick`` makes the fits of
    this variant short, where that of the network does not suit it.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    is_random: bool = True
    iterates: bool = True
    settled: Mapping[str, Any] | None = None
    quick: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """What the tests need to know of a network.

    ``quick`` makes fits short; ``objects`` holds values that are no plain ones; ``diverging`` lets a fit diverge on
    inputs of size ``diverging_scale``, and ``cure`` is what is advised then besides a lower rate; ``plans_all_epochs``
    says that ``max_iter`` is the length of the schedules, so that to use it up is no failure; ``recalls`` says that
    answers have the shape of the inputs, and ``two_valued`` that units are -1 or +1, so that what is stored is no
    floating-point number and one unit is no network; ``validation_loss`` measures the loss on some rows of a network
    whose score takes too long to note it every epoch.
    """

    variants: Mapping[str, Variant]
    quick: Mapping[str, Any] = field(default_factory=dict)
    objects: Mapping[str, Any] = field(default_factory=dict)
    diverging: Mapping[str, Any] | None = None
    diverging_scale: float = 1.0
    cure: str = "standardize X (sklearn.preprocessing.StandardScaler)"
    plans_all_epochs: bool = False
    recalls: bool = False
    two_valued: bool = False
    validation_loss: Callable[[Any, Any], float] | None = None


@dataclass(frozen=True)
class Case:
    """A network in one of its variants."""

    kind: type[Any]
    name: str

    @property
    def recipe(self) -> Recipe:
        return RECIPES[self.kind.__name__]

    @property
    def variant(self) -> Variant:
        return self.recipe.variants[self.name]

    def whole(self, **changes: Any) -> Any:
        """The variant as a user makes it; a closed form goes without budgets and seeds that it does not know."""
        known = self.kind._get_param_names()
        needless = {name for name in OF_LEARNERS_IN_STEPS if name not in known}
        kept = {name: value for name, value in changes.items() if name not in needless}
        return self.kind(**{**self.variant.parameters, **kept})

    def quick(self, **changes: Any) -> Any:
        """The variant with a small budget and a seed."""
        seed = {"random_state": 0} if "random_state" in self.kind().get_params() else {}
        return self.whole(**{**self.recipe.quick, **self.variant.quick, **seed, **changes})

    def shape_of_answers(self, X: Any, y: Any) -> tuple[int, ...]:
        """Of what ``answer_of`` gives for X after learning y."""
        return np.shape(X) if self.recipe.recalls else np.shape(y)

    @property
    def validation_columns(self) -> set[str]:
        """What the history notes of validation data."""
        return {"validation_loss"} if self.recipe.validation_loss else {"validation_loss", "validation_score"}

    def judged(self, model: Any, X: Any, y: Any) -> tuple[str, float]:
        """The column that says how good a model is on validation data, and the number measured anew."""
        if self.recipe.validation_loss:
            return "validation_loss", self.recipe.validation_loss(model, X)
        return "validation_score", model.score(X, y)

    def __str__(self) -> str:
        return f"{self.kind.__name__}-{self.name}"


@dataclass(frozen=True)
class Problem:
    """Data of a kind that a network takes."""

    name: str
    X: Any
    y: Any


def networks() -> list[type[Any]]:
    """Every estimator of the contents page, in its order."""
    found = (getattr(sinapsi, name) for name in sinapsi.__all__)
    return [kind for kind in found if isinstance(kind, type) and issubclass(kind, BaseEstimator)]


def cases(*, iterating: bool = False) -> list[Any]:
    """Every variant of every network, as parameters of a test."""
    made = (Case(kind, name) for kind in networks() for name in getattr(RECIPES.get(kind.__name__), "variants", ()))
    return [pytest.param(case, id=str(case)) for case in made if case.variant.iterates or not iterating]


def networks_as_parameters() -> list[Any]:
    return [pytest.param(Case(kind, "default"), id=kind.__name__) for kind in networks() if kind.__name__ in RECIPES]


def problems_of(kind: type[Any]) -> Iterator[Problem]:
    """A small problem of every kind that the tags of a network promise."""
    tags = get_tags(kind())
    random = np.random.default_rng(7)
    X = random.standard_normal((60, 4))
    slopes = random.standard_normal((4, 2))
    outputs = X @ slopes + 0.3 * random.standard_normal((60, 2))
    if tags.classifier_tags is not None:
        names = np.array(["ant", "bee", "cat"])
        yield Problem("three classes", X, names[np.digitize(outputs[:, 0], [-0.8, 0.8])])
        yield Problem("two classes", X, names[(outputs[:, 0] > 0).astype(int)])
        if tags.classifier_tags.multi_label:
            yield Problem("labels", X, (outputs > 0).astype(int))
    elif tags.regressor_tags is not None:
        yield Problem("one output", X, outputs[:, 0])
        if tags.target_tags.multi_output:
            yield Problem("two outputs", X, outputs)
    else:
        yield Problem("answers that nobody looks at", X, outputs[:, 0])


def first_problem(kind: type[Any]) -> Problem:
    return next(problems_of(kind))


def cases_with_problems() -> list[Any]:
    return [
        pytest.param(case.values[0], problem, id=f"{case.id}-{problem.name.replace(' ', '-')}")
        for case in cases()
        for problem in problems_of(case.values[0].kind)
    ]


def fitted(model: Any, X: Any, y: Any, **arguments: Any) -> Any:
    """The model after ``fit``; that a small budget was used up is no news here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y, **arguments)


def solved(case: Case, problem: Problem | None = None, **changes: Any) -> Any:
    """A quick instance, fitted to a problem of its own."""
    given = problem or first_problem(case.kind)
    return fitted(case.quick(**changes), given.X, given.y)


def answer_of(model: Any, X: Any) -> Any:
    """What a model says of X first of all: it predicts, fills what is missing, or makes X again from its code."""
    for name in ("predict", "complete"):
        if hasattr(model, name):
            return getattr(model, name)(X)
    return model.inverse_transform(model.transform(X))


# A falling rate lets the perceptron come to rest on classes that overlap, as those of scikit-learn's checks.
RESTFUL = {"learning_rate": "inverse_scaling(1.0)"}
LMS_FULL = {"solver": "lms", "batch_size": "full", "shuffle": False}  # shuffled, its sums would differ in the last bit
NLMS = {"solver": "normalized_lms"}
SMALL = {"hidden_layer_sizes": (5,), "learning_rate": 0.01}
IN_BATCHES = {**SMALL, "solver": "sgd", "batch_size": 8, "learning_rate": 0.05, "max_iter": 50}
ONLINE = {**SMALL, "solver": "sgd", "batch_size": 1, "max_iter": 20}
# One minimum, whatever the start. alpha = 0, because a batch's penalty does not depend on how many examples there are.
CONVEX = {"hidden_layer_sizes": (), "alpha": 0.0, "momentum": 0.0, "max_iter": 1000, "stopping": "max_iter(100)"}
# Full-batch solvers go the same way for weight 2 and for the example doubled, up to rounding.
TANH = {"hidden_layer_sizes": (5,), "activation": "tanh"}
RPROP = {**TANH, "solver": "rprop", "max_iter": 30, "stopping": "max_iter(30)"}
SCALED = {**TANH, "solver": SCG(gtol=1e-11, ftol=0.0), "alpha": 3.0, "max_iter": 2000}
DAMPED = {**TANH, "solver": LevenbergMarquardt(gtol=1e-12, ftol=0.0), "alpha": 3.0, "max_iter": 1000}
WITH_EVIDENCE = {"hidden_layer_sizes": (2,), "activation": "tanh", "solver": Bayesian(damping=0.1), "max_iter": 20}
SQUARED = {"loss": "squared_error"}
FULL_BATCH = {**SMALL, "solver": "sgd", "batch_size": "full", "learning_rate": 0.1}
CONVERGED = {"hidden_layer_sizes": (5,), "activation": "tanh", "solver": TIGHT, "alpha": 3.0, "max_iter": 2000}
GIVEN_START = ([np.full((4, 2), 0.25), np.full((2, 1), -0.5)], [np.zeros(2), np.ones(1)])  # fits two classes
MLP_OBJECTS = {
    "hidden_layer_sizes": (2,),
    "activation": (logistic(slope=2.0),),
    "solver": SGD(nesterov=True),
    "learning_rate": Cosine(0.05, n_steps=500, final=0.001),
    "stopping": Goal(1e-9) | TimeLimit(60.0) | Patience(5),
    "validation_fraction": 0.2,
    "init": GIVEN_START,
}
ADALINE_OBJECTS = {
    "solver": "lms",
    "learning_rate": InverseScaling(0.01, power=0.6),
    "stopping": Goal(1e-12) | MaxSteps(150),
}
CLASS_WEIGHT = {"class_weight": {"ant": 1.5, "bee": 0.5}}
CLOSED_FORM = Variant(is_random=False, iterates=False)
SOLVED = Variant(iterates=False)
RBF_VARIANTS = {
    "default": SOLVED,
    "random": replace(SOLVED, parameters={"centers": "random", "width": 4.0, "alpha": 0.1, "n_centers": 20}),
    "exact": replace(SOLVED, parameters={"centers": "exact", "width": "dmax"}),
    "exact-linear": replace(SOLVED, parameters={"centers": "exact", "basis": "linear", "degree": 1}),
    "ols": replace(CLOSED_FORM, parameters={"centers": "ols", "basis": "inverse_multiquadric", "width": 2.0}),
    "competitive": replace(SOLVED, parameters={"centers": "competitive", "width": 2.0, "alpha": "gcv"}),
    "farthest": replace(
        CLOSED_FORM, parameters={"centers": "farthest", "basis": "thin_plate", "alpha": 1e-3, "n_centers": 6}
    ),
    "lms": Variant(
        {"centers": "farthest", "solver": "lms", "width": 1.5},
        settled={"learning_rate": 0.02, "stopping": "max_iter(600)", "max_iter": 600, "n_centers": 6},
    ),
    "fine-tuned": replace(SOLVED, parameters={"n_centers": 20, "fine_tuning": 5, "alpha": 0.1, "width": 3.0}),
}
RBF_OBJECTS = {
    "centers": np.eye(4),
    "width": np.array([0.5, 1.0, 2.0, 4.0]),
    "learning_rate": InverseScaling(0.01, power=0.6),
    "stopping": Goal(1e-12) | MaxSteps(150),
    "solver": "lms",
}
ELM_VARIANTS = {
    "default": SOLVED,
    "ridge": replace(SOLVED, parameters={"alpha": 0.5, "weights": "orthogonal"}),
    "linked": replace(SOLVED, parameters={"direct_links": True, "weights": "sobol", "activation": "logistic"}),
    "deep": replace(SOLVED, parameters={"n_hidden": (40, 60), "weights": "normal"}),
    "differences": replace(SOLVED, parameters={"weights": "class_differences", "alpha": 0.5}),
    "restarted": replace(SOLVED, parameters={"n_init": 3, "alpha": "gcv"}),
    "selected": replace(SOLVED, parameters={"unit_selection": "first", "alpha": 0.1, "weights": "sparse"}),
    "ranked": replace(SOLVED, parameters={"unit_selection": "ranked", "alpha": 0.1}),
}

MAP_VARIANTS = {
    "default": Variant(is_random=False),
    "rectangular": Variant({"topology": "rectangular", "size": (4, 5), "init": "sample"}),
    "torus": Variant({"toroidal": True, "size": (4, 5), "neighborhood": "cut_gaussian", "init": "random"}),
    "line": Variant({"topology": "linear", "size": 9, "metric": "cosine", "neighborhood": "bubble"}, is_random=False),
    "online": Variant({"learning": "online", "size": (4, 4)}),
    "online-disc": Variant({"learning": "online", "neighborhood": "bubble", "metric": "manhattan", "size": 20}),
    "online-in-order": Variant({"learning": "online", "shuffle": False, "metric": "chebyshev"}, is_random=False),
    "measured": Variant({"measures": ("kaski_lagus_error", "trustworthiness"), "size": (4, 4)}, is_random=False),
}

MEMORY_VARIANTS = {  # chance plays a part in recall, not in what is stored
    "default": CLOSED_FORM,
    "synchronous": replace(CLOSED_FORM, parameters={"recall": "synchronous", "normalization": "units"}),
    "pseudo-inverse": replace(CLOSED_FORM, parameters={"rule": "pseudo_inverse"}),
    "storkey": replace(CLOSED_FORM, parameters={"rule": "storkey", "order": "cyclic"}),
    "perceptron": replace(CLOSED_FORM, parameters={"rule": "perceptron", "margin": 0.0}),
    "warm": replace(CLOSED_FORM, parameters={"temperature": 0.5, "n_sweeps": 5}),
}

TWO_LAYERS = {"hidden_layer_sizes": (5, 4), "max_iter": 6, "pretraining_max_iter": 3}
DBN_VARIANTS = {
    "default": Variant(),
    "autoassociators": Variant({"pretraining": "autoassociator", "pretrain_output": True}),
    "outputs-too": Variant({"pretrain_output": True, "visible": "gaussian"}),
    "random-start": Variant(
        {"pretraining": None, "hidden_layer_sizes": 10, "solver": "sgd", "learning_rate": 0.1},
        quick={"hidden_layer_sizes": 5},
    ),
}
DBN_OBJECTS = {
    "hidden_layer_sizes": (3,),
    "visible": Gaussian(),
    "solver": SGD(nesterov=True),
    "learning_rate": Cosine(0.05, n_steps=500, final=0.001),
    "stopping": Goal(1e-9) | TimeLimit(60.0) | Patience(5),
    "validation_fraction": 0.2,
}
RBM_OBJECTS = {
    "visible": Gaussian(),
    "learning_rate": Cosine(0.05, n_steps=500, final=0.001),
    "sparsity": (0.2, 0.5),
    "stopping": Goal(1e-9) | TimeLimit(60.0) | Patience(5),
    "validation_fraction": 0.2,
}

RECIPES: Mapping[str, Recipe] = {
    "Perceptron": Recipe(
        variants={
            "default": Variant(),
            "cyclic": Variant({"order": "cyclic", **RESTFUL}, is_random=False),
            "worst": Variant({"order": "worst"}, is_random=False),
            "kesler": Variant({"multi_class": "kesler", **RESTFUL}),
            "random-start": Variant({"init": "random", "order": "cyclic", **RESTFUL}),
            "averaged": Variant({"variant": "averaged"}),
            "averaged-kesler": Variant({"variant": "averaged", "multi_class": "kesler", **RESTFUL}),
            "pocket": Variant({"variant": "pocket"}),
            "pocket-kesler": Variant({"variant": "pocket", "multi_class": "kesler", **RESTFUL}),
            "voted": Variant({"variant": "voted", "order": "cyclic", **RESTFUL}, is_random=False),
            "voted-kesler": Variant({"variant": "voted", "multi_class": "kesler", **RESTFUL}),
        },
        quick={"max_iter": 6},
        objects={"learning_rate": InverseScaling(0.5, power=0.6), "stopping": TimeLimit(60.0), **CLASS_WEIGHT},
        diverging={},
        diverging_scale=1e200,
    ),
    "AdalineRegressor": Recipe(
        variants={
            "default": Variant(is_random=False, iterates=False),
            "ridge": Variant({"alpha": 2.0}, is_random=False, iterates=False),
            "lms": Variant({"solver": "lms"}, settled={"learning_rate": 0.01, "stopping": "max_iter(200)"}),
            "lms-batches": Variant(
                {"solver": "lms", "batch_size": 8}, settled={"learning_rate": 0.02, "stopping": "max_iter(200)"}
            ),
            "lms-full": Variant({**LMS_FULL, "alpha": 1.0}, is_random=False),
            "normalized-lms": Variant(NLMS, settled={"learning_rate": 0.05, "stopping": "max_iter(200)"}),
            "normalized-lms-batches": Variant(
                {**NLMS, "batch_size": 8, "alpha": 0.5}, settled={"learning_rate": 0.1, "stopping": "max_iter(200)"}
            ),
            "rls": Variant({"solver": "rls", "alpha": 1.0}, is_random=False, iterates=False),
        },
        quick={"max_iter": 6},
        objects=ADALINE_OBJECTS,
        diverging={"solver": "lms", "learning_rate": 10.0, "max_iter": 1000},
    ),
    "AdalineClassifier": Recipe(
        variants={
            "default": Variant(is_random=False, iterates=False),
            "lms": Variant(
                {"solver": "lms", "stopping": "tolerance(1e-5, 50)"},
                settled={"learning_rate": 0.01, "stopping": "max_iter(400)"},
            ),
            "lms-full": Variant(LMS_FULL, is_random=False),
            "normalized-lms": Variant(
                {**NLMS, "learning_rate": 0.05, "stopping": "tolerance(1e-5, 50)"},
                settled={"learning_rate": 0.05, "stopping": "max_iter(400)"},
            ),
            "rls": Variant({"solver": "rls"}, is_random=False, iterates=False),
        },
        quick={"max_iter": 6},
        objects={**ADALINE_OBJECTS, **CLASS_WEIGHT},
        diverging={"solver": "lms", "learning_rate": 10.0, "max_iter": 1000},
    ),
    "MLPRegressor": Recipe(
        variants={
            "default": Variant(settled={**CONVEX, "learning_rate": 0.02}),
            "sgd": Variant(IN_BATCHES, settled={**CONVEX, "learning_rate": 0.08}),
            "online": Variant(ONLINE, settled={**CONVEX, "learning_rate": 0.02}),
            "full": Variant(FULL_BATCH),
            "lbfgs": Variant(CONVERGED),
            "rprop": Variant(RPROP),
            "scg": Variant(SCALED),
            "lm": Variant(DAMPED),
            "bayesian": Variant(WITH_EVIDENCE),
        },
        quick={"max_iter": 6},
        objects=MLP_OBJECTS,
        diverging={"solver": "sgd", "learning_rate": 1e6, "max_iter": 100},
    ),
    "MLPClassifier": Recipe(
        variants={
            "default": Variant(settled={**CONVEX, "learning_rate": 0.02}),
            "sgd": Variant(IN_BATCHES, settled={**CONVEX, "learning_rate": 0.2}),
            "online": Variant(ONLINE, settled={**CONVEX, "learning_rate": 0.05}),
            "full": Variant(FULL_BATCH),
            "lbfgs": Variant(CONVERGED),
            "rprop": Variant(RPROP),
            "scg": Variant(SCALED),
            "lm": Variant({**DAMPED, **SQUARED, "alpha": 1.0}),
            "bayesian": Variant({**WITH_EVIDENCE, **SQUARED}),
            "squared-error": Variant(
                {"loss": "squared_error", "learning_rate": 0.01}, settled={**CONVEX, "learning_rate": 0.05}
            ),
        },
        quick={"max_iter": 6},
        objects={**MLP_OBJECTS, **CLASS_WEIGHT},
        diverging={"solver": "sgd", "learning_rate": 1e300, "max_iter": 100, "hidden_layer_sizes": (5, 5)},
    ),
    "RBFRegressor": Recipe(variants=RBF_VARIANTS, quick={"n_centers": 4, "max_iter": 6}, objects=RBF_OBJECTS),
    "RBFClassifier": Recipe(
        variants=RBF_VARIANTS, quick={"n_centers": 4, "max_iter": 6}, objects={**RBF_OBJECTS, **CLASS_WEIGHT}
    ),
    # The widths suit the data of scikit-learn's checks: standardized for regressors, up to 80 wide for classifiers.
    "GRNNRegressor": Recipe(
        variants={"default": CLOSED_FORM, "given": replace(CLOSED_FORM, parameters={"width": 0.8})},
        objects={"width": np.array([0.5, 1.0, 2.0, 4.0])},
    ),
    "PNNClassifier": Recipe(
        variants={"default": CLOSED_FORM, "given": replace(CLOSED_FORM, parameters={"width": 6.0})},
        objects={"width": np.array([0.5, 1.0, 2.0, 4.0]), **CLASS_WEIGHT},
    ),
    "ELMRegressor": Recipe(variants=ELM_VARIANTS, quick={"n_hidden": 12}, objects={"activation": logistic(slope=2.0)}),
    "ELMClassifier": Recipe(
        variants=ELM_VARIANTS, quick={"n_hidden": 12}, objects={"activation": logistic(slope=2.0), **CLASS_WEIGHT}
    ),
    "SelfOrganizingMap": Recipe(
        variants=MAP_VARIANTS,
        quick={"max_iter": 6, "radius": "inverse_scaling(2.0, power=0.3)", "learning_rate": 0.1},
        plans_all_epochs=True,
        objects={
            "size": (2, 2),
            "init": np.eye(4),
            "learning": "online",
            "radius": InverseScaling(2.0, power=0.6),
            "learning_rate": TwoPhases(0.5, 0.1, 0.01, n_ordering=60, n_convergence=60),
            "stopping": Goal(1e-12, of="topographic_error") | MaxSteps(150),
        },
        diverging={"learning": "online", "neighborhood": "mexican_hat", "learning_rate": 100.0, "radius": 3.0},
    ),
    "HopfieldNetwork": Recipe(
        variants=MEMORY_VARIANTS,
        quick={"max_iter": 6},
        objects={"order": np.array([[3, 1, 0, 2], [0, 1, 2, 3]])},
        recalls=True,
        two_valued=True,
    ),
    "DenseAssociativeMemory": Recipe(
        variants={
            "default": CLOSED_FORM,
            "exponential": replace(CLOSED_FORM, parameters={"interaction": "exponential", "recall": "synchronous"}),
        },
        objects={"order": np.array([3, 1, 0, 2])},
        recalls=True,
        two_valued=True,
    ),
    "ModernHopfieldNetwork": Recipe(
        variants={"default": CLOSED_FORM, "attention": replace(CLOSED_FORM, parameters={"beta": 4.0, "max_steps": 1})},
        recalls=True,
    ),
    "BoltzmannMachine": Recipe(
        variants={
            "default": Variant(),
            "fully-visible": Variant({"n_hidden": 0}),
            "layered": Variant({"n_hidden": 2, "connections": "restricted", "positive_phase": "sampled"}),
        },
        quick={"max_iter": 6},
        plans_all_epochs=True,
        objects={
            "connections": ~np.eye(14, dtype=bool),
            "annealing": Cosine(3.0),
            "learning_rate": InverseScaling(0.1, power=0.6),
            "stopping": Goal(1e-12) | MaxSteps(150),
        },
        diverging={"learning_rate": 1e9},
        recalls=True,
    ),
    "RestrictedBoltzmannMachine": Recipe(
        variants={
            "default": Variant(),
            "persistent": Variant({"algorithm": "pcd", "visible": "gaussian", "n_gibbs_steps": 2}),
            "rectified": Variant({"hidden": "rectified", "centered": False, "learning_rate": 0.01}),
            "sparse": Variant({"sparsity": 0.2, "momentum": 0.0, "weight_decay": 0.01}),
        },
        quick={"n_hidden": 5, "max_iter": 6},
        plans_all_epochs=True,
        objects=RBM_OBJECTS,
        diverging={"learning_rate": 1e9},
        cure="take more examples an update (batch_size)",  # it standardizes X itself
        recalls=True,
        validation_loss=lambda model, X: float(((X - model.reconstruct(X)) ** 2).sum(axis=1).mean()),
    ),
    "RBMClassifier": Recipe(
        variants={
            "default": Variant(),
            "persistent": Variant({"algorithm": "pcd", "centered": False, "sparsity": (0.2, 0.5)}),
        },
        quick={"n_hidden": 5, "max_iter": 6},
        plans_all_epochs=True,
        objects={**RBM_OBJECTS, **CLASS_WEIGHT},
        diverging={"learning_rate": 1e9},
        cure="take more examples an update (batch_size)",  # it standardizes X itself
    ),
    "DBNRegressor": Recipe(
        variants=DBN_VARIANTS,
        quick=TWO_LAYERS,
        objects=DBN_OBJECTS,
        diverging={"solver": "sgd", "learning_rate": 1e6, "max_iter": 100},
    ),
    "DBNClassifier": Recipe(
        variants=DBN_VARIANTS,
        quick=TWO_LAYERS,
        objects={**DBN_OBJECTS, **CLASS_WEIGHT},
        diverging={"solver": "sgd", "learning_rate": 1e300, "max_iter": 100},
    ),
    "DeepBeliefNetwork": Recipe(
        variants={
            "default": Variant(),
            "three-layers": Variant(
                {"hidden_layer_sizes": (10, 8, 6), "n_gibbs_steps": 1, "visible": "gaussian"},
                quick={"hidden_layer_sizes": (5, 4, 3)},
            ),
        },
        quick=TWO_LAYERS,
        plans_all_epochs=True,
        objects={
            "hidden_layer_sizes": (3, 2),
            **{name: value for name, value in RBM_OBJECTS.items() if name != "sparsity"},
            **CLASS_WEIGHT,
        },
        diverging={"learning_rate": 1e9},
    ),
    "DeepAutoencoder": Recipe(
        variants={
            "default": Variant(),
            "bounded-code": Variant({"code_activation": "logistic", "pretraining": "autoassociator", "solver": "scg"}),
            "plain": Variant({"pretraining": None, "hidden_layer_sizes": 3}, quick={"hidden_layer_sizes": 3}),
        },
        quick={**TWO_LAYERS, "hidden_layer_sizes": (5, 2)},
        objects=DBN_OBJECTS,
        diverging={"solver": "sgd", "learning_rate": 1e6, "max_iter": 100},
        recalls=True,
    ),
}
