"""RegressionDisplay: points, lines and numbers agree with NumPy, and what is undefined is said."""

import numpy as np
import pytest
from matplotlib import pyplot
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sinapsi import AdalineRegressor
from sinapsi.exceptions import InvalidInputError, InvalidParameterError, MissingDependencyError
from sinapsi.plots import RegressionDisplay

X, Y = load_diabetes(return_X_y=True)


@pytest.fixture(scope="module")
def model():
    return make_pipeline(StandardScaler(), AdalineRegressor()).fit(X[:300], Y[:300])


def test_points_line_and_correlation_are_those_of_numpy(model):
    display = RegressionDisplay.from_estimator(model, X[300:], Y[300:])
    outputs = model.predict(X[300:])
    np.testing.assert_array_equal(display.points_["examples"].get_offsets(), np.column_stack([Y[300:], outputs]))
    slope, intercept = np.polyfit(Y[300:], outputs, 1)
    assert display.slopes_["examples"] == pytest.approx(slope)
    assert display.intercepts_["examples"] == pytest.approx(intercept)
    assert display.correlations_["examples"] == pytest.approx(np.corrcoef(Y[300:], outputs)[0, 1])
    x, y = display.fitted_lines_["examples"].get_data()
    assert x.tolist() == [Y[300:].min(), Y[300:].max()]
    np.testing.assert_allclose(y, slope * x + intercept)
    assert display.ax_.get_title(loc="left") == "Outputs of AdalineRegressor against targets"


def test_the_caption_has_the_equation_and_r(shown):
    display = RegressionDisplay.from_predictions([0.0, 1.0, 2.0, 3.0], [-1.0, 1.0, 3.0, 5.0])
    assert display.caption_ == "Output = 2 target − 1, R = 1.0000."
    assert display.caption_ in shown(display.ax_)
    falling = RegressionDisplay.from_predictions([0.0, 1.0], [1.0, 0.0])
    assert falling.caption_ == "Output = −1 target + 1, R = −1.0000."


def test_the_line_of_equality_runs_from_corner_to_corner():
    display = RegressionDisplay.from_predictions([0.0, 10.0], [4.0, -6.0])
    x, y = display.equality_line_.get_data()
    np.testing.assert_array_equal(x, y)
    assert tuple(x) == display.ax_.get_xlim() == display.ax_.get_ylim()
    assert x[0] < -6
    assert x[1] > 10


def test_a_validation_set_is_drawn_and_fitted_apart(model):
    display = RegressionDisplay.from_estimator(model, X[:300], Y[:300], X_val=X[300:], y_val=Y[300:])
    alone = RegressionDisplay.from_estimator(model, X[300:], Y[300:])
    assert len(display.points_["training"].get_offsets()) == 300
    assert len(display.points_["validation"].get_offsets()) == 142
    assert display.correlations_["validation"] == alone.correlations_["examples"]
    training, validation = display.caption_.splitlines()
    assert training.startswith("training: output = ")
    assert validation.startswith("validation: output = ")
    colors = [tuple(points.get_facecolor()[0, :3]) for points in display.points_.values()]
    assert colors[0] != colors[1]


def test_many_points_are_drawn_transparent():
    rng = np.random.default_rng(0)
    opacity = [
        RegressionDisplay.from_predictions(values, values).points_["examples"].get_alpha()
        for values in (rng.normal(size=100), rng.normal(size=2000), rng.normal(size=30000))
    ]
    assert 1 > opacity[0] > opacity[1] > opacity[2] > 0


def test_in_the_legend_a_pale_point_is_opaque():
    values = np.arange(5000.0)
    legend = RegressionDisplay.from_predictions(values, values).ax_.get_legend()
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["output = target", "examples", "fitted line"]
    assert legend.legend_handles[1].get_alpha() == 1


def test_constant_targets_have_no_line_and_no_r():
    display = RegressionDisplay.from_predictions([2.5, 2.5, 2.5], [1.0, 2.0, 3.0])
    assert display.fitted_lines_ == {}
    assert np.isnan(display.correlations_["examples"])
    assert display.caption_ == "All targets are 2.5, so R and the fitted line are undefined."


def test_constant_outputs_have_a_level_line_and_no_r():
    display = RegressionDisplay.from_predictions([1.0, 2.0, 3.0], [4.0, 4.0, 4.0])
    assert display.slopes_["examples"] == 0
    assert np.isnan(display.correlations_["examples"])
    assert display.caption_ == "Output = 0 target + 4; all outputs are equal, so R is undefined."


def test_a_single_example_has_a_picture():
    display = RegressionDisplay.from_predictions([3.0], [3.0])
    assert display.ax_.get_xlim() == (2.5, 3.5)
    assert display.points_["examples"].get_offsets().tolist() == [[3.0, 3.0]]


def test_targets_far_from_zero_keep_their_digits():
    display = RegressionDisplay.from_predictions(1e9 + np.arange(5.0), np.arange(5.0))
    assert display.slopes_["examples"] == pytest.approx(1.0)
    assert display.correlations_["examples"] == pytest.approx(1.0)


def test_nan_targets_are_left_out():
    targets = np.array([[1.0, np.nan], [2.0, 7.0], [3.0, 8.0]])
    display = RegressionDisplay.from_predictions(targets, np.arange(6.0).reshape(3, 2))
    assert sorted(map(tuple, display.points_["examples"].get_offsets())) == [(1, 0), (2, 2), (3, 4), (7, 3), (8, 5)]
    assert display.caption_.endswith("1 target is NaN and left out.")
    second = RegressionDisplay.from_predictions(targets, np.arange(6.0).reshape(3, 2), output=1)
    assert second.points_["examples"].get_offsets().tolist() == [[7.0, 3.0], [8.0, 5.0]]


def test_it_draws_on_the_axes_given():
    _, ax = pyplot.subplots()
    display = RegressionDisplay.from_predictions([1.0, 2.0], [1.0, 2.0], ax=ax, name="Mine")
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert ax.get_title(loc="left") == "Mine"


def test_a_classifier_is_sent_to_the_confusion_matrix():
    with pytest.raises(InvalidInputError, match=r"RegressionDisplay expects .*ConfusionMatrixDisplay"):
        RegressionDisplay.from_estimator(LogisticRegression(), X, Y > 150)


def test_an_output_that_is_not_there_is_refused():
    with pytest.raises(InvalidParameterError, match=r"integer from 0 to 0\. Got 1"):
        RegressionDisplay.from_estimator(LinearRegression().fit(X, Y), X, Y, output=1)


def test_targets_of_other_examples_are_refused(model):
    with pytest.raises(InvalidInputError, match=r"shape \(442,\), the outputs \(300,\)"):
        RegressionDisplay.from_estimator(model, X[:300], Y)


@pytest.mark.usefixtures("without_matplotlib")
def test_without_matplotlib_the_way_out_is_named():
    with pytest.raises(MissingDependencyError, match=r"pip install 'sinapsi\[plots\]'"):
        RegressionDisplay.from_predictions([1.0], [1.0])
