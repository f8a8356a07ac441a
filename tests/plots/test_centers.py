"""CentersDisplay: centers lie where they are, circles have the radius sigma, colors tell what the units do."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_rgba
from scipy import sparse
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sinapsi import ELMRegressor, RBFClassifier, RBFRegressor
from sinapsi.exceptions import InvalidInputError, InvalidParameterError, MissingDependencyError
from sinapsi.plots import CentersDisplay
from sinapsi.plots.palette import CAPTION_INK, NEGATIVE, POSITIVE, class_colors

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 2))
SIGN = np.where(X[:, 0] * X[:, 1] > 0, "same", "different")
HEIGHTS = X[:, 0] * X[:, 1]
BLOBS = np.concatenate([rng.normal(place, 0.3, (20, 2)) for place in ([0, 0], [4, 0], [0, 4])])
COLORS = np.repeat(["blue", "green", "red"], 20)


@pytest.fixture
def regressor():
    centers = [[-1, -1], [1, 1], [-1, 1], [1, -1]]
    return RBFRegressor(centers=centers, width=[0.5, 0.6, 0.7, 0.8], alpha=1e-3).fit(X, HEIGHTS)


def color_of(circle):
    return tuple(circle.get_edgecolor()[:3])


def test_circles_have_the_radius_sigma_in_the_units_of_the_inputs(regressor):
    display = CentersDisplay.from_estimator(regressor, X, HEIGHTS)
    for unit, circle in display.circles_.items():
        assert circle.radius == regressor.widths_[unit]
        np.testing.assert_array_equal(circle.center, regressor.centers_[unit])
        # on paper, too: its extent in data coordinates is two sigma
        extent = circle.get_window_extent().transformed(display.ax_.transData.inverted())
        assert extent.width == pytest.approx(2 * regressor.widths_[unit], rel=1e-6)
    assert sorted(display.circles_) == [0, 1, 2, 3]
    assert display.ax_.get_aspect() == 1


def test_colors_tell_the_sign_of_the_weight(regressor):
    display = CentersDisplay.from_estimator(regressor, X, HEIGHTS)
    assert (regressor.coef_ > 0).tolist() == [True, True, False, False]
    for unit, circle in display.circles_.items():
        assert color_of(circle) == to_rgba(POSITIVE if unit < 2 else NEGATIVE)[:3]
    np.testing.assert_array_equal(display.crosses_["unit that raises it"].get_offsets(), regressor.centers_[:2])
    np.testing.assert_array_equal(display.crosses_["unit that lowers the output"].get_offsets(), regressor.centers_[2:])


def test_a_larger_weight_has_a_larger_cross_and_a_clearer_circle(regressor):
    regressor.coef_ = np.array([1.0, 3.0, -0.1, -2.0])
    display = CentersDisplay.from_estimator(regressor, X)
    areas = [
        area
        for name in ("unit that raises it", "unit that lowers the output")
        for area in display.crosses_[name].get_sizes()
    ]
    clearness = [display.circles_[unit].get_edgecolor()[3] for unit in range(4)]
    assert np.argsort(areas).tolist() == np.argsort(clearness).tolist() == [2, 0, 3, 1]


def test_a_unit_of_a_classifier_has_the_color_of_the_class_it_speaks_for():
    centers = [[0, 0], [4, 0], [0, 4]]
    network = RBFClassifier(centers=centers, width=1.0, alpha=1e-3).fit(BLOBS, COLORS)
    display = CentersDisplay.from_estimator(network, BLOBS, COLORS)
    assert [color_of(display.circles_[unit]) for unit in range(3)] == [to_rgba(each)[:3] for each in class_colors(3)]
    assert list(display.points_) == ["blue", "green", "red"]
    assert list(display.crosses_) == ["unit for blue", "unit for green", "unit for red"]
    np.testing.assert_array_equal(display.points_["red"].get_offsets(), BLOBS[40:])


def test_of_two_classes_the_second_has_the_positive_weights():
    network = RBFClassifier(centers=[[1, 1], [1, -1]], width=1.0, alpha=1e-3).fit(X, SIGN)
    assert (network.coef_[0] > 0).tolist() == [True, False]
    display = CentersDisplay.from_estimator(network, X, SIGN)
    assert [color_of(display.circles_[unit]) for unit in range(2)] == [to_rgba(each)[:3] for each in class_colors(2)][
        ::-1
    ]
    np.testing.assert_array_equal(display.crosses_["unit for same"].get_offsets(), [[1, 1]])


def test_the_caption_tells_number_widths_and_what_a_circle_means(regressor, shown):
    display = CentersDisplay.from_estimator(regressor, X)
    assert display.caption_ == (
        "4 units, σ from 0.5 to 0.8. Circles have the radius σ, where the output is 37% of that at the center."
    )
    assert display.caption_ in shown(display.ax_)
    wide = RBFRegressor(centers=[[0, 0]], width=2.0, basis="inverse_multiquadric").fit(X, HEIGHTS)
    assert CentersDisplay.from_estimator(wide, X).caption_.startswith("1 unit, σ = 2. ")
    assert "71% of that" in CentersDisplay.from_estimator(wide, X).caption_


def test_where_sigma_tells_no_reach_there_is_no_circle():
    network = RBFRegressor(n_centers=5, basis="thin_plate", random_state=0).fit(X, HEIGHTS)
    display = CentersDisplay.from_estimator(network, X)
    assert display.circles_ == {}
    assert sum(len(each.get_offsets()) for each in display.crosses_.values()) == 5
    assert "σ only scales the weights" in display.caption_


def test_all_centers_and_examples_are_inside_and_circles_where_there_is_room(regressor):
    display = CentersDisplay.from_estimator(regressor, X)
    for places in (X, regressor.centers_):
        for axis, (low, high) in enumerate((display.ax_.get_xlim(), display.ax_.get_ylim())):
            assert (places[:, axis] > low).all()
            assert (places[:, axis] < high).all()
    huge = RBFRegressor(centers=[[0, 0]], width=1e6).fit(X, HEIGHTS)
    low, high = CentersDisplay.from_estimator(huge, X).ax_.get_xlim()
    assert high - low < 2 * np.ptp(X[:, 0])


def test_of_many_units_only_the_strongest_have_circles():
    many = rng.normal(size=(250, 2))
    network = RBFRegressor(centers=many, width=0.3, alpha=0.1).fit(X, HEIGHTS)
    display = CentersDisplay.from_estimator(network, X)
    weakest = np.sort(np.abs(network.coef_))[:50]
    assert len(display.circles_) == 200
    assert min(np.abs(network.coef_)[unit] for unit in display.circles_) >= weakest.max()
    assert "Circles, of the 200 largest weights, have" in display.caption_
    assert sum(len(each.get_offsets()) for each in display.crosses_.values()) == 250


def test_of_more_features_two_are_shown_and_the_caption_says_what_that_means():
    inputs = rng.normal(size=(60, 4))
    network = RBFRegressor(n_centers=6, width=1.0, random_state=0).fit(inputs, inputs[:, 3])
    display = CentersDisplay.from_estimator(network, inputs, inputs[:, 3], features=(3, 1))
    drawn = np.concatenate([each.get_offsets() for each in display.crosses_.values()])
    np.testing.assert_array_equal(np.sort(drawn, axis=0), np.sort(network.centers_[:, [3, 1]], axis=0))
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("feature 3", "feature 1")
    assert "They are projections: distances count the 2 features not shown, too." in display.caption_


def test_over_one_feature_the_bumps_are_the_outputs_of_the_units():
    inputs = np.linspace(0, 6, 30)[:, np.newaxis]
    network = RBFRegressor(n_centers=4, width=0.8, random_state=0).fit(inputs, np.sin(inputs[:, 0]))
    display = CentersDisplay.from_estimator(network, inputs, np.sin(inputs[:, 0]))
    assert len(display.bumps_) == 4
    for unit, line in enumerate(display.bumps_):
        x, height = line.get_data()
        np.testing.assert_allclose(height, network.transform(x[:, np.newaxis])[:, unit], rtol=1e-12)
        assert to_rgba(line.get_color())[:3] == to_rgba(POSITIVE if network.coef_[unit] > 0 else NEGATIVE)[:3]
    assert display.circles_ == {}
    assert display.ax_.get_ylabel() == "output of a unit"


def test_behind_a_pipeline_examples_are_drawn_as_they_reach_the_network():
    frame = pd.DataFrame(100 + 20 * X, columns=["length", "width"])
    pipeline = make_pipeline(StandardScaler(), RBFRegressor(n_centers=5, width=0.5, random_state=0)).fit(frame, HEIGHTS)
    display = CentersDisplay.from_estimator(pipeline, frame)
    (points,) = display.points_.values()
    np.testing.assert_allclose(points.get_offsets(), StandardScaler().fit_transform(frame))
    assert display.circles_[0].radius == 0.5
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("length", "width")
    assert display.ax_.get_title(loc="left") == "Units of RBFRegressor"
    assert "Inputs as they leave StandardScaler." in display.caption_


def test_components_of_a_pipeline_do_not_bear_the_names_of_columns():
    frame = pd.DataFrame(X, columns=["length", "width"])
    pipeline = make_pipeline(PCA(), RBFRegressor(n_centers=5, random_state=0)).fit(frame, HEIGHTS)
    assert CentersDisplay.from_estimator(pipeline, frame).ax_.get_xlabel() == "pca0"


def test_a_search_shows_the_best_network_it_found():
    search = GridSearchCV(RBFRegressor(n_centers=5, random_state=0), {"width": [0.1, 1.0]}, cv=2).fit(X, HEIGHTS)
    assert CentersDisplay.from_estimator(search, X).circles_[0].radius == search.best_params_["width"]


def test_several_outputs_have_no_sign_unless_one_is_chosen():
    both = np.column_stack([HEIGHTS, -HEIGHTS])
    network = RBFRegressor(centers=[[1, 1], [1, -1]], width=1.0, alpha=1e-3).fit(X, both)
    together = CentersDisplay.from_estimator(network, X, both)
    assert {color_of(circle) for circle in together.circles_.values()} == {to_rgba(CAPTION_INK)[:3]}
    second = CentersDisplay.from_estimator(network, X, both, output=1)
    assert [color_of(second.circles_[unit]) for unit in range(2)] == [to_rgba(NEGATIVE)[:3], to_rgba(POSITIVE)[:3]]


def test_very_different_ranges_keep_their_own_scales():
    inputs = X * [1, 1000]
    network = RBFRegressor(centers=[[0, 0]], width=100.0).fit(inputs, HEIGHTS)
    assert CentersDisplay.from_estimator(network, inputs).ax_.get_aspect() == "auto"


def test_float32_networks_and_a_single_example_are_drawn():
    network = RBFRegressor(n_centers=3, width=1.0, random_state=0).fit(X.astype(np.float32), HEIGHTS)
    assert len(CentersDisplay.from_estimator(network, X[:1].astype(np.float32), HEIGHTS[:1]).circles_) == 3


def test_it_draws_on_the_axes_given_without_a_legend_if_wished(regressor):
    _, ax = pyplot.subplots()
    display = CentersDisplay.from_estimator(regressor, X, ax=ax, legend=False, name="Four units")
    assert display.ax_ is ax
    assert ax.get_legend() is None
    assert ax.get_title(loc="left") == "Four units"


def test_an_unfitted_network_is_refused():
    with pytest.raises(NotFittedError):
        CentersDisplay.from_estimator(RBFRegressor(), X)


def test_another_network_is_refused():
    with pytest.raises(InvalidInputError, match=r"expects a fitted RBFRegressor or RBFClassifier\. Got ELMRegressor"):
        CentersDisplay.from_estimator(ELMRegressor(n_hidden=3).fit(X, HEIGHTS), X)


@pytest.mark.parametrize("features", [(0, 1, 2), (0, 0), (0, 2), "length", (-1, 0), ()])
def test_features_that_are_not_two_columns_are_refused(regressor, features):
    with pytest.raises(InvalidParameterError, match="features must"):
        CentersDisplay.from_estimator(regressor, X, features=features)


def test_one_of_several_features_is_refused(regressor):
    with pytest.raises(InvalidParameterError, match=r"of 2 features are drawn over two of them.*Got 0"):
        CentersDisplay.from_estimator(regressor, X, features=0)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (X[:0], "at least one example"),
        (X[:, :1], r"X must have the 2 features that the network has learned\. It has 1"),
        ([["a", "b"]], "table of numbers"),
        ([[0.0, np.nan]], "1 NaN or infinite"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(regressor, inputs, message):
    with pytest.raises(InvalidInputError, match=message):
        CentersDisplay.from_estimator(regressor, inputs)


def test_sparse_examples_are_welcome(regressor):
    (points,) = CentersDisplay.from_estimator(regressor, sparse.csr_matrix(X)).points_.values()
    np.testing.assert_array_equal(points.get_offsets(), X)


@pytest.mark.parametrize(("answers", "message"), [(HEIGHTS[:3], "each of the 60"), (SIGN, "y must be numbers")])
def test_targets_that_do_not_fit_are_refused(regressor, answers, message):
    with pytest.raises(InvalidInputError, match=message):
        CentersDisplay.from_estimator(regressor, X, answers)


@pytest.mark.parametrize(
    ("labels", "message"), [(SIGN[:3], "X has 60 examples"), (np.zeros(60), r"different, same\. It also holds 0")]
)
def test_labels_that_do_not_fit_are_refused(labels, message):
    network = RBFClassifier(n_centers=3, random_state=0).fit(X, SIGN)
    with pytest.raises(InvalidInputError, match=message):
        CentersDisplay.from_estimator(network, X, labels)


def test_without_matplotlib_the_way_out_is_named(regressor, without_matplotlib):
    with pytest.raises(MissingDependencyError, match=r"pip install 'sinapsi\[plots\]'"):
        CentersDisplay.from_estimator(regressor, X)
