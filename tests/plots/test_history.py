"""HistoryDisplay: what is drawn, what is marked, and what it refuses."""

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sinapsi import AdalineRegressor, MLPClassifier, Perceptron
from sinapsi.exceptions import InvalidInputError, InvalidParameterError, MissingDependencyError
from sinapsi.plots import HistoryDisplay

mpl.use("Agg")

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
AND = np.array([0, 0, 0, 1])
VALIDATED = {
    "epoch": np.arange(1, 6),
    "step": np.arange(10, 60, 10),
    "loss": np.array([0.9, 0.5, 0.3, 0.2, 0.1]),
    "validation_loss": np.array([0.95, 0.6, 0.5, 0.7, 0.8]),
    "validation_score": np.array([0.5, 0.8, 0.7, 0.9, 0.85]),
    "seconds": np.linspace(0.1, 0.5, 5),
}


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    pyplot.close("all")


def test_a_validated_fit_shows_both_losses_and_marks_the_lowest_validation_loss():
    display = HistoryDisplay.from_history(VALIDATED, stop_reason="validation loss did not improve for 2 epochs")
    assert list(display.lines_) == ["loss", "validation_loss"]
    np.testing.assert_array_equal(display.lines_["validation_loss"].get_ydata(), VALIDATED["validation_loss"])
    assert display.best_epoch_ == 3
    assert display.best_point_.get_ydata() == [0.5]
    assert display.caption_ == "Stopped: validation loss did not improve for 2 epochs."
    assert display.caption_ in " ".join(text.get_text() for text in display.ax_.texts).replace("\n", " ")
    assert display.ax_.get_ylabel() == "loss"


def test_of_a_score_the_highest_is_best():
    assert HistoryDisplay.from_history(VALIDATED, columns=["validation_score"]).best_epoch_ == 4


def test_without_validation_the_first_column_is_judged():
    display = HistoryDisplay.from_history(VALIDATED, columns=["loss"])
    assert (list(display.lines_), display.best_epoch_) == (["loss"], 5)
    assert display.caption_ == ""


def test_columns_of_different_kinds_share_an_axis_called_value():
    assert HistoryDisplay.from_history(VALIDATED, columns=["loss", "validation_score"]).ax_.get_ylabel() == "value"


def test_a_perceptron_shows_its_misclassified_examples():
    perceptron = Perceptron(order="cyclic").fit(X, AND)
    display = HistoryDisplay.from_estimator(perceptron)
    assert list(display.lines_) == ["misclassified"]
    assert display.lines_["misclassified"].get_ydata()[-1] == 0
    assert display.ax_.get_title(loc="left") == "Perceptron"
    assert str(perceptron.stop_reason_) in display.caption_


def test_the_closed_form_has_a_picture_of_one_epoch():
    display = HistoryDisplay.from_estimator(AdalineRegressor().fit(X, AND))
    assert display.best_epoch_ == 1
    assert "loss" in display.lines_


def test_a_pipeline_is_looked_into():
    pipeline = make_pipeline(StandardScaler(), Perceptron()).fit(X, AND)
    assert HistoryDisplay.from_estimator(pipeline).ax_.get_title(loc="left") == "Perceptron"


def test_a_search_shows_the_best_network_it_found():
    search = GridSearchCV(Perceptron(), {"learning_rate": [0.5, 1.0]}, cv=2)
    search.fit(np.vstack([X, X]), np.concatenate([AND, AND]))
    assert HistoryDisplay.from_estimator(search).history is search.best_estimator_.history_


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_network_with_validation_data_from_end_to_end():
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(120, 2))
    labels = (inputs[:, 0] * inputs[:, 1] > 0).astype(int)
    network = MLPClassifier(hidden_layer_sizes=(8,), validation_fraction=0.25, max_iter=30, random_state=0)
    display = HistoryDisplay.from_estimator(network.fit(inputs, labels))
    assert list(display.lines_) == ["loss", "validation_loss"]
    assert display.best_epoch_ == network.history_["epoch"][np.argmin(network.history_["validation_loss"])]


def test_epochs_without_a_measurement_are_left_out():
    history = VALIDATED | {"validation_loss": np.array([np.nan, 0.6, np.nan, 0.4, np.nan])}
    display = HistoryDisplay.from_history(history)
    np.testing.assert_array_equal(display.lines_["validation_loss"].get_xdata(), [2, 4])
    assert display.best_epoch_ == 4


def test_the_logarithmic_scale_bears_zeros():
    positive = HistoryDisplay.from_history(VALIDATED, log_scale=True)
    with_zero = HistoryDisplay.from_history({"epoch": [1, 2], "misclassified": [3, 0]}, log_scale=True)
    assert (positive.ax_.get_yscale(), with_zero.ax_.get_yscale()) == ("log", "symlog")


def test_it_draws_on_the_axes_given_and_passes_line_settings_on():
    _, ax = mpl.pyplot.subplots()
    display = HistoryDisplay.from_history(VALIDATED, ax=ax, linewidth=5)
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert display.lines_["loss"].get_linewidth() == 5


def test_plot_can_be_called_again():
    display = HistoryDisplay.from_history(VALIDATED)
    first = display.ax_
    assert display.plot() is display
    assert display.ax_ is not first


@pytest.mark.parametrize("columns", [["accuracy"], ["epoch"], [], "no such"])
def test_a_column_that_is_not_there_is_refused_with_those_that_are(columns):
    with pytest.raises(InvalidParameterError, match="loss, validation_loss, validation_score"):
        HistoryDisplay.from_history(VALIDATED, columns=columns)


@pytest.mark.parametrize(
    "history", [{}, {"epoch": []}, {"loss": [1.0]}, {"epoch": [1], "loss": [np.nan]}, {"epoch": [1], "step": [3]}]
)
def test_a_history_with_nothing_to_draw_is_refused(history):
    with pytest.raises(InvalidInputError, match="at least one column of finite numbers"):
        HistoryDisplay.from_history(history)


def test_an_estimator_without_a_history_is_refused():
    with pytest.raises(InvalidInputError, match="StandardScaler has none"):
        HistoryDisplay.from_estimator(StandardScaler().fit(X))


def test_an_unfitted_estimator_is_refused():
    with pytest.raises(NotFittedError):
        HistoryDisplay.from_estimator(Perceptron())


def test_without_matplotlib_the_way_out_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'sinapsi\[plots\]'"):
        HistoryDisplay.from_history(VALIDATED)


def test_importing_the_plots_does_not_import_matplotlib():
    program = "import sys, sinapsi.plots; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
