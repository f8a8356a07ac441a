"""Pictures of networks and of their learning: scikit-learn style Display classes.

Each class has ``from_estimator`` and ``plot(ax=None)``, and keeps what it drew (``ax_``, ``figure_``).
Importing this package does not import matplotlib; drawing does, and says how to install it where it is missing.
"""

from sinapsi.plots.decision_boundary import DecisionBoundaryDisplay
from sinapsi.plots.history import HistoryDisplay

__all__ = ["DecisionBoundaryDisplay", "HistoryDisplay"]
