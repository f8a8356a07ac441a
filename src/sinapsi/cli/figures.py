"""The figures of a run, as PNG files or bytes; without Matplotlib there are none, and one line says so."""

from __future__ import annotations

import io
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sinapsi.cli.lesson import Lesson

NO_FIGURES = "No figures were drawn: they need matplotlib. Install it with: pip install 'sinapsi[plots]'"
MOST_CLASSES_WITH_NUMBERS = 12  # in a confusion matrix; numbers of more would run into each other
DOTS_PER_INCH = 120

Drawing = Callable[["Axes"], None]


def can_draw() -> bool:
    """Tell whether Matplotlib is installed.

    Returns
    -------
    bool
        True if so.
    """
    return find_spec("matplotlib") is not None


def draw_figures(lesson: Lesson, folder: Path) -> list[str]:
    """Draw the history of a fit, and its predictions on the rows held out.

    Parameters
    ----------
    lesson : Lesson
        What was learned.
    folder : Path
        Where the files go; made if needed.

    Returns
    -------
    list of str
        A note, where nothing could be drawn.
    """
    if not can_draw():
        return [NO_FIGURES]
    folder.mkdir(exist_ok=True)
    for name, draw in drawings_of(lesson).items():
        (folder / f"{name}.png").write_bytes(png_of(draw))
    return []


def drawings_of(lesson: Lesson) -> dict[str, Drawing]:
    """Give what there is to draw of a lesson.

    Parameters
    ----------
    lesson : Lesson
        What was learned.

    Returns
    -------
    dict of str to callable
        Each draws on axes. The history is left out where learning was a single step. A classifier has its confusion
        matrix, a regressor its outputs against the targets and the histogram of its errors.
    """
    drawings: dict[str, Drawing] = {}
    if lesson.network.history_.n_epochs > 1:
        drawings["history"] = lambda ax: _draw_history(lesson.network, ax)
    if lesson.target.task == "classification":
        drawings["confusion"] = lambda ax: _draw_confusion(lesson, ax)
    else:
        drawings["regression"] = lambda ax: _draw_regression(lesson, ax)
        drawings["error-histogram"] = lambda ax: _draw_error_histogram(lesson, ax)
    return drawings


def png_of(draw: Drawing) -> bytes:
    """Draw one picture.

    Parameters
    ----------
    draw : callable
        Draws on axes.

    Returns
    -------
    bytes
        A PNG file.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.0, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    draw(figure.subplots())
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DOTS_PER_INCH)
    return file.getvalue()


def _draw_history(network: Any, ax: Axes) -> None:
    from sinapsi.plots import HistoryDisplay

    HistoryDisplay.from_estimator(network, ax=ax)


def _draw_confusion(lesson: Lesson, ax: Axes) -> None:
    from sklearn.metrics import ConfusionMatrixDisplay

    n_classes = len(np.union1d(lesson.truth, lesson.predicted))
    ConfusionMatrixDisplay.from_predictions(
        lesson.truth,
        lesson.predicted,
        include_values=n_classes <= MOST_CLASSES_WITH_NUMBERS,
        xticks_rotation="vertical" if lesson.target.kind == "text label" else "horizontal",
        cmap="Blues",
        colorbar=False,
        ax=ax,
    )
    ax.set_title(_title_of(lesson), loc="left", fontweight="bold")


def _draw_regression(lesson: Lesson, ax: Axes) -> None:
    from sinapsi.plots import RegressionDisplay

    RegressionDisplay.from_predictions(lesson.truth, lesson.predicted, name=_title_of(lesson), ax=ax)


def _draw_error_histogram(lesson: Lesson, ax: Axes) -> None:
    from sinapsi.plots import ErrorHistogramDisplay

    name = f"Errors of {_title_of(lesson)}"
    ErrorHistogramDisplay.from_predictions(lesson.truth, lesson.predicted, name=name, ax=ax)


def _title_of(lesson: Lesson) -> str:
    return f"{lesson.target.name} on {len(lesson.truth)} rows held out"
