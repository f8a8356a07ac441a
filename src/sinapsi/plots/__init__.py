"""Pictures of networks and of their learning: scikit-learn style Display classes.

Each class has ``plot(ax=None)``, constructors such as ``from_estimator`` that draw at once, and keeps what it drew
(``ax_``, ``figure_``). Importing this package does not import matplotlib; drawing does, and says how to install it
where it is missing.
"""

from sinapsi.plots.boundaries.boundary_path import BoundaryPathDisplay
from sinapsi.plots.boundaries.decision_boundary import DecisionBoundaryDisplay
from sinapsi.plots.energy.code_map import CodeMapDisplay
from sinapsi.plots.energy.likelihood import LikelihoodDisplay
from sinapsi.plots.energy.reconstructions import ReconstructionsDisplay
from sinapsi.plots.energy.samples import SamplesDisplay
from sinapsi.plots.errors.error_histogram import ErrorHistogramDisplay
from sinapsi.plots.errors.regression import RegressionDisplay
from sinapsi.plots.errors.unit_errors import UnitErrorsDisplay
from sinapsi.plots.learning.descent_path import DescentPathDisplay
from sinapsi.plots.learning.history import HistoryDisplay
from sinapsi.plots.maps.class_map import ClassMapDisplay
from sinapsi.plots.maps.component_planes import ComponentPlanesDisplay
from sinapsi.plots.maps.film import SOMFilm
from sinapsi.plots.maps.hits import HitsDisplay
from sinapsi.plots.maps.prototypes import PrototypesDisplay
from sinapsi.plots.maps.u_matrix import UMatrixDisplay
from sinapsi.plots.matrices.weights import WeightsDisplay
from sinapsi.plots.memories.energy_path import EnergyPathDisplay
from sinapsi.plots.memories.overlap_path import OverlapPathDisplay
from sinapsi.plots.memories.overlaps import OverlapsDisplay
from sinapsi.plots.memories.recall_curves import RecallCurveDisplay
from sinapsi.plots.memories.recall_film import RecallFilm
from sinapsi.plots.responses.centers import CentersDisplay
from sinapsi.plots.responses.response_surface import ResponseSurfaceDisplay

__all__ = [
    "BoundaryPathDisplay",
    "CentersDisplay",
    "ClassMapDisplay",
    "CodeMapDisplay",
    "ComponentPlanesDisplay",
    "DecisionBoundaryDisplay",
    "DescentPathDisplay",
    "EnergyPathDisplay",
    "ErrorHistogramDisplay",
    "HistoryDisplay",
    "HitsDisplay",
    "LikelihoodDisplay",
    "OverlapPathDisplay",
    "OverlapsDisplay",
    "PrototypesDisplay",
    "RecallCurveDisplay",
    "RecallFilm",
    "ReconstructionsDisplay",
    "RegressionDisplay",
    "ResponseSurfaceDisplay",
    "SOMFilm",
    "SamplesDisplay",
    "UMatrixDisplay",
    "UnitErrorsDisplay",
    "WeightsDisplay",
]
