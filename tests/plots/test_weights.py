"""WeightsDisplay: areas, colors and pixels are the weights of the layer asked for."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_rgba
from scipy import sparse
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sinapsi import AdalineClassifier, AdalineRegressor, MLPClassifier, Perceptron
from sinapsi.exceptions import InvalidInputError, InvalidParameterError, MissingDependencyError
from sinapsi.plots import WeightsDisplay
from sinapsi.plots.palette import NEGATIVE, POSITIVE

FLOWERS, SPECIES = load_iris(return_X_y=True)
NAMES = ["sepal length", "sepal width", "petal length", "petal width"]
WEIGHTS = np.array([[4.0, -1.0], [0.0, 0.25], [-2.0, 3.0]])  # three inputs, two units


@pytest.fixture(scope="module")
def network():
    sizes = {"hidden_layer_sizes": (6, 5), "max_iter": 0, "random_state": 0}
    return MLPClassifier(**sizes).fit(FLOWERS, np.array(["setosa", "versicolor", "virginica"])[SPECIES])


def areas(squares):
    return np.array([np.ptp(path.vertices[:, 0]) * np.ptp(path.vertices[:, 1]) for path in squares.get_paths()])


def centers(squares):
    return np.array([path.vertices[:4].mean(axis=0) for path in squares.get_paths()]).tolist()


def labels(ticks):
    return [tick.get_text() for tick in ticks]


def test_the_area_of_a_square_is_the_size_of_its_weight_and_its_color_the_sign():
    display = WeightsDisplay(weights=WEIGHTS).plot()
    assert display.kind_ == "hinton"
    drawn = areas(display.squares_)
    np.testing.assert_allclose(drawn / drawn[0], [1, 1 / 4, 1 / 16, 2 / 4, 3 / 4])
    assert drawn[0] < 1
    np.testing.assert_allclose(centers(display.squares_), [[0, 0], [1, 0], [1, 1], [0, 2], [1, 2]], atol=1e-12)
    signs = [to_rgba(color) for color in (POSITIVE, NEGATIVE, POSITIVE, NEGATIVE, POSITIVE)]
    np.testing.assert_allclose(display.squares_.get_facecolor(), signs)
    assert display.caption_ == "A full square stands for 4."
    assert labels(display.ax_.get_legend().get_texts()) == ["positive", "negative"]


def test_the_biases_are_a_row_apart():
    display = WeightsDisplay(weights=WEIGHTS, biases=[2.0, -4.0]).plot()
    np.testing.assert_allclose(areas(display.bias_squares_) / areas(display.squares_)[0], [0.5, 1.0])
    assert [row for _, row in centers(display.bias_squares_)] == [3.5, 3.5]
    assert labels(display.ax_.get_yticklabels()) == ["0", "1", "2", "bias"]


def test_biases_beyond_the_scale_are_drawn_full_and_told(shown):
    display = WeightsDisplay(weights=WEIGHTS, biases=[400.0, 0.0]).plot()
    assert display.scale_ == 4
    np.testing.assert_allclose(areas(display.bias_squares_), areas(display.squares_)[:1])
    assert "Biases are as large as 400 and drawn at the end of the scale." in display.caption_
    assert display.caption_ in shown(display.ax_)


def test_zero_weights_are_told():
    display = WeightsDisplay(weights=np.zeros((2, 2)), biases=np.zeros(2)).plot()
    assert len(display.squares_.get_paths()) == 0
    assert display.caption_ == "All weights are zero."


def test_a_heat_map_has_zero_in_the_middle_of_its_colors():
    weights = np.random.default_rng(0).normal(size=(50, 20))
    display = WeightsDisplay(weights=weights, biases=weights[0]).plot()
    assert display.kind_ == "heatmap"
    np.testing.assert_array_equal(display.image_.get_array(), weights)
    np.testing.assert_array_equal(display.bias_image_.get_array(), weights[:1])
    largest = np.abs(weights).max()
    assert display.image_.get_clim() == display.bias_image_.get_clim() == (-largest, largest)
    assert display.image_.to_rgba(np.zeros(1))[0] == pytest.approx([1, 1, 1, 1], abs=0.02)
    assert display.colorbar_.ax.get_ylabel() == "weight"
    bottom_of_weights, top_of_biases = display.image_.get_extent()[2], display.bias_image_.get_extent()[3]
    assert top_of_biases > bottom_of_weights


def test_the_biases_of_a_tall_heat_map_can_be_seen():
    display = WeightsDisplay(weights=np.ones((784, 10)), biases=np.ones(10)).plot()
    _, _, bottom, top = display.bias_image_.get_extent()
    assert (bottom - top) / (display.ax_.get_ylim()[0] - display.ax_.get_ylim()[1]) > 0.03


def test_kinds_can_be_demanded():
    assert WeightsDisplay(weights=WEIGHTS, kind="heatmap").plot().kind_ == "heatmap"
    assert WeightsDisplay(weights=np.ones((40, 2)), kind="hinton").plot().kind_ == "hinton"
    assert WeightsDisplay(weights=np.ones((6, 2)), kind="images", image_shape=(2, 3)).plot().kind_ == "images"


def test_each_unit_is_an_image_of_its_incoming_weights():
    weights = np.random.default_rng(0).normal(size=(12, 5))
    display = WeightsDisplay(weights=weights, biases=np.arange(5.0) / 9, image_shape=(4, 3)).plot()
    picture = display.image_.get_array().filled(np.nan)
    frames = [patch for patch in display.ax_.patches if patch.get_width() == 3]
    assert len(frames) == 5
    for unit, frame in enumerate(frames):
        row, column = int(frame.get_y() + 0.5), int(frame.get_x() + 0.5)
        image = picture[row : row + 4, column : column + 3]
        np.testing.assert_array_equal(image, weights[:, unit].reshape(4, 3))
        np.testing.assert_array_equal(picture[row + 5, column : column + 3], unit / 9)
    assert labels(display.ax_.texts)[:5] == ["0", "1", "2", "3", "4"]
    assert "The strip under an image is the bias." in display.caption_


def test_of_many_units_those_of_largest_norm_are_shown():
    weights = np.ones((4, 100)) * 0.1
    weights[:, [7, 93, 20]] = [[3.0, -4.0, 2.0]]
    display = WeightsDisplay(weights=weights, image_shape=(2, 2), max_units=3).plot()
    assert display.units_.tolist() == [7, 20, 93]
    assert display.caption_ == "Of 100 units the 3 with the largest weights."
    assert labels(display.ax_.texts)[:3] == ["7", "20", "93"]


@pytest.mark.parametrize(("layer", "index"), [(0, 0), (1, 1), (2, 2), (-1, 2), (-3, 0)])
def test_every_layer_of_a_network_can_be_seen(network, layer, index):
    display = WeightsDisplay.from_estimator(network, layer=layer)
    np.testing.assert_array_equal(display.weights, network.coefs_[index])
    np.testing.assert_array_equal(display.biases, network.intercepts_[index])
    assert display.ax_.get_title(loc="left") == f"Weights of MLPClassifier, layer {index} of 3"


def test_the_output_units_of_a_classifier_are_called_by_its_classes(network):
    display = WeightsDisplay.from_estimator(network, layer=2)
    assert labels(display.ax_.get_xticklabels()) == ["setosa", "versicolor", "virginica"]
    hidden = WeightsDisplay.from_estimator(network, layer=1)
    assert labels(hidden.ax_.get_xticklabels()) == ["0", "1", "2", "3", "4"]


def test_linear_networks_and_strangers_are_welcome():
    perceptron = Perceptron().fit(FLOWERS[:100], SPECIES[:100])
    display = WeightsDisplay.from_estimator(perceptron)
    np.testing.assert_array_equal(display.weights, perceptron.coef_.T)
    assert labels(display.ax_.get_xticklabels()) == ["1"]
    one_target = AdalineRegressor().fit(FLOWERS, SPECIES)
    np.testing.assert_array_equal(WeightsDisplay.from_estimator(one_target).weights[:, 0], one_target.coef_)
    logistic = LogisticRegression(fit_intercept=False, max_iter=1000).fit(FLOWERS, SPECIES)
    np.testing.assert_array_equal(WeightsDisplay.from_estimator(logistic).biases, [0, 0, 0])
    few = LogisticRegression(max_iter=1000).fit(FLOWERS, SPECIES).sparsify()
    assert sparse.issparse(few.coef_)
    np.testing.assert_array_equal(WeightsDisplay.from_estimator(few).weights, few.coef_.toarray().T)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_scikit_learns_own_network_is_welcome():
    theirs = TheirClassifier((3,), max_iter=1).fit(FLOWERS, SPECIES)
    assert WeightsDisplay.from_estimator(theirs, layer=1).weights.shape == (3, 3)


def test_inputs_are_called_by_the_columns_of_the_frame():
    frame = pd.DataFrame(FLOWERS, columns=NAMES)
    direct = WeightsDisplay.from_estimator(AdalineClassifier().fit(frame, SPECIES))
    scaled = make_pipeline(StandardScaler(), AdalineClassifier()).fit(frame, SPECIES)
    search = GridSearchCV(make_pipeline(StandardScaler(), AdalineClassifier()), {}, cv=2).fit(frame, SPECIES)
    rotated = make_pipeline(PCA(), AdalineClassifier()).fit(frame, SPECIES)
    silent = make_pipeline(FunctionTransformer(np.asarray), AdalineClassifier()).fit(frame, SPECIES)
    for display in (direct, WeightsDisplay.from_estimator(scaled), WeightsDisplay.from_estimator(search)):
        assert labels(display.ax_.get_yticklabels()) == [*NAMES, "bias"]
    # Behind a rotation the network sees no column of the frame.
    assert WeightsDisplay.from_estimator(rotated).input_names == ["pca0", "pca1", "pca2", "pca3"]
    assert WeightsDisplay.from_estimator(silent).input_names is None


def test_given_names_are_used_and_long_ones_shortened(network):
    names = ["a", "b", "c", "a name that would push the picture out of the page"]
    display = WeightsDisplay.from_estimator(network, feature_names=names)
    assert labels(display.ax_.get_yticklabels()) == ["a", "b", "c", "a name that would pus…", "bias"]


def test_many_rows_are_numbered_here_and_there():
    display = WeightsDisplay(weights=np.ones((300, 2)), input_names=[f"pixel {row}" for row in range(300)]).plot()
    assert labels(display.ax_.get_yticklabels()) == ["0", "50", "100", "150", "200", "250"]


def test_it_draws_on_the_axes_given(network):
    _, ax = pyplot.subplots()
    display = WeightsDisplay.from_estimator(network, ax=ax, name="Mine")
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert ax.get_title(loc="left") == "Mine"


def test_an_unfitted_network_is_refused():
    with pytest.raises(NotFittedError):
        WeightsDisplay.from_estimator(MLPClassifier())


def test_an_estimator_without_weights_is_refused():
    with pytest.raises(InvalidInputError, match="GaussianNB has neither"):
        WeightsDisplay.from_estimator(GaussianNB().fit(FLOWERS, SPECIES))


@pytest.mark.parametrize("layer", [3, -4, 1.0, True, "last", None])
def test_a_layer_that_is_not_there_is_refused(network, layer):
    with pytest.raises(InvalidParameterError, match="layer must be an integer from 0 to 2"):
        WeightsDisplay.from_estimator(network, layer=layer)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "bars"}, "kind must be"),
        ({"kind": "images"}, r"product is the number of inputs, 4, such as \(2, 2\)\. Got None"),
        ({"image_shape": (3, 2)}, r"Got \(3, 2\)"),
        ({"image_shape": (-2, -2)}, r"Got \(-2, -2\)"),
        ({"image_shape": 4}, "Got 4"),
        ({"image_shape": (2, 2), "kind": "hinton"}, "image_shape belongs to kind='images'"),
        ({"max_units": 0}, r"max_units must be an integer of at least 1\. Got 0"),
        ({"feature_names": ["one"]}, r"each of the 4 inputs\. Got 1"),
        ({"feature_names": "abcd"}, "feature_names"),
        ({"feature_names": ["one"], "layer": 1}, "whose inputs are hidden units"),
    ],
)
def test_settings_that_do_not_fit_are_refused(network, settings, message):
    with pytest.raises(InvalidParameterError, match=message):
        WeightsDisplay.from_estimator(network, **settings)


@pytest.mark.parametrize("setting", ["input_names", "unit_names"])
@pytest.mark.parametrize("names", [["one"], "abc", list("abcd")])
def test_names_that_are_not_one_a_row_or_column_are_refused(setting, names):
    with pytest.raises(InvalidParameterError, match=f"{setting} must be a sequence of"):
        WeightsDisplay(weights=WEIGHTS, **{setting: names}).plot()


@pytest.mark.parametrize(
    ("weights", "biases", "message"),
    [
        (np.ones(3), None, r"Got the shape \(3,\)"),
        (np.ones((0, 3)), None, r"Got the shape \(0, 3\)"),
        ([[1.0, np.nan]], None, "1 values NaN or infinite"),
        (np.ones((3, 2)), np.ones(3), r"each of the 2 units. Got the shape \(3,\)"),
        (np.ones((3, 2)), [1.0, np.inf], "one finite number"),
    ],
)
def test_what_is_no_matrix_of_numbers_is_refused(weights, biases, message):
    with pytest.raises(InvalidInputError, match=message):
        WeightsDisplay(weights=weights, biases=biases).plot()


@pytest.mark.usefixtures("without_matplotlib")
def test_without_matplotlib_the_way_out_is_named():
    with pytest.raises(MissingDependencyError, match=r"pip install 'sinapsi\[plots\]'"):
        WeightsDisplay(weights=WEIGHTS).plot()
