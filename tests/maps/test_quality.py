"""Measures of a map against their definitions, written out, and against scikit-learn."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from sinapsi import SelfOrganizingMap
from tests.reference import maps as naive

random = np.random.default_rng(0)
X = random.standard_normal((120, 4))
SQUARE = random.random((1200, 2))
GRIDS = [
    {"topology": "hexagonal", "size": (5, 4)},
    {"topology": "hexagonal", "size": (4, 4), "toroidal": True},
    {"topology": "rectangular", "size": (4, 5)},
    {"topology": "rectangular", "size": (3, 5), "toroidal": True},
    {"topology": "linear", "size": 9},
]


def small_map(grid: dict[str, object], **options: object) -> SelfOrganizingMap:
    return SelfOrganizingMap(**grid, radius=0.5, init="sample", random_state=0, max_iter=5, **options).fit(X)


@pytest.mark.parametrize("grid", GRIDS, ids=str)
@pytest.mark.parametrize("metric", ["euclidean", "cosine", "manhattan", "chebyshev"])
def test_measures_are_their_definitions(grid: dict[str, object], metric: str) -> None:
    model = small_map(grid, metric=metric)
    prototypes, place = model.prototypes_, model.grid_
    found = [naive.two_nearest(metric, row, prototypes) for row in X]
    assert model.quantization_error(X) == pytest.approx(np.mean([error for _, _, error in found]))
    torn = [place.distances()[first, second] > place.reach() for first, second, _ in found]
    assert 0 < model.topographic_error(X) == pytest.approx(np.mean(torn))  # 1 when the two are NOT neighbors
    assert model.distortion(X, 1.3) == pytest.approx(naive.distortion(X, prototypes, place, "gaussian", 1.3, metric))
    assert model.topographic_product() == pytest.approx(naive.topographic_product(prototypes, place, metric), rel=1e-9)
    assert model.kaski_lagus_error(X) == pytest.approx(naive.kaski_lagus(X, prototypes, place, metric), rel=1e-9)
    pairs = place.neighbor_pairs()
    for unit, mean in enumerate(model.unit_distances()):
        near = [b if a == unit else a for a, b in pairs if unit in (a, b)]
        assert mean == pytest.approx(np.mean([naive.distance(metric, prototypes[unit], prototypes[n]) for n in near]))


def test_a_batch_epoch_is_the_least_distortion_for_its_winners() -> None:
    """Kohonen's energy for fixed winners: whichever way the new prototypes are moved, it rises."""
    model = SelfOrganizingMap(size=(5, 5), radius=1.5, init="random", random_state=0, max_iter=3, warm_start=True)
    winners = model.fit(SQUARE).labels_
    prototypes = model.set_params(max_iter=1).fit(SQUARE).prototypes_
    weights = np.exp(-(model.grid_.distances()[winners] ** 2) / (2 * 1.5**2))

    def energy(points: np.ndarray) -> float:
        return float((weights * ((SQUARE[:, np.newaxis] - points) ** 2).sum(axis=2)).sum())

    for _ in range(10):
        assert energy(prototypes + 1e-3 * random.standard_normal(prototypes.shape)) > energy(prototypes)


@pytest.mark.parametrize("n_neighbors", [1, 5, 20])
def test_trustworthiness_with_ties_is_the_mean_over_orders(n_neighbors: int) -> None:
    model = SelfOrganizingMap(size=(4, 4), topology="rectangular", max_iter=10).fit(X)
    places = model.grid_.positions[model.labels_]
    drawn = [
        trustworthiness(
            X, places + 1e-6 * np.random.default_rng(seed).standard_normal(places.shape), n_neighbors=n_neighbors
        )
        for seed in range(200)
    ]
    # Jitter breaks ties between equal distances in a direction of its own, so the mean is met within sampling error.
    assert model.trustworthiness(X, n_neighbors) == pytest.approx(
        np.mean(drawn), abs=4 * np.std(drawn) / 200**0.5 + 2e-3
    )


def test_trustworthiness_without_ties_is_scikit_learns() -> None:
    """Every example is a prototype of its own on a line, and of both directions only one is there."""
    line = np.cumsum(1.01 ** np.arange(40))[:, np.newaxis]
    rows = np.hstack([line, np.sin(line)])
    model = SelfOrganizingMap(size=40, topology="linear", init=rows, max_iter=0).fit(rows)
    model.labels_ = np.arange(40)
    ends = rows[[0, 39]]  # from the ends of the line every distance on the grid is another
    assert model.predict(ends).tolist() == [0, 39]
    expected = trustworthiness(rows, 1.0001 ** np.arange(40)[:, np.newaxis], n_neighbors=5)
    assert model.trustworthiness(rows, 5) == pytest.approx(expected, abs=0.02)


def test_the_topographic_product_tells_dimensions_that_fit() -> None:
    square = SelfOrganizingMap(size=(8, 8), topology="rectangular").fit(SQUARE).topographic_product()
    line = SelfOrganizingMap(size=64, topology="linear").fit(SQUARE).topographic_product()
    assert abs(square) < 0.02
    assert line < -0.03  # a line is folded into the square
