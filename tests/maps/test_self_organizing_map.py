"""The map as its users meet it: fit, winners, order, schedules, groups and names of units."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.metrics import pairwise_distances
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sinapsi import SelfOrganizingMap
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.schedules import ExponentialDecay, TwoPhases
from sinapsi.stopping import StopCode
from tests.reference import maps as naive

IRIS, SPECIES = load_iris(return_X_y=True)
IRIS = StandardScaler().fit_transform(IRIS)
SQUARE = np.random.default_rng(0).random((1500, 2))
GRIDS = [
    {"topology": "rectangular", "size": (4, 5)},
    {"topology": "hexagonal", "size": (5, 4)},
    {"topology": "hexagonal", "size": (4, 5), "toroidal": True},
    {"topology": "rectangular", "size": (3, 5), "toroidal": True},
    {"topology": "linear", "size": 7},
    {"topology": "linear", "size": 7, "toroidal": True},
]


# Learning


@pytest.mark.parametrize("grid", GRIDS, ids=str)
@pytest.mark.parametrize("neighborhood", ["gaussian", "bubble", "cut_gaussian"])
def test_batch_learning_is_the_naive_rule(grid: dict[str, object], neighborhood: str) -> None:
    model = SelfOrganizingMap(**grid, neighborhood=neighborhood, init="random", random_state=1, max_iter=0).fit(IRIS)
    prototypes = model.prototypes_.copy()
    model.set_params(max_iter=6, radius="exponential_decay(1.4, tau=3)", random_state=1).fit(IRIS)
    for epoch in range(6):
        prototypes = naive.batch_epoch(IRIS, prototypes, model.grid_, neighborhood, 1.4 * np.exp(-epoch / 3))
    np.testing.assert_allclose(model.prototypes_, prototypes, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("grid", GRIDS, ids=str)
@pytest.mark.parametrize("metric", ["euclidean", "cosine", "manhattan", "chebyshev"])
def test_online_learning_is_kohonens_rule(grid: dict[str, object], metric: str) -> None:
    start = SelfOrganizingMap(**grid, init="random", random_state=1, max_iter=0).fit(IRIS).prototypes_
    radius, rate = ExponentialDecay(2.0, tau=100.0), ExponentialDecay(0.4, tau=200.0)
    model = SelfOrganizingMap(
        **grid,
        learning="online",
        shuffle=False,
        init=start,
        metric=metric,
        radius=radius,
        learning_rate=rate,
        max_iter=2,
    ).fit(IRIS)
    steps = np.arange(300)
    prototypes, errors, torn = naive.learn_online(
        np.tile(IRIS, (2, 1)), start, model.grid_, "gaussian", metric, radius.rates(steps), rate.rates(steps)
    )
    np.testing.assert_allclose(model.prototypes_, prototypes, rtol=1e-10, atol=1e-12)
    met = np.asarray(errors).reshape(2, 150).mean(axis=1)
    np.testing.assert_allclose(model.history_["quantization_error"], met, rtol=1e-10)
    np.testing.assert_allclose(model.history_["topographic_error"], np.asarray(torn).reshape(2, 150).mean(axis=1))


def test_every_online_epoch_has_an_order_of_its_own() -> None:
    """A trap: one permutation that is repeated."""
    models = [
        SelfOrganizingMap(
            size=(1, 1),
            topology="rectangular",
            learning="online",
            learning_rate=0.9,
            radius=1.0,
            max_iter=n,
            random_state=0,
        ).fit(IRIS)
        for n in (1, 2, 3)
    ]
    last_seen = {pairwise_distances(model.prototypes_, IRIS).argmin() for model in models}  # the last one pulls by 0.9
    assert len(last_seen) == 3


def test_two_phases_are_the_schedules_of_an_automatic_map() -> None:
    model = SelfOrganizingMap(size=(8, 12), max_iter=40).fit(IRIS)
    assert isinstance(model.radius_, TwoPhases)
    assert model.learning_rate_ is None
    radii = model.history_["radius"]
    assert radii[0] == pytest.approx(3.0)  # a quarter of the longer side
    assert (np.diff(radii) <= 0).all()
    assert radii[27:29].min() <= 1.0 <= radii[27:29].max()  # ordering ends after 70 % of the epochs
    assert radii[-1] == pytest.approx(0.7)
    online = SelfOrganizingMap(size=(8, 12), learning="online", max_iter=10, random_state=0).fit(IRIS)
    rates = online.learning_rate_.rates(np.arange(1500))
    np.testing.assert_allclose(rates[[0, 1050, 1499]], [0.5, 0.05, 0.01], rtol=1e-6)


@pytest.mark.parametrize(
    ("learning", "topology"), [("batch", "hexagonal"), ("batch", "rectangular"), ("online", "hexagonal")]
)
@pytest.mark.parametrize("load", [load_iris, load_wine, load_digits])
def test_a_newcomers_first_map_is_well_ordered(load: object, learning: str, topology: str) -> None:
    X = StandardScaler().fit_transform(load(return_X_y=True)[0])  # type: ignore[operator]
    model = SelfOrganizingMap(learning=learning, topology=topology, random_state=0).fit(X)
    assert model.topographic_error(X) < 0.05
    assert model.trustworthiness(X) > 0.92
    coarse = np.sqrt(((X - X.mean(axis=0)) ** 2).sum(axis=1)).mean()  # all examples by one prototype
    assert model.quantization_error(X) < 0.66 * coarse


@pytest.mark.parametrize("init", ["random", "sample"])
def test_disorder_unfolds(init: str) -> None:
    """The grid over a square ends up without folds, whatever the start: of all neighbors none are far apart."""
    for seed in range(3):
        model = SelfOrganizingMap(size=(8, 8), init=init, random_state=seed).fit(SQUARE)
        assert model.topographic_error(SQUARE) < 0.03
        assert model.unit_distances().max() < 2.5 * np.median(model.unit_distances())


def test_the_start_lies_on_the_principal_plane() -> None:
    from sklearn.decomposition import PCA

    model = SelfOrganizingMap(size=(5, 9), max_iter=0).fit(IRIS)
    off_plane = model.prototypes_ - PCA(2).fit(IRIS).inverse_transform(PCA(2).fit(IRIS).transform(model.prototypes_))
    np.testing.assert_allclose(off_plane, 0, atol=1e-10)
    spread = PCA(2).fit(IRIS).transform(model.prototypes_).std(axis=0)
    np.testing.assert_allclose(spread, np.sqrt(PCA(2).fit(IRIS).explained_variance_ * 149 / 150), rtol=1e-10)


def test_the_start_from_examples_has_distinct_ones_while_there_are() -> None:
    model = SelfOrganizingMap(size=(5, 9), init="sample", max_iter=0, random_state=0).fit(IRIS)
    assert cdist(model.prototypes_, IRIS).min(axis=1).max() == 0
    assert len(np.unique(model.prototypes_, axis=0)) == 45
    few = SelfOrganizingMap(size=(5, 9), init="sample", max_iter=3, random_state=0).fit(IRIS[:10])
    assert np.isfinite(few.prototypes_).all()


def test_a_map_comes_to_rest() -> None:
    model = SelfOrganizingMap(size=(3, 3), radius=1.0, max_iter=1000).fit(IRIS)
    assert model.stop_reason_.code is StopCode.SOLVED
    assert model.n_iter_ < 200
    again = model.prototypes_.copy()
    model.set_params(warm_start=True, max_iter=1).fit(IRIS)
    np.testing.assert_array_equal(model.prototypes_, again)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("goal(0.09, of='topographic_error')", "topographic error reached the goal 0.09"),
        ("goal(0.45, of='quantization_error')", "quantization error reached the goal 0.45"),
        ("goal(0.95, of='trustworthiness')", "trustworthiness reached the goal 0.95"),
        (
            "tolerance(0.01, 3, of='kaski_lagus_error')",
            "kaski lagus error did not improve by more than 0.01 for 3 epochs",
        ),
    ],
)
def test_learning_stops_on_its_measures(rule: str, sentence: str) -> None:
    measures = ("trustworthiness", "kaski_lagus_error")
    model = SelfOrganizingMap(stopping=rule, measures=measures, init="random", random_state=3).fit(IRIS)
    assert str(model.stop_reason_) == sentence
    assert model.n_iter_ < 50


def test_measures_of_the_history_are_those_of_the_map() -> None:
    names = ("distortion", "topographic_product", "trustworthiness", "kaski_lagus_error")
    model = SelfOrganizingMap(measures=names, max_iter=10).fit(IRIS)
    last = {name: model.history_[name][-1] for name in (*names, "quantization_error", "topographic_error")}
    for name, value in last.items():
        measured = getattr(model, name)
        assert value == pytest.approx(measured() if name == "topographic_product" else measured(IRIS), rel=1e-12)
    assert model.history_["loss"][-1] == pytest.approx((model.transform(IRIS).min(axis=1) ** 2).mean() / 2)


# Answers


def test_the_nearest_prototype_wins() -> None:
    model = SelfOrganizingMap().fit(IRIS)
    distances = model.transform(IRIS)
    np.testing.assert_allclose(distances, pairwise_distances(IRIS, model.prototypes_), atol=1e-7)
    np.testing.assert_array_equal(model.predict(IRIS), distances.argmin(axis=1))
    np.testing.assert_array_equal(model.labels_, model.predict(IRIS))
    np.testing.assert_array_equal(model.hits_, np.bincount(model.labels_, minlength=len(model.prototypes_)))
    np.testing.assert_array_equal(model.quantize(IRIS), model.prototypes_[model.labels_])
    assert model.quantization_error(IRIS) == pytest.approx(distances.min(axis=1).mean())
    assert model.score(IRIS) == -model.quantization_error(IRIS)
    rows, columns = model.grid_.rows_and_columns(model.labels_)
    np.testing.assert_array_equal(rows * model.grid_.n_columns + columns, model.labels_)


def test_the_topographic_error_says_whose_neighbors() -> None:
    model = SelfOrganizingMap(topology="rectangular", size=(7, 7), radius=0.3).fit(IRIS)
    four, eight = model.topographic_error(IRIS, n_neighbors=4), model.topographic_error(IRIS, n_neighbors=8)
    assert four > eight == model.topographic_error(IRIS) > 0
    with pytest.raises(InvalidParameterError, match=r"rectangular grid have 8 or 4 neighbors. Got n_neighbors=6"):
        model.topographic_error(IRIS, n_neighbors=6)


def test_a_map_works_in_a_pipeline_with_frames() -> None:
    frame = pd.DataFrame(IRIS, columns=["a", "b", "c", "d"])
    pipeline = make_pipeline(StandardScaler(), SelfOrganizingMap(size=(3, 4))).set_output(transform="pandas").fit(frame)
    distances = pipeline.transform(frame)
    assert list(distances.columns) == [f"selforganizingmap{unit}" for unit in range(12)]
    np.testing.assert_array_equal(pipeline.predict(frame), distances.to_numpy().argmin(axis=1))
    assert pipeline.score(frame) < 0


def test_float32_stays_and_agrees() -> None:
    single, double = (SelfOrganizingMap(size=(5, 6)).fit(IRIS.astype(kind)) for kind in (np.float32, np.float64))
    assert single.prototypes_.dtype == np.float32
    assert single.transform(IRIS.astype(np.float32)).dtype == np.float32
    np.testing.assert_allclose(single.prototypes_, double.prototypes_, atol=1e-4)


def test_data_far_from_zero_are_mapped_as_near_it() -> None:
    near = SelfOrganizingMap(size=(5, 6)).fit(SQUARE)
    far = SelfOrganizingMap(size=(5, 6)).fit(SQUARE + 1e9)
    assert (near.labels_ == far.labels_).mean() > 0.999  # 1e9 keeps 7 digits of the data
    assert far.quantization_error(SQUARE + 1e9) == pytest.approx(near.quantization_error(SQUARE), rel=1e-5)


# Units in groups, units with names


def test_groups_of_units_hold_together_and_find_the_clusters() -> None:
    random = np.random.default_rng(0)
    blobs = np.concatenate([center + random.standard_normal((80, 3)) for center in np.eye(3) * 12])
    model = SelfOrganizingMap().fit(blobs)
    groups = model.cluster(3)
    found = groups[model.labels_].reshape(3, 80)
    assert (found == found[:, :1]).mean() > 0.98
    assert len({row[0] for row in found}) == 3
    pairs = model.grid_.neighbor_pairs()
    for group in range(3):
        members = set(np.flatnonzero(groups == group))
        reached, edge = set(), {min(members)}
        while edge:
            reached |= edge
            near = {b for a, b in (*pairs, *pairs[:, ::-1]) if a in edge}
            edge = (near & members) - reached
        assert reached == members
    assert model.cluster(1).max() == 0
    np.testing.assert_array_equal(model.cluster(len(model.prototypes_)), np.arange(len(model.prototypes_)))
    with pytest.raises(InvalidParameterError, match="from 1 to the number of units"):
        model.cluster(len(model.prototypes_) + 1)


def test_units_are_named_after_their_examples() -> None:
    names = np.array(["setosa", "versicolor", "virginica"])[SPECIES]
    model = SelfOrganizingMap().fit(IRIS)
    with pytest.raises(InvalidInputError, match=r"have no names yet\. Call label_units\(y\)"):
        model.classify(IRIS)
    assert model.label_units(names) is model
    assert (model.classify(IRIS) == names).mean() > 0.94
    np.testing.assert_array_equal(model.unit_class_counts_.sum(axis=1), model.hits_)
    for unit in range(len(model.prototypes_)):
        won = names[model.labels_ == unit]
        if len(won):
            kinds, counts = np.unique(won, return_counts=True)
            assert model.unit_classes_[unit] == kinds[counts.argmax()]
    empty = np.flatnonzero(model.hits_ == 0)
    assert len(empty)
    won = np.flatnonzero(model.hits_)
    nearest = won[pairwise_distances(model.prototypes_[empty], model.prototypes_[won]).argmin(axis=1)]
    np.testing.assert_array_equal(model.unit_classes_[empty], model.unit_classes_[nearest])
    other = SelfOrganizingMap().fit(IRIS).label_units(names[::2], IRIS[::2])
    assert other.unit_class_counts_.sum() == 75
    with pytest.raises(InvalidInputError, match="75 labels and 150 examples"):
        model.label_units(names[::2])


def test_a_new_fit_forgets_the_names() -> None:
    model = SelfOrganizingMap().fit(IRIS).label_units(SPECIES)
    model.fit(IRIS)
    assert not hasattr(model, "unit_classes_")


def test_many_examples_are_compressed_to_a_few_weighted_ones() -> None:
    random = np.random.default_rng(0)
    X = np.repeat(np.eye(4) * 10, [500, 300, 150, 50], axis=0) + 0.1 * random.standard_normal((1000, 4))
    model = SelfOrganizingMap(size=(6, 6)).fit(X)
    few = model.compress(X, n_representatives=4)
    order = few.representatives.argmax(axis=1).argsort()
    np.testing.assert_array_equal(few.weights[order], [500, 300, 150, 50])
    means = np.array([X[few.labels == label].mean(axis=0) for label in range(len(few.weights))])
    np.testing.assert_allclose(few.representatives, means, rtol=1e-10)
    np.testing.assert_allclose(few.weights @ few.representatives / 1000, X.mean(axis=0), rtol=1e-10)
    assert set(few.unit_groups) <= {-1, 0, 1, 2, 3}
    errors = []
    for rise in (0.0, 0.1, 1.0, 1e6):
        found = model.compress(X, max_rise=rise)
        errors.append(np.linalg.norm(X - found.representatives[found.labels], axis=1).mean())
        assert errors[-1] <= (1 + rise) * errors[0] * (1 + 1e-12)
    assert len(model.compress(X, max_rise=0.0).weights) > len(model.compress(X, max_rise=1.0).weights)
    assert len(model.compress(X, max_rise=1e6).weights) == 1


def test_compressed_examples_teach_almost_as_much() -> None:
    """What the notes promise: a learner on the weighted representatives of digits comes close to one on all."""
    from sklearn.model_selection import train_test_split
    from sklearn.neighbors import KNeighborsClassifier

    X, y = load_digits(return_X_y=True)
    learned, judged, y_learned, y_judged = train_test_split(X, y, random_state=0)
    model = SelfOrganizingMap(size=400).fit(learned)
    few = model.compress(learned)
    labels = [np.bincount(y_learned[few.labels == label]).argmax() for label in range(len(few.weights))]
    on_few = KNeighborsClassifier(1).fit(few.representatives, labels).score(judged, y_judged)
    assert len(few.weights) < len(learned) / 3
    assert on_few > KNeighborsClassifier(1).fit(learned, y_learned).score(judged, y_judged) - 0.06


# Going on


def test_the_unfolding_is_the_course_of_the_fit() -> None:
    model = SelfOrganizingMap(init="random", random_state=4, max_iter=8)
    course = model.unfolding(IRIS)
    assert not hasattr(model, "prototypes_")
    model.fit(IRIS)
    assert course.n_moments == 9
    np.testing.assert_array_equal(course.prototypes[-1], model.prototypes_)
    np.testing.assert_array_equal(course.radius[1:], model.history_["radius"])
    np.testing.assert_array_equal(course.topographic_error[1:], model.history_["topographic_error"])
    start = SelfOrganizingMap(init="random", random_state=4, max_iter=0).fit(IRIS).prototypes_
    np.testing.assert_array_equal(course.prototypes[0], start)


@pytest.mark.parametrize("learning", ["batch", "online"])
def test_a_stream_of_parts_is_learned(learning: str) -> None:
    """Parts that come again and again, as many as a stream has, make a map about as good as that of all at once."""
    model = SelfOrganizingMap(size=(6, 6), learning=learning, random_state=0, max_iter=20)
    order = np.random.default_rng(0).permutation(len(SQUARE))
    for _ in range(20):
        for part in np.array_split(order, 10):
            model.partial_fit(SQUARE[part])
    whole = SelfOrganizingMap(size=(6, 6), random_state=0).fit(SQUARE)
    assert model.quantization_error(SQUARE) < 1.1 * whole.quantization_error(SQUARE)
    assert model.topographic_error(SQUARE) < 0.05


def test_after_the_radius_is_final_batch_parts_count_like_all_they_were_cut_from() -> None:
    model = SelfOrganizingMap(size=(4, 4), max_iter=40).fit(SQUARE[:1000])
    assert model.stop_reason_.code in (StopCode.SOLVED, StopCode.MAX_ITER)
    prototypes = naive.batch_epoch(SQUARE, model.prototypes_, model.grid_, "gaussian", 0.7)
    model.partial_fit(SQUARE[1000:])
    np.testing.assert_allclose(model.prototypes_, prototypes, rtol=1e-9)


def test_more_parts_do_not_forget_the_first() -> None:
    model = SelfOrganizingMap(size=(4, 4), max_iter=40).fit(SQUARE)
    before = model.quantization_error(SQUARE)
    for _ in range(5):
        model.partial_fit(SQUARE[:20] * 0.1)
    assert model.quantization_error(SQUARE) < 1.15 * before
