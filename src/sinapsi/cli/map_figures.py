"""The pictures of a map that a run keeps."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sinapsi.cli import figures

if TYPE_CHECKING:
    from sinapsi.cli.discovery import Discovery


def draw_map_figures(discovery: Discovery, folder: Path) -> list[str]:
    """Draw the history of a fit and, of a map, its U-matrix, hits, planes and classes.

    Parameters
    ----------
    discovery : Discovery
        What was found.
    folder : Path
        Where the files go; made if needed.

    Returns
    -------
    list of str
        A note, where nothing could be drawn.
    """
    if not figures.can_draw():
        return [figures.NO_FIGURES]
    folder.mkdir(exist_ok=True)
    for name, picture in _pictures_of(discovery).items():
        (folder / f"{name}.png").write_bytes(picture())
    return []


def _pictures_of(discovery: Discovery) -> dict[str, Callable[[], bytes]]:
    from sinapsi.plots import (
        ClassMapDisplay,
        ComponentPlanesDisplay,
        HistoryDisplay,
        HitsDisplay,
        UMatrixDisplay,
    )

    network = discovery.network
    pictures: dict[str, Callable[[], bytes]] = {}
    if network.history_.n_epochs > 1:
        pictures["history"] = lambda: _png_in_its_own_size(HistoryDisplay.from_estimator(network))
    if not hasattr(network, "grid_"):
        return pictures
    pictures["u-matrix"] = lambda: _png_in_its_own_size(UMatrixDisplay.from_estimator(network))
    pictures["hits"] = lambda: _png_in_its_own_size(HitsDisplay.from_estimator(network))
    planes = ComponentPlanesDisplay(
        grid=network.grid_,
        prototypes=network.prototypes_,
        feature_names=discovery.columns.input_names,
        name="Component planes of standardized columns",
    )
    pictures["planes"] = lambda: _png_in_its_own_size(planes.plot())
    if hasattr(network, "unit_classes_"):
        pictures["classes"] = lambda: _png_in_its_own_size(ClassMapDisplay.from_estimator(network))
    return pictures


def _png_in_its_own_size(display: Any) -> bytes:
    from matplotlib import pyplot

    file = io.BytesIO()
    display.figure_.savefig(file, format="png", dpi=figures.DOTS_PER_INCH)
    pyplot.close(display.figure_)
    return file.getvalue()
