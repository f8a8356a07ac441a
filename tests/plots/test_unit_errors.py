"""UnitErrorsDisplay: the errors are those of the network, the number it chose is marked."""

import numpy as np
import pytest
from matplotlib import pyplot
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sinapsi import ELMClassifier, ELMRegressor, RBFRegressor
from sinapsi.exceptions import InvalidInputError, MissingDependencyError
from sinapsi.plots import UnitErrorsDisplay

rng = np.random.default_rng(0)
X = rng.normal(size=(80, 2))
Y = np.sin(X[:, 0]) + 0.3 * rng.standard_normal(80)


@pytest.fixture
def network():
    return ELMRegressor(n_hidden=30, unit_selection="first", random_state=0).fit(X, Y)


def test_the_line_is_the_errors_of_the_network(network):
    display = UnitErrorsDisplay.from_estimator(network)
    np.testing.assert_array_equal(display.line_.get_xdata(), np.arange(31))
    np.testing.assert_array_equal(display.line_.get_ydata(), network.selection_errors_)
    assert set(display.base_line_.get_ydata()) == {network.selection_errors_[0]}
    assert display.caption_ == "Units as they were drawn."


def test_the_number_of_units_that_the_network_kept_is_marked(network):
    display = UnitErrorsDisplay.from_estimator(network)
    n_kept = network.transform(X).shape[1]
    assert display.chosen_point_.get_xydata().tolist() == [[n_kept, network.selection_errors_[n_kept]]]
    assert n_kept == np.argmin(network.selection_errors_)
    assert any(f"chosen: {n_kept} units" in text.get_text() for text in display.ax_.get_legend().get_texts())


def test_where_no_unit_helps_one_is_kept_and_marked():
    display = UnitErrorsDisplay(errors=np.array([1.0, 1.1, 1.2])).plot()
    assert display.n_chosen == 1
    assert display.chosen_point_.get_label() == "chosen: 1 unit, 1.1"


def test_ranked_units_are_said_to_be_optimistic(shown):
    network = ELMRegressor(n_hidden=30, unit_selection="ranked", n_init=3, random_state=0).fit(X, np.c_[Y, Y])
    display = UnitErrorsDisplay.from_estimator(network)
    assert display.caption_ == (
        "Units in order of importance, found by the same targets: the errors are optimistic. Summed over 2 outputs. "
        "Best of 3 random layers."
    )
    assert display.caption_ in shown(display.ax_)


def test_a_classifier_in_a_pipeline_is_looked_into():
    network = ELMClassifier(n_hidden=20, unit_selection="first", random_state=0)
    pipeline = make_pipeline(StandardScaler(), network).fit(X, np.digitize(Y, [-0.5, 0.5]))
    display = UnitErrorsDisplay.from_estimator(pipeline)
    assert display.ax_.get_title(loc="left") == "Hidden units of ELMClassifier"
    assert "Summed over 3 outputs, one a class." in display.caption_


def test_errors_far_apart_get_a_logarithmic_axis():
    assert UnitErrorsDisplay(errors=np.array([1.0, 0.5, 1e-3])).plot().ax_.get_yscale() == "log"
    assert UnitErrorsDisplay(errors=np.array([1.0, 0.5, 0.4])).plot().ax_.get_yscale() == "linear"
    assert UnitErrorsDisplay(errors=np.array([1.0, 0.5, 0.4]), log_scale=True).plot().ax_.get_yscale() == "log"
    assert UnitErrorsDisplay(errors=np.array([1.0, 0.5, 0.0]), log_scale=True).plot().ax_.get_yscale() == "symlog"
    assert UnitErrorsDisplay(errors=np.array([1.0, 1e-9]), log_scale=False).plot().ax_.get_yscale() == "linear"


def test_infinite_errors_are_left_out():
    display = UnitErrorsDisplay(errors=np.array([1.0, 0.5, np.inf])).plot()
    np.testing.assert_array_equal(display.line_.get_xdata(), [0, 1])


def test_errors_of_units_that_depend_on_each_other_do_not_press_the_others_together():
    display = UnitErrorsDisplay(errors=np.array([1.0, 0.5, 0.1, 1e62])).plot()
    assert display.ax_.get_ylim()[1] == 1000


def test_it_draws_on_the_axes_given(network):
    _, ax = pyplot.subplots()
    display = UnitErrorsDisplay.from_estimator(network, ax=ax, name="How many?")
    assert display.ax_ is ax
    assert ax.get_title(loc="left") == "How many?"


def test_an_unfitted_network_is_refused():
    with pytest.raises(NotFittedError):
        UnitErrorsDisplay.from_estimator(ELMRegressor(unit_selection="first"))


@pytest.mark.parametrize("model", [ELMRegressor(n_hidden=5), RBFRegressor(n_centers=3, random_state=0)])
def test_networks_that_did_not_choose_are_refused(model):
    with pytest.raises(InvalidInputError, match=r"has no selection_errors_\. Fit one with unit_selection='first'"):
        UnitErrorsDisplay.from_estimator(model.fit(X, Y))


def test_without_matplotlib_the_way_out_is_named(network, without_matplotlib):
    with pytest.raises(MissingDependencyError, match=r"pip install 'sinapsi\[plots\]'"):
        UnitErrorsDisplay.from_estimator(network)
