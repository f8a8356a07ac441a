"""ErrorHistogramDisplay: every error is counted once, and the caption tells the truth about them."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from scipy import sparse
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_diabetes
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sinapsi import AdalineRegressor, MLPRegressor, Perceptron
from sinapsi.exceptions import InvalidInputError, InvalidParameterError, MissingDependencyError
from sinapsi.plots import ErrorHistogramDisplay

X, Y = load_diabetes(return_X_y=True)
PREDICTED = LinearRegression().fit(X, Y).predict(X)


def heights(bars):
    return np.array([bar.get_height() for bar in bars])


def test_the_bars_count_the_errors_of_a_regressor():
    model = AdalineRegressor().fit(X, Y)
    display = ErrorHistogramDisplay.from_estimator(model, X, Y)
    errors = Y - model.predict(X)
    counts, edges = np.histogram(errors, bins=20)
    np.testing.assert_allclose(display.edges_, edges)
    np.testing.assert_array_equal(heights(display.bars_["examples"]), counts)
    assert display.bars_["examples"][0].get_x() == pytest.approx(edges[0])
    assert display.means_["examples"] == pytest.approx(0.0, abs=1e-9)
    assert display.standard_deviations_["examples"] == pytest.approx(errors.std())
    assert display.ax_.get_title(loc="left") == "Errors of AdalineRegressor"
    assert display.ax_.get_ylabel() == "number of errors, of 442"


def test_an_error_is_target_minus_output_and_zero_is_marked():
    display = ErrorHistogramDisplay.from_predictions([5.0, 7.0], [4.0, 4.0], bins=[-4, 0, 2, 4])
    assert display.counts_["examples"].tolist() == [0, 1, 1]
    assert list(display.zero_line_.get_xdata()) == [0.0, 0.0]
    assert display.ax_.get_xlabel() == "error = target − output"


def test_the_line_at_zero_is_in_sight_when_all_errors_are_on_one_side():
    display = ErrorHistogramDisplay.from_predictions(np.arange(10.0) + 100, np.arange(10.0) / 2)
    low, high = display.ax_.get_xlim()
    assert low < 0 < display.edges_[0] < high


def test_sets_stand_side_by_side_as_shares_of_their_own_size():
    model = LinearRegression().fit(X[:300], Y[:300])
    display = ErrorHistogramDisplay.from_estimator(model, X[:300], Y[:300], X_val=X[300:], y_val=Y[300:], bins=8)
    assert list(display.bars_) == ["training", "validation"]
    for name, bars in display.bars_.items():
        assert heights(bars).sum() == pytest.approx(1.0), name
    assert display.counts_["validation"].sum() == 142
    for left, right in zip(*display.bars_.values(), strict=True):
        assert left.get_x() + left.get_width() == pytest.approx(right.get_x())
    assert display.caption_.splitlines()[1].startswith("validation: mean ")
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == ["no error", "training", "validation"]


def test_any_number_of_sets_can_be_named():
    targets = {"red": [1.0, 2.0], "green": [3.0], "blue": [4.0, 5.0, 6.0]}
    outputs = {name: np.zeros(len(values)) for name, values in targets.items()}
    display = ErrorHistogramDisplay.from_predictions(targets, outputs, bins=[0, 2.5, 4.5, 7])
    assert {name: counts.tolist() for name, counts in display.counts_.items()} == {
        "red": [2, 0, 0],
        "green": [0, 1, 0],
        "blue": [0, 1, 2],
    }


def test_outliers_by_tukeys_fences_are_ticked_and_counted(shown):
    errors = np.concatenate([np.linspace(-1, 1, 97), [2.9, -3.1, 3.2]])  # fences near -2 and 2
    display = ErrorHistogramDisplay.from_predictions(errors, np.zeros(100))
    assert display.outlier_shares_["examples"] == pytest.approx(0.03)
    ticks = display.outlier_marks_["examples"].get_xdata()
    assert sorted(set(ticks.tolist())) == [-3.1, 2.9, 3.2]
    assert "outliers (ticks): 3 of 100 (3.0%)." in display.caption_
    assert display.caption_ in shown(display.ax_)


def test_a_single_error_far_out_does_not_flatten_the_picture():
    errors = np.append(np.random.default_rng(0).normal(size=999), 1e6)
    display = ErrorHistogramDisplay.from_predictions(errors, np.zeros(1000))
    assert display.edges_[-1] < 10
    assert display.counts_["examples"].sum() == 1000
    assert display.counts_["examples"].max() < 300
    assert "1 error lies beyond the axis, counted in the outermost bins." in display.caption_


def test_equal_errors_fill_the_middle_bin():
    display = ErrorHistogramDisplay.from_predictions([3.0, 4.0, 5.0], [3.0, 4.0, 5.0], bins=5)
    assert display.counts_["examples"].tolist() == [0, 0, 3, 0, 0]
    assert display.caption_ == "Mean 0, standard deviation 0, outliers: none."


@pytest.mark.parametrize("bins", [1, 2, 20, 21])
@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_a_single_example_has_a_picture(bins, offset):
    display = ErrorHistogramDisplay.from_predictions([1.0 + offset], [0.5], bins=bins)
    assert display.counts_["examples"].sum() == 1
    assert display.edges_[0] < 0.5 + offset < display.edges_[-1]


def test_nan_targets_are_left_out_and_the_caption_says_so():
    targets = np.array([[1.0, np.nan], [2.0, 3.0], [np.nan, 5.0]])
    together = ErrorHistogramDisplay.from_predictions(targets, np.zeros((3, 2)))
    second = ErrorHistogramDisplay.from_predictions(targets, np.zeros((3, 2)), output=1)
    assert sorted(together.errors["examples"]) == [1.0, 2.0, 3.0, 5.0]
    assert sorted(second.errors["examples"]) == [3.0, 5.0]
    assert together.caption_.endswith("2 targets are NaN and left out.")
    assert second.caption_.endswith("1 target is NaN and left out.")


def test_one_output_of_several_can_be_chosen():
    targets = np.column_stack([Y, -Y])
    model = MLPRegressor(hidden_layer_sizes=(3,), max_iter=0, random_state=0).fit(X, targets)
    display = ErrorHistogramDisplay.from_estimator(model, X, targets, output=1)
    np.testing.assert_array_equal(display.errors["examples"], -Y - model.predict(X)[:, 1])


@pytest.mark.parametrize(
    "wrapped",
    [
        make_pipeline(StandardScaler(), LinearRegression()),
        GridSearchCV(AdalineRegressor(), {"alpha": [0.0, 1.0]}, cv=2),
        TransformedTargetRegressor(LinearRegression()),
    ],
    ids=["pipeline", "search", "transformed target"],
)
def test_whatever_scikit_learn_wraps_around_a_regressor_is_welcome(wrapped):
    display = ErrorHistogramDisplay.from_estimator(wrapped.fit(X, Y), X, Y)
    np.testing.assert_allclose(display.errors["examples"], Y - wrapped.predict(X))


def test_data_frames_and_sparse_examples_are_welcome():
    frame, column = pd.DataFrame(X, columns=list("abcdefghij")), pd.Series(Y)
    model = LinearRegression().fit(frame, column)
    from_frame = ErrorHistogramDisplay.from_estimator(model, frame, column)  # names reach it, or it would warn
    adaline = AdalineRegressor().fit(sparse.csr_matrix(X), Y)
    from_sparse = ErrorHistogramDisplay.from_estimator(adaline, sparse.csr_matrix(X), Y)
    np.testing.assert_allclose(from_frame.errors["examples"], from_sparse.errors["examples"], atol=1e-6)


def test_it_draws_on_the_axes_given_and_again():
    _, ax = pyplot.subplots()
    display = ErrorHistogramDisplay.from_predictions(Y, PREDICTED, ax=ax, name="Mine")
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert ax.get_title(loc="left") == "Mine"
    assert display.plot() is display
    assert display.ax_ is not ax


def test_a_classifier_is_sent_to_the_confusion_matrix():
    labels = (Y > 150).astype(int)
    for model in (LogisticRegression(), Perceptron(max_iter=1), make_pipeline(StandardScaler(), LogisticRegression())):
        with pytest.raises(InvalidInputError, match=r"a classifier\. Draw .*ConfusionMatrixDisplay"):
            ErrorHistogramDisplay.from_estimator(model, X, labels)


def test_what_is_no_regressor_is_refused():
    with pytest.raises(InvalidInputError, match=r"expects a fitted regressor\. Got StandardScaler"):
        ErrorHistogramDisplay.from_estimator(StandardScaler().fit(X), X, Y)


def test_an_unfitted_regressor_is_refused():
    with pytest.raises(NotFittedError):
        ErrorHistogramDisplay.from_estimator(AdalineRegressor(), X, Y)


@pytest.mark.parametrize("half", [{"X_val": X}, {"y_val": Y}])
def test_half_of_the_validation_data_is_refused(half):
    missing = "y_val" if "X_val" in half else "X_val"
    with pytest.raises(InvalidInputError, match=f"Pass {missing} too"):
        ErrorHistogramDisplay.from_estimator(LinearRegression().fit(X, Y), X, Y, **half)


@pytest.mark.parametrize("bins", [0, -1, 2.5, True, "many", [1.0], [2.0, 1.0], [0.0, np.nan], None])
def test_bins_that_are_none_are_refused(bins):
    with pytest.raises(InvalidParameterError, match=r"bins must be a number of bins, at least 1, or"):
        ErrorHistogramDisplay.from_predictions(Y, PREDICTED, bins=bins)


@pytest.mark.parametrize("output", [2, -1, 0.0, True, "first"])
def test_an_output_that_is_not_there_is_refused(output):
    with pytest.raises(InvalidParameterError, match="integer from 0 to 1"):
        ErrorHistogramDisplay.from_predictions(np.ones((3, 2)), np.ones((3, 2)), output=output)


@pytest.mark.parametrize(
    ("targets", "outputs", "message"),
    [
        ([1.0, 2.0], [1.0], r"shape \(2,\), the outputs \(1,\)"),
        ([1.0, 2.0], np.ones((2, 2)), r"one output for each target"),
        (["a", "b"], [1.0, 2.0], "Targets must be numbers"),
        (3.0, 3.0, r"shape \(n_samples,\) or"),
        ([np.nan, np.nan], [1.0, 2.0], "Of 2 none is"),
        ([], [], "Of 0 none is"),
        ([1.0, 2.0], [np.nan, np.inf], "2 are NaN or infinite"),
        ([1.0, -np.inf], [1.0, 2.0], "1 are NaN or infinite"),
        ({"a": [1.0]}, {"b": [1.0]}, "y_true holds a, y_pred holds b"),
        ({"a": [1.0]}, [1.0], "y_pred holds examples"),
        ({}, {}, r"\(none\)"),
    ],
)
def test_targets_and_outputs_that_do_not_fit_are_refused(targets, outputs, message):
    with pytest.raises(InvalidInputError, match=message):
        ErrorHistogramDisplay.from_predictions(targets, outputs)


@pytest.mark.usefixtures("without_matplotlib")
def test_without_matplotlib_the_way_out_is_named():
    with pytest.raises(MissingDependencyError, match=r"pip install 'sinapsi\[plots\]'"):
        ErrorHistogramDisplay.from_predictions([1.0], [1.0])
