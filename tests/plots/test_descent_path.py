"""DescentPathDisplay: paths lie where they are, and contour lines are contour lines."""

import numpy as np
import pytest
from matplotlib import pyplot

from sinapsi import MLPRegressor
from sinapsi.exceptions import InvalidInputError, InvalidParameterError, MissingDependencyError
from sinapsi.plots import DescentPathDisplay

STEEPNESS = np.array([1.0, 20.0])
PATHS = {
    "plain": np.array([[-2.0 * 0.8**n, (-0.9) ** n] for n in range(20)]),
    "longer": np.array([[2.0 * 0.9**n, 0.5 * 0.7**n] for n in range(100)]),
}


def bowl(points):
    return points**2 @ STEEPNESS


def test_paths_lie_where_they_are_and_start_at_their_marks():
    display = DescentPathDisplay.from_paths(bowl, PATHS)
    for name, path in PATHS.items():
        np.testing.assert_array_equal(display.lines_[name].get_xydata(), path)
        np.testing.assert_array_equal(display.starts_[name].get_xydata(), path[:1])
        assert display.last_losses_[name] == pytest.approx(bowl(path[-1:])[0])
    assert display.lines_["plain"].get_marker() == "o"
    assert display.lines_["longer"].get_marker() == ""


def test_the_loss_is_level_along_a_contour_line():
    display = DescentPathDisplay.from_paths(bowl, PATHS, grid_resolution=300)
    assert len(display.contours_.levels) == 14
    for level, path in zip(display.contours_.levels, display.contours_.get_paths(), strict=True):
        np.testing.assert_allclose(bowl(path.vertices), level, rtol=0.02)


def test_on_a_bowl_contour_lines_are_equally_far_apart():
    levels = DescentPathDisplay.from_paths(bowl, PATHS).contours_.levels
    distances = np.diff(np.sqrt(levels - levels[0] + (levels[1] - levels[0]) / 3))
    np.testing.assert_allclose(distances, distances[0], rtol=1e-6)


def test_everything_is_inside_and_the_minimum_is_marked():
    display = DescentPathDisplay.from_paths(bowl, {"short": [[1.0, 1.0], [1.0, 0.5]]}, minimum=[-3.0, 0.0])
    assert display.minimum_point_.get_xydata().tolist() == [[-3.0, 0.0]]
    low, high = display.ax_.get_xlim()
    assert low < -3 < 1 < high
    assert DescentPathDisplay.from_paths(bowl, PATHS).minimum_point_ is None


def test_the_caption_tells_where_each_path_ended():
    display = DescentPathDisplay.from_paths(bowl, {"a": [[1.0, 0.0], [0.5, 0.0]], "b": np.ones((3, 2))})
    assert display.caption_ == "a: loss 0.25 after 1 step.\nb: loss 21 after 2 steps."


def test_a_path_that_diverges_is_drawn_up_to_there_and_told():
    path = [[1.0, 1.0], [2.0, 2.0], [np.inf, 3.0], [np.nan, np.nan]]
    display = DescentPathDisplay.from_paths(bowl, {"wild": path})
    np.testing.assert_array_equal(display.lines_["wild"].get_xydata(), path[:2])
    assert display.caption_ == "wild: loss 84 after 1 step, then diverged."


def test_a_path_of_one_point_and_a_level_loss_have_a_picture():
    display = DescentPathDisplay.from_paths(lambda points: np.zeros(len(points)), {"still": [[3.0, 4.0]]})
    assert display.ax_.get_xlim() == (2.5, 3.5)
    assert display.last_losses_ == {"still": 0.0}


def test_momentum_damps_the_zigzag_of_a_real_network():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 1)) + 0.2 * rng.normal(size=(100, 2))
    X -= X.mean(axis=0)
    y = X @ [1.0, -1.0]
    largest = np.linalg.eigvalsh(X.T @ X / 100)[-1]

    def walk(momentum):
        start = np.array([[-1.0], [0.5]])
        network = MLPRegressor(
            hidden_layer_sizes=(),
            solver="sgd",
            init=([start], [np.zeros(1)]),
            learning_rate=1.9 / largest,
            momentum=momentum,
            batch_size="full",
            alpha=0.0,
            shuffle=False,
        )
        return np.array([start[:, 0], *(network.partial_fit(X, y).coefs_[0][:, 0].copy() for _ in range(30))])

    def loss(weights):
        return 0.5 * np.mean((y - weights @ X.T) ** 2, axis=1)

    display = DescentPathDisplay.from_paths(loss, {"0": walk(0.0), "0.6": walk(0.6)})
    assert display.last_losses_["0.6"] < 0.05 * display.last_losses_["0"]
    steps = np.diff(display.lines_["0"].get_xydata(), axis=0)
    assert ((steps[1:10] * steps[:9]).sum(axis=1) < 0).all()  # plain descent turns back at every step


def test_it_draws_on_the_axes_given():
    _, ax = pyplot.subplots()
    display = DescentPathDisplay.from_paths(bowl, PATHS, ax=ax, name="Mine", weight_names=("w", "v"))
    assert display.ax_ is ax
    assert (ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()) == ("Mine", "w", "v")


@pytest.mark.parametrize("paths", [{}, [[1.0, 2.0]], None])
def test_no_path_at_all_is_refused(paths):
    with pytest.raises(InvalidInputError, match="paths must be a mapping of names"):
        DescentPathDisplay.from_paths(bowl, paths)


@pytest.mark.parametrize("path", [np.ones((3, 3)), np.ones(2), np.empty((0, 2)), [[np.nan, 1.0]]])
def test_a_path_that_is_none_is_refused_by_name(path):
    with pytest.raises(InvalidInputError, match=r"path 'mine' must have the shape \(n_steps \+ 1, 2\)"):
        DescentPathDisplay.from_paths(bowl, {"mine": path})


@pytest.mark.parametrize("loss", [lambda points: 1.0, lambda points: points, lambda points: points[:, 0] * np.nan])
def test_a_loss_of_one_point_is_refused_with_the_way_out(loss):
    with pytest.raises(InvalidInputError, match=r"pass lambda points: \[loss\(point\) for point in points\]"):
        DescentPathDisplay.from_paths(loss, PATHS)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"grid_resolution": 1}, "grid_resolution must be an integer of at least 2"),
        ({"grid_resolution": 9.5}, "grid_resolution"),
        ({"minimum": [1.0]}, "minimum must be two finite numbers"),
        ({"minimum": [1.0, np.nan]}, "minimum"),
    ],
)
def test_settings_out_of_range_are_refused(setting, message):
    with pytest.raises(InvalidParameterError, match=message):
        DescentPathDisplay.from_paths(bowl, PATHS, **setting)


@pytest.mark.usefixtures("without_matplotlib")
def test_without_matplotlib_the_way_out_is_named():
    with pytest.raises(MissingDependencyError, match=r"pip install 'sinapsi\[plots\]'"):
        DescentPathDisplay.from_paths(bowl, PATHS)
