"""DecisionBoundaryDisplay: the regions are the predictions, the lines are where classes tie."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from scipy import sparse
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sinapsi import Perceptron
from sinapsi.exceptions import InvalidInputError, InvalidParameterError, MissingDependencyError
from sinapsi.plots import DecisionBoundaryDisplay

mpl.use("Agg")

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
AND = np.array(["no", "no", "no", "yes"])
FLOWERS, SPECIES = load_iris(return_X_y=True)


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    pyplot.close("all")


@pytest.fixture
def perceptron():
    return Perceptron(random_state=0).fit(X, AND)


def winners(display):
    return display.classes[display.margins.argmax(axis=-1)]


def grid_of(display):
    return np.stack(np.meshgrid(display.x0, display.x1), axis=-1).reshape(-1, 2)


@pytest.mark.parametrize("response_method", ["auto", "decision_function", "predict_proba", "predict"])
def test_the_regions_are_the_predictions_for_three_classes(response_method):
    model = LogisticRegression(max_iter=500).fit(FLOWERS[:, :2], SPECIES)
    display = DecisionBoundaryDisplay.from_estimator(
        model, FLOWERS[:, :2], SPECIES, response_method=response_method, grid_resolution=60
    )
    np.testing.assert_array_equal(winners(display).ravel(), model.predict(grid_of(display)))
    assert len(display.boundary_) == 3
    assert sorted(display.points_) == [0, 1, 2]
    assert ((display.sureness >= 0) & (display.sureness <= 1)).all()


def test_the_line_of_a_linear_network_is_where_its_field_vanishes(perceptron):
    display = DecisionBoundaryDisplay.from_estimator(perceptron, X, AND)
    line = np.concatenate([path.vertices for path in display.boundary_[0].get_paths()])
    assert len(line) > 1
    np.testing.assert_allclose(line @ perceptron.coef_[0] + perceptron.intercept_[0], 0, atol=1e-9)


def test_where_one_class_takes_all_there_is_no_line():
    far = X + 100.0
    model = Perceptron(random_state=0).fit(X, AND)
    display = DecisionBoundaryDisplay.from_estimator(model, far)
    assert display.boundary_ == []
    assert display.points_ == {}


def test_the_examples_lie_where_they_are(perceptron):
    display = DecisionBoundaryDisplay.from_estimator(perceptron, X, AND)
    np.testing.assert_array_equal(display.points_["yes"].get_offsets(), [[1, 1]])
    assert len(display.points_["no"].get_offsets()) == 3
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == ["no", "yes"]


def test_the_other_features_stay_at_their_medians_and_the_heading_says_so():
    model = LogisticRegression(max_iter=500).fit(FLOWERS, SPECIES)
    display = DecisionBoundaryDisplay.from_estimator(model, FLOWERS, SPECIES, features=(2, 3), grid_resolution=30)
    points = np.tile(np.median(FLOWERS, axis=0), (900, 1))
    points[:, 2:] = grid_of(display)
    np.testing.assert_array_equal(winners(display).ravel(), model.predict(points))
    assert display.caption_ == "The other 2 features stay at their medians."
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("feature 2", "feature 3")


def test_a_single_fixed_feature_is_said_in_the_singular():
    model = GaussianNB().fit(FLOWERS[:, :3], SPECIES)
    display = DecisionBoundaryDisplay.from_estimator(model, FLOWERS[:, :3], grid_resolution=5)
    assert display.caption_ == "The third feature stays at its median."


def test_two_features_need_no_caption(perceptron):
    assert DecisionBoundaryDisplay.from_estimator(perceptron, X, AND).caption_ == ""


def test_columns_of_a_data_frame_are_named_and_reach_the_classifier_in_a_data_frame():
    frame = pd.DataFrame(FLOWERS, columns=["sepal length", "sepal width", "petal length", "petal width"])
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, SPECIES)
    display = DecisionBoundaryDisplay.from_estimator(
        pipeline, frame, SPECIES, features=("petal width", "petal length"), grid_resolution=20
    )  # scikit-learn would warn about missing names, and warnings are errors here
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("petal width", "petal length")
    assert display.ax_.get_title(loc="left") == "LogisticRegression"
    np.testing.assert_array_equal(display.X, FLOWERS[:, [3, 2]])


def test_polars_frames_keep_their_names_too():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(FLOWERS[:, :2], schema=["length", "width"])
    model = GaussianNB().fit(frame, SPECIES)
    assert DecisionBoundaryDisplay.from_estimator(model, frame, grid_resolution=5).ax_.get_xlabel() == "length"


def test_integers_are_not_rounded_on_the_grid():
    model = Perceptron(random_state=0).fit(X, AND)
    from_integers = DecisionBoundaryDisplay.from_estimator(model, X.astype(int))
    from_floats = DecisionBoundaryDisplay.from_estimator(model, X)
    np.testing.assert_array_equal(from_integers.margins, from_floats.margins)


def test_sparse_examples_are_welcome(perceptron):
    display = DecisionBoundaryDisplay.from_estimator(perceptron, sparse.csr_matrix(X), AND)
    np.testing.assert_array_equal(display.points_["yes"].get_offsets(), [[1, 1]])


def test_more_classes_than_colors_still_have_a_color_each():
    inputs = np.random.default_rng(0).normal(size=(240, 2)) + np.repeat(10 * np.arange(12), 20)[:, None]
    labels = np.repeat(np.arange(12), 20)
    display = DecisionBoundaryDisplay.from_estimator(GaussianNB().fit(inputs, labels), inputs, labels)
    colors = {tuple(points.get_facecolor()[0]) for points in display.points_.values()}
    assert len(colors) == 12


def test_a_constant_column_gets_an_axis():
    inputs = np.column_stack([np.arange(6.0), np.full(6, 3.0)])
    model = Perceptron(random_state=0).fit(inputs, [0, 0, 0, 1, 1, 1])
    display = DecisionBoundaryDisplay.from_estimator(model, inputs)
    assert (display.x1[0], display.x1[-1]) == (2.5, 3.5)


def test_it_draws_on_the_axes_given_without_a_legend_if_wished(perceptron):
    _, ax = mpl.pyplot.subplots()
    display = DecisionBoundaryDisplay.from_estimator(perceptron, X, AND, ax=ax, legend=False, name="AND")
    assert display.ax_ is ax
    assert ax.get_legend() is None
    assert ax.get_title(loc="left") == "AND"


def test_an_unfitted_classifier_is_refused():
    with pytest.raises(NotFittedError):
        DecisionBoundaryDisplay.from_estimator(Perceptron(), X, AND)


def test_a_regressor_is_refused():
    with pytest.raises(InvalidInputError, match=r"expects a fitted classifier\. Got LinearRegression"):
        DecisionBoundaryDisplay.from_estimator(LinearRegression().fit(X, [0, 0, 0, 1]), X)


def test_several_labels_at_once_are_refused():
    model = MultiOutputClassifier(GaussianNB()).fit(X, [[0, 1], [0, 1], [1, 0], [1, 0]])
    with pytest.raises(InvalidInputError, match="one label an example"):
        DecisionBoundaryDisplay.from_estimator(model, X)


def test_a_score_for_each_pair_of_classes_is_refused():
    inputs = np.vstack([FLOWERS[:, :2], FLOWERS[:, :2] + 5])
    labels = np.concatenate([SPECIES, SPECIES + 3])
    model = SVC(decision_function_shape="ovo").fit(inputs, labels)
    with pytest.raises(InvalidInputError, match=r"15 for 6 classes\. Use response_method='predict'"):
        DecisionBoundaryDisplay.from_estimator(model, inputs, grid_resolution=5)


@pytest.mark.parametrize("response_method", ["predict_proba", "certainty"])
def test_a_method_that_the_classifier_lacks_is_refused(perceptron, response_method):
    with pytest.raises(InvalidParameterError, match="decision_function, predict"):
        DecisionBoundaryDisplay.from_estimator(perceptron, X, response_method=response_method)


@pytest.mark.parametrize("features", [(0, 0), (0, 2), (-1, 0), (0,), "01", ("a", "b"), 3, (0.0, 1.0), (True, 0)])
def test_features_that_are_not_two_columns_are_refused(perceptron, features):
    with pytest.raises(InvalidParameterError, match="features must"):
        DecisionBoundaryDisplay.from_estimator(perceptron, X, features=features)


@pytest.mark.parametrize("grid_resolution", [1, 0, -3, 10.5, "fine"])
def test_a_grid_without_points_is_refused(perceptron, grid_resolution):
    with pytest.raises(InvalidParameterError, match="grid_resolution must be an integer of at least 2"):
        DecisionBoundaryDisplay.from_estimator(perceptron, X, grid_resolution=grid_resolution)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (X[:0], "at least one example"),
        (X[:, :1], "over two features"),
        (X[0], "over two features"),
        ([["a", "b"]], "table of numbers"),
        ([[0.0, np.nan]], "1 NaN or infinite"),
    ],
)
def test_inputs_that_span_no_plane_are_refused(perceptron, inputs, message):
    with pytest.raises(InvalidInputError, match=message):
        DecisionBoundaryDisplay.from_estimator(perceptron, inputs)


@pytest.mark.parametrize(
    ("labels", "message"), [(AND[:3], "X has 4 examples"), ([0, 1, 0, 1], "no, yes. It also holds 0, 1")]
)
def test_labels_that_do_not_fit_are_refused(perceptron, labels, message):
    with pytest.raises(InvalidInputError, match=message):
        DecisionBoundaryDisplay.from_estimator(perceptron, X, labels)


def test_without_matplotlib_the_way_out_is_named(perceptron, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'sinapsi\[plots\]'"):
        DecisionBoundaryDisplay.from_estimator(perceptron, X)
