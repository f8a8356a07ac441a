"""Where errors lie: mean and spread, which of them are outliers, and the bins that show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidParameterError
from sinapsi.plots.whole_numbers import is_whole

Values = NDArray[np.float64]

# Tukey (1977), Exploratory Data Analysis, ch. 2D: a value is outside beyond the inner fences, far out beyond the outer.
INNER_FENCE, OUTER_FENCE = 1.5, 3.0  # interquartile ranges beyond the quartiles
OVERLONG = 2.0  # from this multiple of the outer fences on, the range of the errors would flatten the picture

SMALLEST_RANGE = 1e-9  # of the largest error; in a smaller one rounding would decide about the bins


@dataclass(frozen=True, eq=False)
class ErrorSpread:
    """A few numbers that describe a set of errors.

    Parameters
    ----------
    mean, standard_deviation : float
        Of the errors; the latter with the divisor n.
    outliers : array of shape (n_outliers,)
        The errors beyond the inner fences.
    n_errors : int
        Number of all.
    """

    mean: float
    standard_deviation: float
    outliers: Values
    n_errors: int

    @property
    def outlier_share(self) -> float:
        """Share of the outliers, from 0 to 1."""
        return len(self.outliers) / self.n_errors


def spread_of(errors: Values) -> ErrorSpread:
    """Describe a set of errors.

    Parameters
    ----------
    errors : array of shape (n_errors,)
        At least one, finite.

    Returns
    -------
    ErrorSpread
        Mean, standard deviation, outliers.

    Examples
    --------
    >>> import numpy as np
    >>> spread_of(np.array([-1.0, 0.0, 0.0, 1.0, 20.0])).outliers
    array([20.])
    """
    low, high = _fences(errors, INNER_FENCE)
    return ErrorSpread(
        mean=float(errors.mean()),
        standard_deviation=float(errors.std()),
        outliers=errors[(errors < low) | (errors > high)],
        n_errors=len(errors),
    )


def bin_edges(errors: Values, bins: int | Sequence[float]) -> Values:
    """Divide the range of the errors into bins.

    Parameters
    ----------
    errors : array of shape (n_errors,)
        Of all sets.
    bins : int or sequence of float
        Their number, or their edges.

    Returns
    -------
    array of shape (n_bins + 1,)
        Increasing. The range is cut at the outer fences where some errors lie so far out that the others would share
        a bin or two.

    Raises
    ------
    InvalidParameterError
        If ``bins`` is neither a number of bins nor increasing edges.
    """
    if is_whole(bins, 1):
        return np.linspace(*_range_to_show(errors, bins), bins + 1)
    edges = _edges_in(bins)
    if edges is None:
        raise InvalidParameterError(
            f"bins must be a number of bins, at least 1, or at least two increasing edges. Got {bins!r}."
        )
    return edges


def counts_in(edges: Values, errors: Values) -> NDArray[np.int64]:
    """Count the errors in each bin.

    Parameters
    ----------
    edges : array of shape (n_bins + 1,)
        Increasing.
    errors : array of shape (n_errors,)
        Those beyond the edges count in the outermost bins.

    Returns
    -------
    array of shape (n_bins,)
        Sums to ``n_errors``.
    """
    return np.histogram(np.clip(errors, edges[0], edges[-1]), bins=edges)[0].astype(np.int64)


def _fences(errors: Values, width: float) -> tuple[float, float]:
    first, third = np.quantile(errors, [0.25, 0.75])
    reach = width * (third - first)
    return float(first - reach), float(third + reach)


def _range_to_show(errors: Values, n_bins: int) -> tuple[float, float]:
    low, high = float(errors.min()), float(errors.max())
    fence_low, fence_high = _fences(errors, OUTER_FENCE)
    if high - low > OVERLONG * (fence_high - fence_low) > 0:
        return max(low, fence_low), min(high, fence_high)
    if high - low > SMALLEST_RANGE * max(abs(low), abs(high)):
        return low, high
    # All errors are equal: they fill the middle bin of a range of 1.
    return low - (n_bins // 2 + 0.5) / n_bins, low + ((n_bins + 1) // 2 - 0.5) / n_bins


def _edges_in(bins: object) -> Values | None:
    try:
        edges = np.asarray(bins, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    is_sound = edges.ndim == 1 and len(edges) >= 2 and bool(np.isfinite(edges).all() and (np.diff(edges) > 0).all())
    return edges if is_sound else None
