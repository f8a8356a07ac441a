"""The units of a radial basis function network, as pictures need them: centers, widths, and what they add."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from sinapsi.exceptions import InvalidInputError
from sinapsi.plots.fitted import network_in

if TYPE_CHECKING:
    from sinapsi.radial.basis import Basis
    from sinapsi.radial.radial_basis_network import RadialBasisNetwork

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RadialUnits:
    """Radial units and their output weights.

    Parameters
    ----------
    network : RadialBasisNetwork
        Fitted.
    """

    network: RadialBasisNetwork

    @property
    def centers(self) -> Values:
        """Centers, (n_centers, n_features)."""
        return np.asarray(self.network.centers_, dtype=np.float64)

    @property
    def widths(self) -> Values:
        """Sigma of each unit, (n_centers,)."""
        return np.asarray(self.network.widths_, dtype=np.float64)

    @property
    def weights(self) -> Values:
        """Output weights of the units, without those of a polynomial, (n_outputs, n_centers)."""
        coef = np.asarray(self.network.coef_, dtype=np.float64)
        return coef.reshape(len(self.network.intercept_), -1)[:, : len(self.network.centers_)]

    @property
    def has_polynomial(self) -> bool:
        """Whether more than a bias stands beside the units."""
        return int(self.network.coef_.shape[-1]) > len(self.network.centers_)

    @property
    def is_scaled(self) -> bool:
        """Whether the width says how far a unit reaches; else it only changes the size of its weight."""
        return self._basis.is_scaled

    @property
    def share_at_width(self) -> float:
        """Output of a unit at the distance sigma, as a share of that at its center; NaN where sigma tells no reach."""
        if not self.is_scaled:  # and the output at the center may be 0
            return float("nan")
        return float(self._basis.value(np.ones(1))[0] / self._basis.value(np.zeros(1))[0])

    def outputs(self, inputs: Values) -> Values:
        """Give phi of every unit.

        Parameters
        ----------
        inputs : array of shape (n_samples, n_features)
            As they reach the network.

        Returns
        -------
        array of shape (n_samples, n_centers)
            Unweighted.
        """
        return np.asarray(self.network._layer().unit_outputs(self._rows(inputs)), dtype=np.float64)

    def rest(self, inputs: Values) -> Values:
        """Give what stands beside the units: the bias, and the polynomial where there is one.

        Parameters
        ----------
        inputs : array of shape (n_samples, n_features)
            As they reach the network.

        Returns
        -------
        array of shape (n_samples, n_outputs)
            Weighted.
        """
        n_centers = len(self.network.centers_)
        coef, biases = self.network._weights_and_biases()
        monomials = self.network._layer().outputs(self._rows(inputs))[:, n_centers:]
        return np.asarray(monomials @ coef[:, n_centers:].T + biases, dtype=np.float64)

    @property
    def _basis(self) -> Basis:
        from sinapsi.radial.basis import BASES  # here, so that other pictures do not wait for the radial family

        return BASES[self.network.basis]

    def _rows(self, inputs: Values) -> NDArray[Any]:
        """In the precision of the network, and without names, which the steps before it may have changed."""
        return inputs.astype(self.network.centers_.dtype, copy=False)


def radial_units_of(estimator: Any, caller: str) -> RadialUnits:
    """Find the radial units of a fitted network.

    Parameters
    ----------
    estimator : estimator
        The network, or a pipeline or search that ends in it.
    caller : str
        Who draws, for the message.

    Returns
    -------
    RadialUnits
        Its units.

    Raises
    ------
    NotFittedError
        If it is not fitted.
    InvalidInputError
        If it is no radial basis function network.
    """
    check_is_fitted(estimator)
    network = network_in(estimator)
    if not has_radial_units(network):
        raise InvalidInputError(
            f"{caller} expects a fitted RBFRegressor or RBFClassifier. Got {type(network).__name__}, which has no "
            "centers with widths."
        )
    check_is_fitted(network)
    return RadialUnits(network)


def has_radial_units(estimator: Any) -> bool:
    """Say whether an estimator is, or ends in, a radial basis function network.

    Parameters
    ----------
    estimator : estimator
        Fitted.

    Returns
    -------
    bool
        True where :func:`radial_units_of` finds some.
    """
    from sinapsi.radial.radial_basis_network import RadialBasisNetwork

    return isinstance(network_in(estimator), RadialBasisNetwork)
