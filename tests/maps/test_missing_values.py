"""Missing values are left out, not made up: no bias in distances, sums or counts."""

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris
from sklearn.metrics.pairwise import nan_euclidean_distances
from sklearn.preprocessing import StandardScaler

from sinapsi import SelfOrganizingMap
from sinapsi.exceptions import InvalidInputError
from tests.reference import maps as naive

IRIS = StandardScaler().fit_transform(load_iris().data)


def with_gaps(X: np.ndarray, share: float, seed: int) -> np.ndarray:
    holes = np.where(np.random.default_rng(seed).random(X.shape) < share, np.nan, X)
    holes[np.isnan(holes).all(axis=1), 0] = X[np.isnan(holes).all(axis=1), 0]
    return holes


@pytest.mark.parametrize("neighborhood", ["gaussian", "bubble"])
@pytest.mark.parametrize("topology", ["hexagonal", "rectangular"])
def test_batch_learning_counts_per_unit_and_feature(neighborhood: str, topology: str) -> None:
    X = with_gaps(IRIS, 0.3, 0)
    options = {"topology": topology, "size": (4, 5), "neighborhood": neighborhood}
    prototypes = SelfOrganizingMap(**options, init="random", random_state=1, max_iter=0).fit(X).prototypes_
    model = SelfOrganizingMap(**options, init=prototypes, radius="exponential_decay(2.0, tau=3)", max_iter=5).fit(X)
    for epoch in range(5):
        prototypes = naive.batch_epoch(X, prototypes, model.grid_, neighborhood, 2.0 * np.exp(-epoch / 3))
    np.testing.assert_allclose(model.prototypes_, prototypes, rtol=1e-10, atol=1e-12)


def test_distances_are_those_over_observed_features_scaled_up() -> None:
    X = with_gaps(IRIS, 0.3, 0)
    model = SelfOrganizingMap(size=(4, 5)).fit(X)
    np.testing.assert_allclose(model.transform(X), nan_euclidean_distances(X, model.prototypes_), atol=1e-10)
    np.testing.assert_array_equal(model.predict(X), model.transform(X).argmin(axis=1))


def test_zero_is_a_value_and_a_gap_is_none() -> None:
    """A trap: NaN counted as 0 in the sums pulls prototypes to 0."""
    X = 100 + np.random.default_rng(0).standard_normal((400, 3))
    model = SelfOrganizingMap(size=(3, 3)).fit(with_gaps(X, 0.5, 1))
    assert np.abs(model.prototypes_ - 100).max() < 2
    online = SelfOrganizingMap(size=(3, 3), learning="online", random_state=0).fit(with_gaps(X, 0.5, 1))
    assert np.abs(online.prototypes_ - 100).max() < 3


def test_the_map_of_data_with_gaps_is_that_of_all_data_within_sampling_error() -> None:
    """Prototypes with a fifth of the values gone differ no more from the full map than those of a random sample do.

    The sample has as many values as are left, and the same start and schedule; six draws of each.
    """
    random = np.random.default_rng(3)
    latent = random.random((4000, 2))
    X = latent @ random.standard_normal((2, 8)) + 0.05 * random.standard_normal((4000, 8))
    settings = {"size": (5, 5), "topology": "rectangular", "max_iter": 30}
    whole = SelfOrganizingMap(**settings).fit(X)
    settings["init"] = SelfOrganizingMap(**settings).set_params(max_iter=0).fit(X).prototypes_

    def deviations(samples: list[np.ndarray]) -> np.ndarray:
        return np.array(
            [SelfOrganizingMap(**settings).fit(sample).prototypes_ - whole.prototypes_ for sample in samples]
        )

    from_gaps = deviations([with_gaps(X, 0.2, seed) for seed in range(6)])
    from_samples = deviations([X[random.choice(4000, 3200, replace=False)] for _ in range(6)])
    typical = np.sqrt((from_samples**2).mean())
    assert np.sqrt((from_gaps**2).mean()) < 3 * typical
    bias = from_gaps.mean(axis=0)  # what would not go away with more draws
    assert np.abs(bias.mean(axis=0)).max() < 3 * typical / np.sqrt(6)


def test_gaps_are_filled_better_than_by_the_mean() -> None:
    X = load_digits().data
    holes = with_gaps(X, 0.2, 0)
    model = SelfOrganizingMap(size=300).fit(holes)
    filled = model.impute(holes)
    gaps = np.isnan(holes)
    np.testing.assert_array_equal(filled[~gaps], X[~gaps])
    by_mean = np.where(gaps, np.nanmean(holes, axis=0), holes)
    error, error_of_mean = (np.sqrt(((guess - X)[gaps] ** 2).mean()) for guess in (filled, by_mean))
    assert error < 0.75 * error_of_mean


@pytest.mark.parametrize("learning", ["batch", "online"])
@pytest.mark.parametrize("metric", ["euclidean", "cosine", "manhattan", "chebyshev"])
def test_everything_can_be_asked_with_gaps(learning: str, metric: str) -> None:
    X = with_gaps(IRIS, 0.2, 2)
    model = SelfOrganizingMap(size=(4, 4), learning=learning, metric=metric, random_state=0, max_iter=10).fit(X)
    assert np.isfinite(model.prototypes_).all()
    for measure in ("quantization_error", "topographic_error", "distortion", "trustworthiness", "kaski_lagus_error"):
        assert np.isfinite(getattr(model, measure)(X))
    assert not np.isnan(model.impute(X)).any()
    assert np.isfinite(model.compress(X).representatives).all()
    model.partial_fit(X).partial_fit(IRIS).partial_fit(X)
    assert np.isfinite(model.prototypes_).all()


def test_a_row_or_a_column_without_any_value_is_refused() -> None:
    X = IRIS.copy()
    X[[3, 7]] = np.nan
    with pytest.raises(InvalidInputError, match=r"2 of 150 rows have none \(the first is row 3\).*Drop these rows"):
        SelfOrganizingMap().fit(X)
    model = SelfOrganizingMap().fit(IRIS)
    with pytest.raises(InvalidInputError, match="at least one observed value"):
        model.predict(X)
    X = IRIS.copy()
    X[:, 2] = np.nan
    with pytest.raises(InvalidInputError, match="Got none in column 2"):
        SelfOrganizingMap().fit(X)
    assert model.predict(X).shape == (150,)  # what the map knows of that column is enough


def test_validation_data_may_have_gaps() -> None:
    model = SelfOrganizingMap(max_iter=5).fit(IRIS, X_val=with_gaps(IRIS, 0.3, 5))
    assert np.isfinite(model.history_["validation_loss"]).all()
