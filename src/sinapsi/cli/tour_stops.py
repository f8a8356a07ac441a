"""The stops of the tour: every network of the contents page on data that ship, one line each in ``STOPS``."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import sinapsi
from sinapsi.cli.energy_stop import CodeStop, FillingStop
from sinapsi.cli.memory_stop import MemoryStop
from sinapsi.cli.networks import kebab_case
from sinapsi.cli.scores import HEADINGS, MAIN, beats
from sinapsi.cli.visit import SEED, Stop, Visit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sinapsi.cli.lesson import Lesson
    from sinapsi.cli.tables import Table

QUICK_ROWS = 400  # enough for each network to beat its baseline


@dataclass(frozen=True)
class LearningStop:
    """A network learns a named data set and must beat the majority class or the mean on rows held out.

    Parameters
    ----------
    network : str
        Class name on the contents page.
    data : str
        Name for :func:`sinapsi.datasets.load_named`.
    settings : mapping of str to object
        Parameters of the network.
    quick_settings : mapping of str to object
        Those that differ in the quick tour.
    """

    network: str
    data: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    quick_settings: Mapping[str, Any] = field(default_factory=dict)

    def visit(self, *, quick: bool) -> Visit:
        """Learn, and judge on a quarter of the rows.

        Parameters
        ----------
        quick : bool
            Whether to take fewer rows, and the quick settings.

        Returns
        -------
        Visit
            What was seen.
        """
        from sinapsi.cli.lesson import learn
        from sinapsi.cli.tables import read_table

        table = _part_of(read_table(self.data)) if quick else read_table(self.data)
        settings = {**self.settings, **(self.quick_settings if quick else {})}
        lesson = learn(table, getattr(sinapsi, self.network), settings, test_fraction=0.25, seed=SEED)
        if lesson.was_interrupted:
            raise KeyboardInterrupt  # who stops a fit of the tour wants to leave the tour
        return _visit_of(lesson, self.data)


def _part_of(table: Table) -> Table:
    rows = min(QUICK_ROWS, table.frame.height)
    return replace(table, frame=table.frame.sample(rows, seed=SEED))


def _visit_of(lesson: Lesson, data: str) -> Visit:
    from sinapsi.cli.figures import drawings_of

    network, linear, constant = (row.scores for row in lesson.rows)
    main = MAIN[lesson.target.task]
    return Visit(
        network=kebab_case(type(lesson.network).__name__),
        data=data,
        measure=HEADINGS[main],
        score=network[main],
        baseline=constant[main],
        linear=linear[main],
        passed=beats(lesson.target.task, network, constant),
        seconds=lesson.seconds,
        remark=str(lesson.network.stop_reason_),
        drawing=next(iter(drawings_of(lesson).values())),
    )


@dataclass(frozen=True)
class MapStop:
    """A map lays itself over a named data set and must be closer to rows held out than one prototype for all.

    Parameters
    ----------
    network : str
        Class name on the contents page.
    data : str
        Name for :func:`sinapsi.datasets.load_named`.
    """

    network: str
    data: str

    LARGEST_TOPOGRAPHIC_ERROR = 0.15  # on rows held out; a map that is torn more has not found its order

    def visit(self, *, quick: bool) -> Visit:
        """Learn, and measure on a quarter of the rows.

        Parameters
        ----------
        quick : bool
            Whether to take fewer rows.

        Returns
        -------
        Visit
            What was seen.
        """
        import numpy as np

        from sinapsi.cli.discovery import discover
        from sinapsi.cli.tables import read_table

        table = _part_of(read_table(self.data)) if quick else read_table(self.data)
        discovery = discover(table, getattr(sinapsi, self.network), {}, test_fraction=0.25, seed=SEED)
        if discovery.was_interrupted:
            raise KeyboardInterrupt
        network, whole = discovery.network, [row.scores["quantization_error"] for row in discovery.rows]
        score, baseline = (np.inf if error is None else error for error in whole)
        torn = discovery.rows[0].scores["topographic_error"] or 0.0

        def draw(ax: Axes) -> None:
            from sinapsi.plots import ClassMapDisplay

            ClassMapDisplay.from_estimator(network, ax=ax)

        return Visit(
            network=kebab_case(self.network),
            data=self.data,
            measure=HEADINGS["quantization_error"],
            score=score,
            baseline=baseline,
            linear=None,
            passed=score < baseline and torn < self.LARGEST_TOPOGRAPHIC_ERROR,
            seconds=discovery.seconds,
            remark=str(network.stop_reason_),
            drawing=draw,
        )


@dataclass(frozen=True)
class GatesStop:
    """A neuron with given weights computes logic gates; the best constant answer knows three rows of four."""

    network: str = "Neuron"
    data: str = "AND, OR, NOT"

    GATES = (("and", (1.0, 1.0), -1.5), ("or", (1.0, 1.0), -0.5), ("not", (-1.0,), 0.5))

    def visit(self, *, quick: bool) -> Visit:
        """Compute every row of the truth tables.

        Parameters
        ----------
        quick : bool
            Makes no difference.

        Returns
        -------
        Visit
            What was seen.
        """
        import numpy as np

        from sinapsi.datasets import logic_gate

        neuron = sinapsi.Neuron  # imported before the clock starts
        began = time.perf_counter()
        right, constant = [], []
        for gate, weights, bias in self.GATES:
            X, y = logic_gate(gate)
            right.extend(neuron(weights, bias=bias).predict(X) == y)
            constant.append(max(np.mean(y), 1 - np.mean(y)) * len(y))
        score, baseline = float(np.mean(right)), float(sum(constant) / len(right))
        return Visit(
            network=kebab_case(self.network),
            data=self.data,
            measure="accuracy",
            score=score,
            baseline=baseline,
            linear=None,
            passed=score == 1.0,  # a gate that is wrong once is no gate
            seconds=time.perf_counter() - began,
            remark="its weights are given",
            drawing=_draw_and,
        )


def _draw_and(ax: Axes) -> None:
    import numpy as np

    from sinapsi.datasets import logic_gate

    neuron = sinapsi.Neuron([1.0, 1.0], bias=-1.5)
    X, y = logic_gate("and")
    axis = np.linspace(-0.5, 1.5, 201)
    plane = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    ax.pcolormesh(axis, axis, neuron.predict(plane).reshape(201, 201), cmap="Blues", vmax=3)
    ax.scatter(X[:, 0], X[:, 1], c=y, cmap="Blues", edgecolors="black", s=80)
    ax.set(xlabel="first input", ylabel="second input", aspect="equal", xticks=[0, 1], yticks=[0, 1])
    ax.set_title("Neuron computes AND", loc="left", fontweight="bold")


STOPS: tuple[Stop, ...] = (
    GatesStop(),
    LearningStop("Perceptron", "breast-cancer", {"max_iter": 100}, {"max_iter": 30}),
    LearningStop("AdalineRegressor", "diabetes"),
    LearningStop("AdalineClassifier", "wine"),
    LearningStop(
        "MLPRegressor",
        "diabetes",
        {"hidden_layer_sizes": (16,), "alpha": 1.0, "learning_rate": 0.01, "validation_fraction": 0.1},
        {"max_iter": 50},
    ),
    LearningStop(
        "MLPClassifier",
        "digits",
        {"hidden_layer_sizes": (64, 32), "learning_rate": 0.003, "validation_fraction": 0.1},
        {"max_iter": 40},
    ),
    LearningStop("RBFRegressor", "diabetes", {"n_centers": 30}),
    LearningStop("RBFClassifier", "digits", {"n_centers": 300}),
    LearningStop("GRNNRegressor", "diabetes"),
    LearningStop("PNNClassifier", "digits"),
    LearningStop("ELMRegressor", "diabetes", {"n_hidden": 50, "n_init": 10}),
    LearningStop("ELMClassifier", "digits", {"n_hidden": 1000}),
    MapStop("SelfOrganizingMap", "digits"),
    MemoryStop("HopfieldNetwork", "0123456789", {"rule": "pseudo_inverse"}),
    MemoryStop("DenseAssociativeMemory", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", {"interaction": "exponential"}),
    MemoryStop("ModernHopfieldNetwork", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
    FillingStop("BoltzmannMachine", {"n_hidden": 50}, {"max_iter": 20}),
    FillingStop("RestrictedBoltzmannMachine", {}, {"max_iter": 20}),
    LearningStop("RBMClassifier", "digits", {}, {"max_iter": 30}),
    LearningStop("DBNRegressor", "diabetes", {"hidden_layer_sizes": (20, 10), "solver": "lbfgs", "alpha": 5.0}),
    LearningStop(
        "DBNClassifier",
        "digits",
        {"hidden_layer_sizes": (64, 32), "learning_rate": 0.003, "validation_fraction": 0.1},
        {"max_iter": 40, "pretraining_max_iter": 10},
    ),
    LearningStop("DeepBeliefNetwork", "digits", {}, {"max_iter": 5, "pretraining_max_iter": 30}),
    CodeStop(
        "DeepAutoencoder",
        {"hidden_layer_sizes": (100, 50, 8), "learning_rate": 0.003, "batch_size": 20, "stopping": "max_iter(40)"},
        {"stopping": "max_iter(10)", "pretraining_max_iter": 10},
    ),
)
