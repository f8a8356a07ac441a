"""Input that is odd or wrong: what can be learned from is, and what cannot is refused with a way out."""

import numpy as np
import pytest
from sklearn.datasets import load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.preprocessing import StandardScaler

from sinapsi import SelfOrganizingMap
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.stopping import StopCode

X = load_iris().data


@pytest.mark.parametrize("learning", ["batch", "online"])
@pytest.mark.parametrize("init", ["pca", "random", "sample"])
@pytest.mark.parametrize("topology", ["hexagonal", "rectangular", "linear"])
def test_equal_rows(learning: str, init: str, topology: str) -> None:
    rows = np.full((30, 3), 7.0)
    model = SelfOrganizingMap(learning=learning, init=init, topology=topology, random_state=0).fit(rows)
    np.testing.assert_allclose(model.prototypes_, 7.0, rtol=1e-12)
    assert model.quantization_error(rows) < 1e-12
    assert model.topographic_error(rows) == 0
    assert model.topographic_product() == pytest.approx(0, abs=1e-9) or np.isfinite(model.topographic_product())


@pytest.mark.parametrize("learning", ["batch", "online"])
@pytest.mark.parametrize("n_samples", [1, 2, 5])
def test_fewer_rows_than_units(learning: str, n_samples: int) -> None:
    model = SelfOrganizingMap(size=(6, 6), learning=learning, random_state=0).fit(X[:n_samples])
    assert np.isfinite(model.prototypes_).all()
    assert model.hits_.sum() == n_samples
    assert SelfOrganizingMap(random_state=0).fit(X[:n_samples]).grid_.n_units >= 1


@pytest.mark.parametrize("learning", ["batch", "online"])
@pytest.mark.parametrize("topology", ["hexagonal", "rectangular", "linear"])
def test_a_single_unit_is_the_mean(learning: str, topology: str) -> None:
    model = SelfOrganizingMap(size=(1, 1), topology=topology, learning=learning, random_state=0).fit(X)
    np.testing.assert_allclose(model.prototypes_[0], X.mean(axis=0), atol=1e-12 if learning == "batch" else 0.3)
    assert model.topographic_error(X) == 0
    assert model.topographic_product() == 0
    assert model.kaski_lagus_error(X) == pytest.approx(model.quantization_error(X))
    assert model.unit_distances().tolist() == [0.0]
    assert model.cluster(1).tolist() == [0]
    assert len(model.compress(X).weights) == 1


@pytest.mark.parametrize("learning", ["batch", "online"])
@pytest.mark.parametrize("neighborhood", ["gaussian", "bubble", "cut_gaussian"])
def test_radius_0_lets_each_unit_learn_alone(learning: str, neighborhood: str) -> None:
    start = X[[0, 60, 120]]
    options = {"size": 3, "topology": "linear", "init": start, "radius": 0, "neighborhood": neighborhood}
    model = SelfOrganizingMap(**options, learning=learning, learning_rate=0.01, random_state=0, max_iter=100).fit(X)
    means = np.array([X[model.labels_ == unit].mean(axis=0) for unit in range(3)])  # as k-means ends
    np.testing.assert_allclose(model.prototypes_, means, atol=1e-9 if learning == "batch" else 0.2)


def test_a_ring_of_odd_length_is_a_ring() -> None:
    angles = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    model = SelfOrganizingMap(size=7, topology="linear", toroidal=True, init="random", random_state=2).fit(circle)
    assert model.topographic_error(circle) == 0
    assert model.grid_.distances([0], [6])[0, 0] == 1


def test_a_hexagonal_torus_has_an_even_number_of_rows() -> None:
    with pytest.raises(InvalidParameterError, match=r"'size'.*even number of rows.*Got 5 rows; take 6, or toroidal=F"):
        SelfOrganizingMap(size=(5, 4), toroidal=True).fit(X)
    assert SelfOrganizingMap(toroidal=True).fit(X).grid_.n_rows % 2 == 0
    assert SelfOrganizingMap(toroidal=True, size=21).fit(X).grid_.n_rows % 2 == 0


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinite_values_are_refused(value: float) -> None:
    spoiled = X.copy()
    spoiled[3, 1] = value
    for data in (spoiled, np.where(np.arange(4) == 2, np.nan, spoiled)):
        with pytest.raises(InvalidInputError, match="contains infinity"):
            SelfOrganizingMap().fit(data)


def test_nothing_is_answered_before_fit() -> None:
    model = SelfOrganizingMap()
    for ask in (model.predict, model.transform, model.quantize, model.impute, model.quantization_error, model.compress,
                model.topographic_error, model.trustworthiness, model.distortion, model.classify):  # fmt: skip
        with pytest.raises(NotFittedError):
            ask(X)
    for question in (model.topographic_product, model.unit_distances, lambda: model.cluster(2)):
        with pytest.raises(NotFittedError):
            question()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"neighborhood": "mexican_hat"}, "a weighted mean cannot do.*learning='online'"),
        ({"topology": "linear", "size": (3, 3)}, "linear grid must be one row"),
        ({"size": (2, 2), "init": X[:3]}, r"each of the 2 x 2 units: shape \(4, 4\). Got \(3, 4\); set size to match"),
        ({"size": (1, 2), "init": np.full((2, 4), np.nan)}, "'init' parameter.*must be finite"),
        ({"stopping": "goal(0.1, of='trustworthiness')"}, "watches 'trustworthiness', which its history does not note"),
        ({"stopping": "goal(0.1, of=3)"}, "watches a column of the history, named by a text"),
        ({"stopping": "patience(3)"}, "asks for patience, but there are no validation data"),
    ],
)
def test_parameters_that_do_not_go_together(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        SelfOrganizingMap(**parameters).fit(X)


@pytest.mark.parametrize("data", [load_iris(), load_wine()], ids=["iris", "wine"])
def test_a_mexican_hat_keeps_to_the_data_or_says_that_it_does_not(data: object) -> None:
    """It pushes the harder the farther prototypes are: with a wide radius they run away, finite for long."""
    rows = StandardScaler().fit_transform(data.data)  # type: ignore[attr-defined]
    hat = {"learning": "online", "neighborhood": "mexican_hat", "random_state": 0}
    model = SelfOrganizingMap(**hat).fit(rows)
    assert model.stop_reason_.code is StopCode.MAX_ITER
    assert np.abs(model.prototypes_).max() < 2 * np.abs(rows).max()
    with pytest.warns(ConvergenceWarning, match=r"weights became larger than .*kept. Lower learning_rate"):
        wild = SelfOrganizingMap(**hat, radius=1.0, learning_rate=0.5).fit(rows)
    assert wild.stop_reason_.code is StopCode.DIVERGED
    assert np.abs(wild.prototypes_).max() < 2 * np.abs(rows).max()


def test_labels_that_name_nothing() -> None:
    model = SelfOrganizingMap().fit(X)
    for y, message in [
        (np.random.default_rng(0).random(150), "y holds none.*numpy.digitize"),
        (np.zeros(150, dtype=int), "at least 2 classes"),
        (np.zeros((150, 2), dtype=int), "one label per example"),
    ]:
        with pytest.raises(InvalidInputError, match=message):
            model.label_units(y)
    assert not hasattr(model, "unit_classes_")


def test_questions_out_of_range() -> None:
    model = SelfOrganizingMap().fit(X)
    for ask, message in [
        (lambda: model.trustworthiness(X, 75), "below n_samples / 2 = 75. Got 75"),
        (lambda: model.distortion(X, 0), "radius must be a number above 0"),
        (lambda: model.cluster(0), "integer from 1"),
        (lambda: model.compress(X, max_rise=-1), "max_rise must be a number of at least 0"),
        (lambda: model.compress(X, n_representatives=10**6), "from 1 to the number of units"),
    ]:
        with pytest.raises(InvalidParameterError, match=message):
            ask()
