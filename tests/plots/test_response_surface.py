"""ResponseSurfaceDisplay: the curve is predict, the weighted units sum to it, heights are those of the plane."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_rgba
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import BayesianRidge, LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sinapsi import AdalineRegressor, ELMRegressor, GRNNRegressor, MLPRegressor, RBFClassifier, RBFRegressor
from sinapsi.exceptions import InvalidInputError, InvalidParameterError, MissingDependencyError
from sinapsi.plots import ResponseSurfaceDisplay
from sinapsi.plots.palette import NEGATIVE, POSITIVE, height_colors

rng = np.random.default_rng(0)
X1 = rng.uniform(0, 6, (50, 1))
Y1 = np.sin(X1[:, 0])
X2 = rng.normal(size=(80, 2))
Y2 = X2[:, 0] * X2[:, 1]
X4 = rng.normal(size=(80, 4))
Y4 = X4[:, 0] + X4[:, 3] ** 2


def sum_of_lines(display):
    return np.sum([line.get_ydata() for line in display.unit_lines_], axis=0) + display.rest_line_.get_ydata()


@pytest.mark.parametrize(
    "model",
    [
        RBFRegressor(n_centers=6, random_state=0),
        GRNNRegressor(),
        ELMRegressor(n_hidden=10, random_state=0),
        AdalineRegressor(),
        MLPRegressor(hidden_layer_sizes=(4,), solver="lm", max_iter=20, random_state=0),
        TransformedTargetRegressor(RBFRegressor(n_centers=6, random_state=0), transformer=StandardScaler()),
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_curve_is_predict(model):
    display = ResponseSurfaceDisplay.from_estimator(model.fit(X1, Y1), X1, Y1)
    x, output = display.curve_.get_data()
    np.testing.assert_array_equal(output, model.predict(x[:, np.newaxis]))
    np.testing.assert_array_equal(display.points_.get_offsets(), np.column_stack([X1, Y1]))
    assert display.ax_.get_title(loc="left") == type(model).__name__


@pytest.mark.parametrize("width", [0.5, 1.5])
def test_the_weighted_units_and_the_bias_sum_to_the_curve(width):
    model = RBFRegressor(n_centers=7, width=width, alpha=1e-3, random_state=0).fit(X1, Y1)
    display = ResponseSurfaceDisplay.from_estimator(model, X1, Y1)
    assert len(display.unit_lines_) == 7
    np.testing.assert_allclose(sum_of_lines(display), display.curve_.get_ydata(), rtol=0, atol=1e-12)
    np.testing.assert_array_equal(display.rest_line_.get_ydata(), np.full(200, model.intercept_[0]))
    assert "they sum to the output" in display.caption_
    for line, weight in zip(display.unit_lines_, model.coef_, strict=True):
        assert to_rgba(line.get_color()) == to_rgba(POSITIVE if weight > 0 else NEGATIVE)


def test_beside_thin_plates_stands_a_polynomial():
    model = RBFRegressor(n_centers=5, basis="thin_plate", degree=2, random_state=0).fit(X1, Y1)
    display = ResponseSurfaceDisplay.from_estimator(model, X1)
    np.testing.assert_allclose(sum_of_lines(display), display.curve_.get_ydata(), rtol=0, atol=1e-9)
    assert len(display.unit_lines_) == 5
    x, rest = display.rest_line_.get_data()
    np.testing.assert_allclose(np.polyval(np.polyfit(x, rest, 2), x), rest, atol=1e-9)
    assert display.rest_line_.get_label() == "bias and polynomial"


def test_units_behind_a_pipeline_sum_to_the_curve_too():
    frame = pd.DataFrame(X1, columns=["age"])
    pipeline = make_pipeline(StandardScaler(), RBFRegressor(n_centers=5, width=0.5, random_state=0)).fit(frame, Y1)
    display = ResponseSurfaceDisplay.from_estimator(pipeline, frame, Y1)
    np.testing.assert_allclose(sum_of_lines(display), display.curve_.get_ydata(), rtol=0, atol=1e-12)
    assert display.ax_.get_xlabel() == "age"


def test_units_that_cancel_each_other_do_not_press_the_curve_flat():
    model = RBFRegressor(centers=[[2.0], [2.01]], width=1.0, alpha=1.0).fit(X1, Y1)
    model.coef_ = np.array([1000.0, -1000.0])
    display = ResponseSurfaceDisplay.from_estimator(model, X1, Y1)
    low, high = display.ax_.get_ylim()
    assert high - low < 100  # the units go up to 1000
    assert "beyond the picture" in display.caption_


def test_a_curve_that_runs_away_beyond_the_examples_does_not_press_them_flat():
    model = make_pipeline(ELMRegressor(n_hidden=40, random_state=0)).fit(X1, Y1)
    model[-1].coef_ *= np.where(np.arange(40) == 0, 1e3, 1.0)
    display = ResponseSurfaceDisplay.from_estimator(model, X1, Y1)
    assert np.ptp(display.ax_.get_ylim()) <= 3.4 * np.ptp(
        np.concatenate([Y1, display.response.heights_among_examples()])
    )


@pytest.mark.parametrize("model", [ELMRegressor(n_hidden=5), GRNNRegressor(), LinearRegression()])
def test_other_regressors_have_no_unit_lines(model):
    display = ResponseSurfaceDisplay.from_estimator(model.fit(X1, Y1), X1)
    assert display.unit_lines_ == []
    assert display.rest_line_ is None
    assert display.points_ is None
    assert display.caption_ == ""


def test_the_band_is_one_standard_deviation():
    model = GRNNRegressor(width=0.5).fit(X1, Y1)
    display = ResponseSurfaceDisplay.from_estimator(model, X1, Y1, show_std=True)
    x, mean = display.curve_.get_data()
    std = model.predict(x[:, np.newaxis], return_std=True)[1]
    np.testing.assert_allclose(display.response.std, std)
    heights = display.band_.get_paths()[0].vertices[:, 1]
    assert heights.max() == pytest.approx((mean + std).max())
    assert heights.min() == pytest.approx((mean - std).min())


def test_the_band_works_for_regressors_of_scikit_learn_in_a_pipeline():
    model = make_pipeline(StandardScaler(), BayesianRidge()).fit(X1, Y1)
    assert ResponseSurfaceDisplay.from_estimator(model, X1, show_std=True).band_ is not None


def test_over_two_features_the_heights_are_predict():
    model = RBFRegressor(n_centers=10, random_state=0).fit(X2, Y2)
    display = ResponseSurfaceDisplay.from_estimator(model, X2, Y2, grid_resolution=30)
    grid = np.stack(np.meshgrid(*display.response.axes), axis=-1).reshape(-1, 2)
    np.testing.assert_array_equal(display.response.answers.ravel(), model.predict(grid))
    assert display.color_scale_.ax.get_ylabel() == "output"
    assert display.unit_lines_ == []


def test_examples_have_the_color_of_their_target_on_the_scale_of_the_heights():
    model = RBFRegressor(n_centers=10, random_state=0).fit(X2, Y2)
    display = ResponseSurfaceDisplay.from_estimator(model, X2, Y2)
    scale = display.contours_.norm
    display.figure_.canvas.draw()
    np.testing.assert_allclose(display.points_.get_facecolor(), height_colors()(scale(Y2)))
    assert (scale.vmin, scale.vmax) == display.points_.get_clim()
    assert "one that stands out is an error" in display.caption_


def test_the_other_features_are_held_at_their_means_and_the_caption_says_so():
    frame = pd.DataFrame(X4, columns=list("abcd"))
    model = RBFRegressor(n_centers=10, random_state=0).fit(frame, Y4)
    display = ResponseSurfaceDisplay.from_estimator(model, frame, features=("d", "a"), grid_resolution=12)
    points = np.tile(X4.mean(axis=0), (144, 1))
    points[:, [3, 0]] = np.stack(np.meshgrid(*display.response.axes), axis=-1).reshape(-1, 2)
    expected = model.predict(pd.DataFrame(points, columns=list("abcd")))
    np.testing.assert_allclose(display.response.answers.ravel(), expected, rtol=1e-12)
    assert display.caption_ == "The other 2 features held at their means."
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("d", "a")


@pytest.mark.parametrize("features", [3, (3,), [3]])
def test_a_cut_along_one_of_many_features_is_a_curve(features):
    model = RBFRegressor(n_centers=10, random_state=0).fit(X4, Y4)
    display = ResponseSurfaceDisplay.from_estimator(model, X4, Y4, features=features)
    x, output = display.curve_.get_data()
    points = np.tile(X4.mean(axis=0), (len(x), 1))
    points[:, 3] = x
    np.testing.assert_array_equal(output, model.predict(points))
    assert display.unit_lines_ == []
    assert display.caption_ == "The other 3 features held at their means; those of the examples differ."


def test_a_surface_stands_in_space():
    model = GRNNRegressor().fit(X2, Y2)
    display = ResponseSurfaceDisplay.from_estimator(model, X2, Y2, kind="surface", grid_resolution=20)
    assert display.ax_.name == "3d"
    assert display.ax_.get_zlabel() == "output"
    heights = display.points_._offsets3d[2]
    np.testing.assert_array_equal(heights, Y2)
    _, ax = pyplot.subplots(subplot_kw={"projection": "3d"})
    display = ResponseSurfaceDisplay.from_estimator(model, X2, kind="surface", grid_resolution=20, ax=ax)
    assert display.ax_ is ax
    assert display.points_ is None


def test_of_several_outputs_one_is_drawn():
    both = np.column_stack([Y1, -Y1])
    model = RBFRegressor(n_centers=6, random_state=0).fit(X1, both)
    display = ResponseSurfaceDisplay.from_estimator(model, X1, both, output=1)
    x, output = display.curve_.get_data()
    np.testing.assert_array_equal(output, model.predict(x[:, np.newaxis])[:, 1])
    np.testing.assert_allclose(sum_of_lines(display), output, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(display.points_.get_offsets()[:, 1], -Y1)
    assert display.ax_.get_ylabel() == "output 1"
    with pytest.raises(InvalidParameterError, match=r"has 2: output must be an integer from 0 to 1\. Got None"):
        ResponseSurfaceDisplay.from_estimator(model, X1)


def test_targets_that_nobody_knows_are_left_out():
    targets = Y1.copy()
    targets[:10] = np.nan
    display = ResponseSurfaceDisplay.from_estimator(GRNNRegressor().fit(X1, Y1), X1, targets)
    np.testing.assert_array_equal(display.points_.get_offsets(), np.column_stack([X1, Y1])[10:])


def test_a_constant_response_and_a_single_example_are_drawn():
    flat = LinearRegression().fit(X2, np.full(80, 3.0))
    assert ResponseSurfaceDisplay.from_estimator(flat, X2, np.full(80, 3.0)).contours_ is not None
    assert ResponseSurfaceDisplay.from_estimator(flat, X2[:1]).contours_ is not None
    line = LinearRegression().fit(X1, np.full(50, 3.0))
    low, high = ResponseSurfaceDisplay.from_estimator(line, X1[:1], [3.0]).ax_.get_ylim()
    assert low < 3 < high


def test_it_draws_on_the_axes_given_without_a_legend_if_wished():
    _, ax = pyplot.subplots()
    model = GRNNRegressor().fit(X1, Y1)
    display = ResponseSurfaceDisplay.from_estimator(model, X1, Y1, ax=ax, legend=False, name="A sine")
    assert display.ax_ is ax
    assert ax.get_legend() is None
    assert ax.get_title(loc="left") == "A sine"


def test_an_unfitted_regressor_is_refused():
    with pytest.raises(NotFittedError):
        ResponseSurfaceDisplay.from_estimator(RBFRegressor(), X1)


def test_a_classifier_is_refused():
    network = RBFClassifier(n_centers=3, random_state=0).fit(X2, Y2 > 0)
    with pytest.raises(InvalidInputError, match=r"Got RBFClassifier, a classifier\. .*DecisionBoundaryDisplay"):
        ResponseSurfaceDisplay.from_estimator(network, X2)


def test_what_predicts_nothing_is_refused():
    with pytest.raises(InvalidInputError, match=r"expects a fitted regressor\. Got StandardScaler"):
        ResponseSurfaceDisplay.from_estimator(StandardScaler().fit(X2), X2)


@pytest.mark.parametrize("features", [(0, 1, 2), (0, 0), (0, 4), 4, "a", (-1, 0), (), (0.0, 1.0), True])
def test_features_that_are_not_one_or_two_columns_are_refused(features):
    with pytest.raises(InvalidParameterError, match="features must"):
        ResponseSurfaceDisplay.from_estimator(LinearRegression().fit(X4, Y4), X4, features=features)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"kind": "pie"}, "kind must be 'contour' or 'surface'"),
        ({"grid_resolution": 1}, "grid_resolution must be an integer of at least 2"),
        ({"output": 1}, "has 1: output must be an integer from 0 to 0"),
        ({"show_std": True}, "Got two features"),
        ({"show_std": True, "features": 0}, "LinearRegression has no standard deviation"),
    ],
)
def test_settings_out_of_range_are_refused(setting, message):
    with pytest.raises(InvalidParameterError, match=message):
        ResponseSurfaceDisplay.from_estimator(LinearRegression().fit(X2, Y2), X2, Y2, **setting)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (Y2[:3], r"of 1 output for each of the 80 examples of X\. It has the shape \(3,\)"),
        (["much"] * 80, "y must be numbers"),
        (np.full(80, np.inf), "80 are infinite"),
        (np.full(80, np.nan), "At least one target must be a number"),
    ],
)
def test_targets_that_do_not_fit_are_refused(targets, message):
    with pytest.raises(InvalidInputError, match=message):
        ResponseSurfaceDisplay.from_estimator(LinearRegression().fit(X2, Y2), X2, targets)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [(X2[:0], "at least one example"), (X2[0], "over one or two features"), ([[0, np.nan]], "1 NaN")],
)
def test_inputs_that_span_no_plane_are_refused(inputs, message):
    with pytest.raises(InvalidInputError, match=message):
        ResponseSurfaceDisplay.from_estimator(LinearRegression().fit(X2, Y2), inputs)


def test_a_surface_on_flat_axes_is_refused():
    _, ax = pyplot.subplots()
    with pytest.raises(InvalidInputError, match=r"three dimensions\. Got rectilinear"):
        ResponseSurfaceDisplay.from_estimator(LinearRegression().fit(X2, Y2), X2, kind="surface", ax=ax)


def test_without_matplotlib_the_way_out_is_named(without_matplotlib):
    with pytest.raises(MissingDependencyError, match=r"pip install 'sinapsi\[plots\]'"):
        ResponseSurfaceDisplay.from_estimator(LinearRegression().fit(X2, Y2), X2)
