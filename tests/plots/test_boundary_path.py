"""BoundaryPathDisplay: the lines are the boundaries of the path, move by move."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from PIL import Image
from scipy import sparse
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sinapsi import AdalineClassifier, AdalineRegressor, Perceptron
from sinapsi.exceptions import InvalidInputError, InvalidParameterError, MissingDependencyError
from sinapsi.plots import BoundaryPathDisplay

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
AND = np.array(["no", "no", "no", "yes"])
PETALS, SPECIES = load_iris().data[:, 2:], load_iris().target


def path_of(coef, intercept, example=None, epoch=None):
    """Give a path like that of learning_path, of one output."""
    n_states = len(coef)
    return SimpleNamespace(
        coef=np.asarray(coef, dtype=float).reshape(n_states, 1, -1),
        intercept=np.asarray(intercept, dtype=float).reshape(n_states, 1),
        example=np.arange(n_states) - 1 if example is None else np.asarray(example),
        epoch=np.minimum(np.arange(n_states), 1) if epoch is None else np.asarray(epoch),
    )


@pytest.fixture
def display():
    return BoundaryPathDisplay.from_estimator(Perceptron(order="cyclic"), X, AND)


def line_of(display):
    (line,) = display.boundary_.get_segments()
    return line


def is_on_edge(point, ax):
    return any(np.isclose(point[axis], limits).any() for axis, limits in enumerate((ax.get_xlim(), ax.get_ylim())))


def test_the_last_line_is_that_of_the_fitted_network_and_crosses_the_picture(display):
    perceptron = Perceptron(order="cyclic").fit(X, AND)
    line = line_of(display)
    np.testing.assert_allclose(line @ perceptron.coef_[0] + perceptron.intercept_[0], 0, atol=1e-12)
    assert all(is_on_edge(end, display.ax_) for end in line)
    assert display.move_ == display.n_moves == perceptron.n_updates_


def test_every_move_can_be_drawn_with_the_lines_before_it(display):
    path = display.path
    for move in range(display.n_moves + 1):
        display.plot(move=move)
        field = [line @ path.coef[move, 0] + path.intercept[move, 0] for line in display.boundary_.get_segments()]
        np.testing.assert_allclose(field, np.zeros_like(field), atol=1e-12)
        assert len(display.traces_.get_segments()) <= move
        assert display.caption_.startswith(f"Move {move} of 18, ")
        pyplot.close()


def test_earlier_lines_are_paler_the_older_they_are(display):
    opacity = display.traces_.get_colors()[:, 3]
    assert len(opacity) >= 5
    assert (np.diff(opacity) > 0).all()
    assert opacity[-1] < 1 == display.boundary_.get_colors()[0, 3]


def test_the_example_that_moved_the_line_is_ringed_and_named(display, shown):
    display.plot(move=4)
    row = display.path.example[4]
    assert display.ring_.get_xydata().tolist() == [X[row].tolist()]
    assert display.caption_ == f"Move 4 of 18, epoch 2: moved by example {row} ({AND[row]}), out of view."
    assert display.caption_ in shown(display.ax_)


def test_in_the_beginning_there_is_no_boundary(display):
    display.plot(move=0)
    assert display.boundary_.get_segments() == []
    assert display.traces_.get_segments() == []
    assert display.ring_ is None
    assert display.arrow_ is None
    assert display.caption_ == "Move 0 of 18, the start; all weights 0, no boundary."


def test_the_arrow_is_perpendicular_to_the_line_and_points_to_the_second_class(display):
    start, end = display.arrow_._posA_posB
    along = np.diff(line_of(display), axis=0)[0]
    assert np.dot(np.subtract(end, start), along) == pytest.approx(0, abs=1e-12)
    weights, bias = display.path.coef[-1, 0], display.path.intercept[-1, 0]
    assert np.dot(weights, start) + bias == pytest.approx(0, abs=1e-12)
    assert np.dot(weights, end) + bias > 0
    assert display.ax_.get_aspect() == 1  # or a right angle would not look like one


@pytest.mark.parametrize(
    ("weights", "bias", "ends"),
    [
        ((2.0, 0.0), -1.0, "vertical"),
        ((0.0, -4.0), 2.0, "horizontal"),
        ((1e-300, 0.0), -0.5e-300, "vertical"),
        ((1e300, 0.0), -0.5e300, "vertical"),
    ],
)
def test_vertical_and_horizontal_lines_and_all_sizes_of_weights(weights, bias, ends):
    display = BoundaryPathDisplay.from_path(path_of([weights], [bias], [-1]), X, AND)
    line = line_of(display)
    across, along = (0, 1) if ends == "vertical" else (1, 0)
    np.testing.assert_allclose(line[:, across], 0.5)
    limits = (display.ax_.get_xlim(), display.ax_.get_ylim())[along]
    assert sorted(line[:, along]) == pytest.approx(limits)


def test_features_of_very_different_sizes_have_lines_and_no_arrow():
    inputs = np.array([[1e6, 1e-4], [2e6, 3e-4]])
    display = BoundaryPathDisplay.from_path(path_of([(1e-6, 1e4)], [-3.5], [-1]), inputs, [0, 1])
    assert all(is_on_edge(end, display.ax_) for end in line_of(display))
    np.testing.assert_allclose(line_of(display) @ [1e-6, 1e4], 3.5)
    assert display.arrow_ is None
    assert display.ax_.get_aspect() == "auto"


def test_a_line_outside_the_picture_is_told():
    display = BoundaryPathDisplay.from_path(path_of([(0, 0), (1, 1)], [0, 50]), X, AND)
    assert display.boundary_.get_segments() == []
    assert display.caption_ == "Move 1 of 1, epoch 1: moved by example 0 (no), out of view."


def test_a_move_that_no_example_made_is_told():
    display = BoundaryPathDisplay.from_path(path_of([(0, 0), (1, 1)], [0, -1], [-1, -1]), X, AND)
    assert display.ring_ is None
    assert display.caption_ == "Move 1 of 1, epoch 1: moved by no single example."


def test_three_classes_meet_where_the_decision_changes():
    with pytest.warns(ConvergenceWarning):
        display = BoundaryPathDisplay.from_estimator(
            Perceptron(multi_class="kesler", max_iter=20, random_state=0), PETALS, SPECIES
        )
    coef, intercept = display.path.coef[-1], display.path.intercept[-1]
    lines = display.boundary_.get_segments()
    assert len(lines) in (2, 3)
    for line in lines:
        inside = line[0] + np.linspace(0.01, 0.99, 9)[:, np.newaxis] * (line[1] - line[0])
        ranked = np.sort(inside @ coef.T + intercept, axis=1)
        np.testing.assert_allclose(ranked[:, -1], ranked[:, -2], atol=1e-9)  # the two best tie all along
    assert display.arrow_ is None
    assert sorted(display.points_) == [0, 1, 2]


def test_of_many_moves_some_earlier_lines_are_drawn():
    n_moves = 500
    angles = np.linspace(0, np.pi, n_moves + 1)
    path = path_of(
        np.column_stack([np.cos(angles), np.sin(angles)]), -0.5 * (np.cos(angles) + np.sin(angles)), np.full(501, 3)
    )
    display = BoundaryPathDisplay.from_path(path, X, AND)
    assert len(display.traces_.get_segments()) == 40


def test_the_fitted_line_of_a_regressor_of_one_feature_moves_too():
    x = np.linspace(0, 1, 20)[:, np.newaxis]
    y = 2 * x[:, 0] + 1
    model = AdalineRegressor(solver="lms", learning_rate=0.3, max_iter=5, stopping="goal(0)", random_state=0)
    with pytest.warns(ConvergenceWarning):
        display = BoundaryPathDisplay.from_estimator(model, x, y)
    line = line_of(display)
    (weight,), (bias,) = display.path.coef[-1, 0], display.path.intercept[-1]
    np.testing.assert_allclose(line[:, 1], weight * line[:, 0] + bias)
    np.testing.assert_array_equal(display.points_["examples"].get_offsets(), np.column_stack([x[:, 0], y]))
    assert display.ax_.get_ylabel() == "target"
    assert display.ax_.get_legend() is None
    row = display.path.example[-1]
    assert display.ring_.get_xydata().tolist() == [[x[row, 0], y[row]]]
    level = BoundaryPathDisplay.from_path(path_of([[0.0]], [2.0], [-1]), x, y)
    np.testing.assert_allclose(line_of(level)[:, 1], 2.0)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_adaline_has_a_path_and_the_network_given_stays_as_it_is():
    model = AdalineClassifier(solver="lms", max_iter=3, random_state=0)
    display = BoundaryPathDisplay.from_estimator(model, X, AND)
    assert not hasattr(model, "coef_")
    assert display.n_moves == 12
    assert display.ax_.get_title(loc="left") == "AdalineClassifier, move by move"


def test_columns_of_a_frame_and_given_names_label_the_axes():
    frame = pd.DataFrame(X, columns=["first", "second"])
    display = BoundaryPathDisplay.from_estimator(Perceptron(order="cyclic"), frame, AND)
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("first", "second")
    display = BoundaryPathDisplay.from_estimator(Perceptron(order="cyclic"), frame, AND, feature_names=["a", "b"])
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("a", "b")


def test_sparse_examples_and_a_single_one_are_welcome():
    from_sparse = BoundaryPathDisplay.from_estimator(Perceptron(order="cyclic"), sparse.csr_matrix(X), AND)
    assert len(from_sparse.points_["no"].get_offsets()) == 3
    single = BoundaryPathDisplay.from_path(path_of([(1, 1)], [0], [-1]), X[:1], AND[:1])
    assert len(line_of(single)) == 2


def test_it_draws_on_the_axes_given(display):
    _, ax = pyplot.subplots()
    assert display.plot(ax) is display
    assert display.ax_ is ax
    assert display.figure_ is ax.figure


def test_a_film_has_a_frame_for_each_move(display, tmp_path):
    film = display.animate(interval=20)
    film.save(tmp_path / "film.gif", writer="pillow")
    with Image.open(tmp_path / "film.gif") as picture:
        assert picture.n_frames == 19
    assert display.move_ == 18


def test_a_film_of_many_moves_chooses_frames_evenly_with_both_ends(display, tmp_path):
    moves = []
    film = display.animate(max_frames=4)
    film.save(tmp_path / "film.gif", writer="pillow", progress_callback=lambda *_: moves.append(display.move_))
    assert sorted(set(moves)) == [0, 6, 12, 18]
    assert len(display.ax_.texts) == 1  # a caption for each frame, not one over the other


def test_a_film_strip_shows_moments_in_order(display, shown):
    figure = display.film_strip(5)
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles == [f"Move {move} of 18" for move in (0, 4, 9, 14, 18)]
    assert shown(figure.axes[0]) == "The start; all weights 0, no boundary."
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["no", "yes"]
    assert figure.get_suptitle() == "Perceptron, move by move"


@pytest.mark.parametrize(("n_frames", "n_panels"), [(1, 1), (2, 2), (100, 19)])
def test_a_film_strip_has_at_most_a_panel_for_each_move(display, n_frames, n_panels):
    figure = display.film_strip(n_frames)
    assert len(figure.axes) == n_panels
    assert figure.axes[-1].get_title(loc="left") == "Move 18 of 18"


def test_a_path_without_moves_has_a_picture_a_strip_and_a_film(tmp_path):
    display = BoundaryPathDisplay.from_path(path_of([(1, 1)], [-1], [-1]), X, AND)
    assert display.caption_ == "Move 0 of 0, the start."
    assert len(display.film_strip().axes) == 1
    display.animate().save(tmp_path / "film.gif", writer="pillow")


@pytest.mark.parametrize("move", [-1, 19, 2.0, True, "last"])
def test_a_move_that_is_not_there_is_refused(display, move):
    with pytest.raises(InvalidParameterError, match="move must be an integer from 0 to 18"):
        display.plot(move=move)


@pytest.mark.parametrize("value", [0, 1.5, True, None])
def test_films_and_strips_without_frames_are_refused(display, value):
    with pytest.raises(InvalidParameterError, match="n_frames must be an integer of at least 1"):
        display.film_strip(value)
    with pytest.raises(InvalidParameterError, match="max_frames must"):
        display.animate(max_frames=value)
    with pytest.raises(InvalidParameterError, match="interval must"):
        display.animate(interval=value)


def test_a_network_without_a_path_is_refused():
    with pytest.raises(InvalidInputError, match=r"LogisticRegression has none\. Use DecisionBoundaryDisplay"):
        BoundaryPathDisplay.from_estimator(LogisticRegression(), X, AND)


def test_a_pipeline_is_refused_with_the_way_out():
    pipeline = make_pipeline(StandardScaler(), Perceptron())
    with pytest.raises(InvalidInputError, match=r"Pass its last step.*pipeline\[:-1\]\.transform"):
        BoundaryPathDisplay.from_estimator(pipeline, X, AND)


@pytest.mark.parametrize(
    ("model", "inputs"),
    [(Perceptron(), np.ones((4, 3))), (Perceptron(), X[:, :1]), (AdalineRegressor(), X)],
)
def test_another_number_of_features_is_refused(model, inputs):
    with pytest.raises(InvalidInputError, match="over exactly two features, that of a regressor's line over one"):
        BoundaryPathDisplay.from_estimator(model, inputs, [0, 1, 0, 1])


@pytest.mark.parametrize(
    ("inputs", "y", "message"),
    [
        (X[:0], AND[:0], "at least one example"),
        (X[0], AND, r"shape \(2,\)"),
        ([["a", "b"]] * 4, AND, "table of numbers"),
        (X * np.nan, AND, "8 NaN or infinite"),
        (X, AND[:3], r"X has 4 examples, y has the shape \(3,\)"),
        (X[:, :1], AND, "y must hold finite numbers"),
        (X[:, :1], np.arange(4.0), "moves 2 weights an output"),
        (X[:2], AND[:2], r"examples up to row 3; X has the shape \(2, 2\)"),
    ],
)
def test_a_path_of_other_examples_is_refused(inputs, y, message):
    path = path_of([(0, 0), (1, 1), (0, 1)], [0, 0, 0], [-1, 0, 3])
    with pytest.raises(InvalidInputError, match=message):
        BoundaryPathDisplay.from_path(path, inputs, y)


def test_what_is_no_path_is_refused():
    path = path_of([(0, 0), (1, 1)], [0, 0])
    path.epoch = path.epoch[:1]
    with pytest.raises(InvalidInputError, match=r"Pass what learning_path\(X, y\) gives"):
        BoundaryPathDisplay.from_path(path, X, AND)


@pytest.mark.parametrize("names", [["one"], "ab", ["a", "b", "c"]])
def test_names_that_are_not_one_a_feature_are_refused(names):
    with pytest.raises(InvalidParameterError, match="sequence of 2 names"):
        BoundaryPathDisplay.from_path(path_of([(1, 1)], [0], [-1]), X, AND, feature_names=names)


@pytest.mark.usefixtures("without_matplotlib")
def test_without_matplotlib_the_way_out_is_named():
    with pytest.raises(MissingDependencyError, match=r"pip install 'sinapsi\[plots\]'"):
        BoundaryPathDisplay.from_path(path_of([(1, 1)], [0], [-1]), X, AND)
