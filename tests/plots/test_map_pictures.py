"""Pictures of maps in the corners of their use: tori, values that are missing, axes of the user's, plain data."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_rgba

from sinapsi import SelfOrganizingMap
from sinapsi.exceptions import InvalidInputError, InvalidParameterError, MissingDependencyError
from sinapsi.maps.grid import Grid
from sinapsi.plots import (
    ClassMapDisplay,
    ComponentPlanesDisplay,
    HitsDisplay,
    PrototypesDisplay,
    SOMFilm,
    UMatrixDisplay,
)
from sinapsi.plots.maps.cell_places import corners_of_cells
from sinapsi.plots.maps.cells import map_colors
from sinapsi.plots.maps.course import denser_at_the_start
from sinapsi.plots.palette import class_colors

rng = np.random.default_rng(0)
SQUARE = rng.random((120, 2))
GRIDS = [
    Grid("hexagonal", 4, 5),
    Grid("hexagonal", 4, 5, toroidal=True),
    Grid("hexagonal", 2, 2, toroidal=True),
    Grid("rectangular", 4, 5),
    Grid("rectangular", 3, 4, toroidal=True),
    Grid("linear", 1, 7),
    Grid("linear", 1, 7, toroidal=True),
    Grid("hexagonal", 1, 1),
]
of_all_grids = pytest.mark.parametrize("grid", GRIDS, ids=str)


def corners(cells):
    return np.array([path.vertices[:-1] for path in cells.get_paths()])


def u_matrix_of(grid, distances=None):
    n_pairs = len(grid.neighbor_pairs())
    return UMatrixDisplay(grid=grid, distances=np.arange(n_pairs) + 1.0 if distances is None else distances)


def fitted(**settings):
    return SelfOrganizingMap(size=(3, 4), max_iter=3, random_state=0, **settings).fit(SQUARE)


# The U-matrix.


@of_all_grids
def test_no_two_cells_of_the_u_matrix_lie_over_each_other(grid):
    middles = corners(u_matrix_of(grid).plot().cells_).mean(axis=1)
    apart = np.linalg.norm(middles[:, None] - middles[None], axis=2) + np.eye(len(middles))
    assert apart.min() >= 0.5 - 1e-6  # the width of a cell
    np.testing.assert_allclose(middles[: grid.n_units], grid.positions, atol=1e-9)


@of_all_grids
def test_there_is_a_cell_between_every_two_straight_neighbors(grid):
    display = u_matrix_of(grid).plot()
    straight = grid.neighbor_pairs(4) if grid.topology == "rectangular" else grid.neighbor_pairs()
    crossings = 0
    if grid.topology == "rectangular":
        crossings = grid.n_units if grid.toroidal else (grid.n_rows - 1) * (grid.n_columns - 1)
    assert len(display.between_values_) == len(straight) + crossings
    if not grid.toroidal:
        middles = corners(display.cells_).mean(axis=1)[grid.n_units :][: len(straight)]
        np.testing.assert_allclose(middles, grid.positions[straight].mean(axis=1), atol=1e-9)


@pytest.mark.parametrize(
    "grid", [Grid("hexagonal", 4, 5, toroidal=True), Grid("rectangular", 3, 4, toroidal=True)], ids=str
)
def test_copies_of_a_torus_fit_together(grid):
    middles = corners(u_matrix_of(grid).plot().cells_).mean(axis=1)
    assert len(middles) == 4 * grid.n_units  # all places of a grid of half the width
    row_height = np.sqrt(3) / 2 if grid.topology == "hexagonal" else 1.0
    shifts = [(across * grid.n_columns, up * grid.n_rows * row_height) for across in (-1, 0, 1) for up in (-1, 0, 1)]
    copies = np.concatenate([middles + shift for shift in shifts])
    apart = np.linalg.norm(middles[:, None] - copies[None], axis=2)
    assert (apart < 0.5 - 1e-6).sum() == len(middles)  # only the cell itself
    n_touching = 6 if grid.topology == "hexagonal" else 4
    np.testing.assert_array_equal((np.abs(apart - 0.5) < 1e-6).sum(axis=1), n_touching)  # and there is no hole


def test_where_diagonals_cross_their_mean_is_shown_per_step_on_the_grid():
    prototypes = {"init": [[0.0, 0.0], [3.0, 0.0], [0.0, 3.0], [7.0, 7.0]]}
    model = SelfOrganizingMap(size=(2, 2), topology="rectangular", max_iter=0, **prototypes).fit(SQUARE)
    display = UMatrixDisplay.from_estimator(model)
    diagonals = np.array([np.hypot(7, 7), np.hypot(3, 3)])
    assert display.between_values_[-1] == pytest.approx((diagonals / np.sqrt(2)).mean())
    assert display.unit_values_[0] == pytest.approx((3 + 3 + diagonals[0] / np.sqrt(2)) / 3)


def test_cells_have_the_colors_of_their_values_and_the_scale_tells_them():
    display = u_matrix_of(Grid("linear", 1, 4), [1.0, 5.0, 2.0]).plot()
    display.figure_.canvas.draw()
    np.testing.assert_array_equal(display.cells_.get_array(), [1.0, 3.0, 3.5, 2.0, 1.0, 5.0, 2.0])
    faces = display.cells_.get_facecolors()
    np.testing.assert_allclose(faces[5], map_colors()(1.0))
    np.testing.assert_allclose(faces[4], map_colors()(0.0))
    assert display.scale_.ax.get_xlabel() == "distance between neighbors"
    assert display.cells_.get_clim() == (1.0, 5.0)
    of_units = u_matrix_of(Grid("hexagonal", 3, 3)).plot(detail="units")
    assert of_units.scale_.ax.get_ylabel() == "mean distance to the neighbors"


def test_lightness_falls_evenly_along_the_colors():
    rgb = map_colors()(np.linspace(0, 1, 21))[:, :3]
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lightness = 116 * np.cbrt(linear @ (0.2126, 0.7152, 0.0722)) - 16
    steps = np.diff(lightness)
    assert (steps < 0).all()
    np.testing.assert_allclose(steps, steps.mean(), rtol=0.35)


def test_what_is_not_known_is_hatched():
    display = u_matrix_of(Grid("linear", 1, 3), [np.nan, 2.0]).plot()
    hatched = [each for each in display.ax_.collections if each.get_hatch()]
    np.testing.assert_allclose(corners(hatched[0]).mean(axis=1), [[0, 0], [0.5, 0]], atol=1e-12)
    assert display.unit_values_[1:].tolist() == [2.0, 2.0]
    alone = u_matrix_of(Grid("hexagonal", 1, 1)).plot()
    assert np.isnan(alone.unit_values_).all()


def test_a_prototype_without_values_has_no_distances():
    model = fitted()
    model.prototypes_[5] = np.nan
    display = UMatrixDisplay.from_estimator(model)
    assert np.flatnonzero(np.isnan(display.unit_values_)).tolist() == [5]


def test_distances_are_those_of_the_metric_of_the_map():
    model = fitted(metric="manhattan")
    pairs = model.grid_.neighbor_pairs()
    lengths = np.abs(model.prototypes_[pairs[:, 0]] - model.prototypes_[pairs[:, 1]]).sum(axis=1)
    np.testing.assert_allclose(UMatrixDisplay.from_estimator(model).distances, lengths)


def test_borders_lie_on_the_edges_between_groups():
    grid = Grid("rectangular", 2, 3)
    display = u_matrix_of(grid).plot(detail="units", groups=[0, 0, 1, 0, 0, 1])
    ends = sorted(np.sort(line[:, 1]).tolist() for line in display.borders_.get_segments())
    np.testing.assert_allclose(ends, [[-0.5, 0.5], [0.5, 1.5]])
    assert all(np.allclose(line[:, 0], 1.5) for line in display.borders_.get_segments())
    hexagons = Grid("hexagonal", 3, 3)
    lines = u_matrix_of(hexagons).plot(groups=[0, 0, 0, 0, 1, 0, 0, 0, 0]).borders_.get_segments()
    around = corners_of_cells("hexagonal", hexagons.positions[[4]])[0]
    assert len(lines) == 6
    for line in lines:
        assert all(np.linalg.norm(around - end, axis=1).min() < 1e-9 for end in line)


def test_labels_stand_on_their_units_and_empty_ones_are_left_out():
    grid = Grid("hexagonal", 2, 2)
    display = u_matrix_of(grid).plot(labels=["a", "", "c", "d"])
    assert [text.get_text() for text in display.texts_] == ["a", "c", "d"]
    np.testing.assert_allclose([text.get_position() for text in display.texts_], grid.positions[[0, 2, 3]])


# All maps of cells.


def test_row_0_lies_at_the_bottom_at_one_scale():
    grid = Grid("rectangular", 3, 2)
    displays = [
        u_matrix_of(grid).plot(),
        HitsDisplay(grid=grid, hits=range(6)).plot(),
        ComponentPlanesDisplay(grid=grid, prototypes=np.arange(12).reshape(6, 2)).plot(),
        ClassMapDisplay(grid=grid, counts=np.ones((6, 2)), classes=["a", "b"]).plot(),
    ]
    for display in displays:
        bottom, top = display.ax_.get_ylim()
        assert bottom < 0 < 2 < top
        assert display.ax_.get_aspect() == 1
        assert not display.ax_.axison


def test_all_cells_are_inside_of_the_picture_and_a_line_gets_a_flat_figure():
    for grid in GRIDS:
        display = u_matrix_of(grid).plot()
        (left, right), (bottom, top) = display.ax_.get_xlim(), display.ax_.get_ylim()
        x, y = corners(display.cells_).reshape(-1, 2).T
        assert left < x.min() < x.max() < right
        assert bottom < y.min() < y.max() < top
    width, height = u_matrix_of(Grid("linear", 1, 80)).plot().figure_.get_size_inches()
    assert width > 5 * height


def test_they_draw_on_axes_of_the_user():
    _, axes = pyplot.subplots(1, 3)
    model = fitted()
    assert UMatrixDisplay.from_estimator(model, ax=axes[0]).ax_ is axes[0]
    assert HitsDisplay.from_estimator(model, ax=axes[1], name="Mine").ax_ is axes[1]
    assert axes[1].get_title(loc="left") == "Mine"
    assert PrototypesDisplay.from_estimator(model, SQUARE, ax=axes[2]).ax_ is axes[2]


# Hits.


def test_numbers_are_printed_where_there_is_room():
    display = HitsDisplay(grid=Grid("hexagonal", 2, 2), hits=[400, 1, 0, 100]).plot()
    assert {unit: text.get_text() for unit, text in display.texts_.items()} == {0: "400", 3: "100"}
    assert len(corners(display.shapes_)) == 3
    assert "501 examples, at most 400 a unit; 1 unit won none." in display.caption_
    assert HitsDisplay(grid=Grid("hexagonal", 60, 60), hits=np.arange(3600)).plot().texts_ == {}


def test_a_map_without_hits_is_empty():
    assert len(HitsDisplay(grid=Grid("linear", 1, 3), hits=[0, 0, 0]).plot().shapes_.get_paths()) == 0


# Classes.


def test_a_pie_begins_at_the_top_and_its_area_is_the_number_of_examples():
    grid = Grid("linear", 1, 4)
    display = ClassMapDisplay(grid=grid, counts=[[3, 1], [0, 16], [0, 0], [2, 2]], classes=["cat", "dog"]).plot()
    cat, dog = display.pies_[0]["cat"], display.pies_[0]["dog"]
    assert (cat.theta2, cat.theta1, dog.theta2, dog.theta1) == (90, -180, -180, -270)
    assert display.pies_[1]["dog"].r == pytest.approx(2 * cat.r)
    assert sorted(display.pies_) == [0, 1, 3]
    colors = class_colors(2)
    assert cat.get_facecolor() == to_rgba(colors[0])
    faces = display.cells_.get_facecolors()
    assert [tuple(face[:3]) for face in faces] == [to_rgba(name)[:3] for name in (*colors, "white", colors[0])]


def test_a_unit_that_won_nothing_has_the_class_that_the_map_gave_it():
    grid = Grid("linear", 1, 2)
    display = ClassMapDisplay(grid=grid, counts=[[1, 0], [0, 0]], classes=[7, 8], unit_classes=[7, 8]).plot(
        legend=False
    )
    assert tuple(display.cells_.get_facecolors()[1][:3]) == to_rgba(class_colors(2)[1])[:3]
    assert display.legend_ is None


def test_a_map_without_classes_says_how_to_get_them():
    model = fitted()
    with pytest.raises(InvalidInputError, match=r"Got no y\. Pass X and y"):
        ClassMapDisplay.from_estimator(model)
    with pytest.raises(InvalidInputError, match="Got no y for X"):
        ClassMapDisplay.from_estimator(model, SQUARE)


# Component planes.


def test_similar_planes_stand_together():
    grid = Grid("rectangular", 3, 4)
    x, y = grid.positions.T
    rough = 0.1 * np.cos(np.arange(12) * 2.1)
    display = ComponentPlanesDisplay(grid=grid, prototypes=np.column_stack([x, y, -x + rough, y + rough]))
    order = display.plot(order="similarity").features_
    assert abs(order.index(0) - order.index(2)) == 1
    assert abs(order.index(1) - order.index(3)) == 1


def test_each_plane_has_its_own_scale_on_the_same_cells():
    display = ComponentPlanesDisplay(grid=Grid("linear", 1, 3), prototypes=[[1, 50], [2, 90], [3, np.nan]]).plot()
    assert [display.cells_[feature].get_clim() for feature in (0, 1)] == [(1, 3), (50, 90)]
    np.testing.assert_array_equal(corners(display.cells_[0]), corners(display.cells_[1]))
    assert [bool(each.get_hatch()) for each in display.axes_[1].collections] == [False, True]


def test_planes_go_on_axes_of_the_user_and_the_rest_is_hidden():
    model = fitted()
    _, axes = pyplot.subplots(2, 2)
    display = ComponentPlanesDisplay.from_estimator(model, ax=axes)
    assert display.axes_ == [axes[0, 0], axes[0, 1]]
    assert [ax.get_visible() for ax in axes.ravel()] == [True, True, False, False]
    with pytest.raises(InvalidParameterError, match=r"each of the 2 planes\. Got 1"):
        ComponentPlanesDisplay.from_estimator(model, ax=axes[0, 0])


# Prototypes.


def test_a_torus_is_joined_across_its_borders_and_rectangles_have_no_diagonals():
    for toroidal, n_lines in ((False, 17), (True, 24)):
        model = fitted(topology="rectangular", toroidal=toroidal)
        assert len(PrototypesDisplay.from_estimator(model).lines_.get_segments()) == n_lines


def test_over_one_feature_units_stand_at_their_numbers():
    frame = pd.DataFrame({"age": rng.normal(40, 9, 60)})
    model = SelfOrganizingMap(topology="linear", size=5, max_iter=5).fit(frame)
    display = PrototypesDisplay.from_estimator(model, frame, np.repeat(["a", "b"], 30))
    np.testing.assert_allclose(display.units_.get_offsets(), np.column_stack([model.prototypes_[:, 0], range(5)]))
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("age", "unit")
    assert list(display.points_) == ["a", "b"]
    assert (display.points_["a"].get_offsets()[:, 1] < 0).all()


def test_components_are_those_of_the_examples():
    data = rng.normal(size=(200, 5)) * [1, 9, 1, 4, 1]
    model = SelfOrganizingMap(size=(3, 3), max_iter=3).fit(data)
    display = PrototypesDisplay.from_estimator(model, data)
    centered = data - data.mean(axis=0)
    variances = np.linalg.eigvalsh(np.cov(data.T))[::-1]
    assert display.ax_.get_xlabel() == f"principal component 1 ({variances[0] / variances.sum():.0%} of the variance)"
    drawn = np.asarray(display.points_["example"].get_offsets())
    np.testing.assert_allclose(drawn.var(axis=0, ddof=1), variances[:2])
    distances = np.linalg.norm(np.asarray(display.units_.get_offsets()), axis=1)
    assert (distances <= np.linalg.norm(model.prototypes_ - data.mean(axis=0), axis=1) + 1e-9).all()
    assert centered[:, 1] @ drawn[:, 0] > 0  # up is up


def test_examples_with_missing_values_are_left_out_and_counted():
    data = rng.normal(size=(50, 3))
    data[:4, 2] = np.nan
    model = SelfOrganizingMap(size=(3, 3), max_iter=3).fit(data)
    assert "4 examples with missing values left out." in PrototypesDisplay.from_estimator(model, data).caption_
    assert "left out" not in PrototypesDisplay.from_estimator(model, data, features=(0, 1)).caption_
    data[4:, 1] = np.nan
    with pytest.raises(InvalidInputError, match=r"Got 0 of 50\. Choose what is drawn by features=\(0, 1\)"):
        PrototypesDisplay.from_estimator(model, data)


def test_units_that_won_nothing_are_hollow():
    grid = Grid("linear", 1, 3)
    display = PrototypesDisplay(grid=grid, prototypes=[[0, 0], [1, 1], [2, 2]], hits=[4, 0, 2]).plot()
    faces = display.units_.get_facecolors()
    assert [tuple(face) == to_rgba("white") for face in faces] == [False, True, False]
    assert "1 unit won nothing (hollow)." in display.caption_


# The film.


def test_every_frame_shows_its_moment_and_says_so(shown, tmp_path):
    film = SOMFilm.from_estimator(SelfOrganizingMap(size=(3, 3), init="random", random_state=0, max_iter=6), SQUARE)
    animation = film.animate(interval=40, max_frames=4)
    assert film.moments_ == [0, 2, 4, 6]
    headings = []
    for moment in film.moments_:
        animation._func(moment)
        np.testing.assert_array_equal(film.units_.get_offsets(), film.unfolding.prototypes[moment])
        pairs = film.unfolding.grid.neighbor_pairs()
        np.testing.assert_array_equal(film.lines_.get_segments(), film.unfolding.prototypes[moment][pairs])
        headings.append(film.ax_.get_title(loc="left"))
        assert shown(film.ax_) == film.caption_
    assert headings[0] == "SelfOrganizingMap: start"
    assert headings[-1].startswith("SelfOrganizingMap: epoch 6, radius ")
    with mpl.rc_context({"figure.dpi": 30}):
        animation.save(tmp_path / "film.gif", writer="pillow")
    assert (tmp_path / "film.gif").stat().st_size > 0


def test_the_heading_of_a_frame_stays_above_the_caption():
    film = SOMFilm.from_estimator(SelfOrganizingMap(size=(3, 3), max_iter=3), SQUARE)
    animation = film.animate()
    for moment in (0, 3):
        animation._func(moment)
        film.figure_.canvas.draw()
        title = next(text for text in film.ax_.get_children() if getattr(text, "get_text", str)().startswith("Self"))
        assert title.get_window_extent().y0 > film.ax_.texts[0].get_window_extent().y1
    animation._draw_was_started = True


def test_all_pictures_of_a_strip_have_the_same_axes_in_one_row():
    film = SOMFilm.from_estimator(SelfOrganizingMap(size=(3, 3), init="random", random_state=0, max_iter=20), SQUARE)
    figure = film.strip(n_pictures=5)
    assert figure is film.figure_
    assert {ax.get_xlim() + ax.get_ylim() for ax in film.axes_} == {film.ax_.get_xlim() + film.ax_.get_ylim()}
    assert {ax.get_subplotspec().rowspan.start for ax in film.axes_} == {0}
    assert (film.moments_[0], film.moments_[-1]) == (0, film.n_moments - 1)
    film.strip(moments=[3, 1])
    assert [ax.get_title(loc="left").split("\n")[0] for ax in film.axes_] == ["epoch 3", "epoch 1"]


@pytest.mark.parametrize(("last", "n_wanted"), [(0, 6), (1, 2), (3, 6), (6, 6), (50, 6), (7, 7), (1000, 10), (9, 10)])
def test_moments_of_a_strip_are_all_different_from_start_to_end(last, n_wanted):
    chosen = denser_at_the_start(last, n_wanted)
    assert (chosen[0], chosen[-1]) == (0, last)
    assert len(chosen) == min(n_wanted, last + 1)
    assert (np.diff(chosen) > 0).all()


# What is refused.


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda grid: UMatrixDisplay(grid=grid, distances=[1.0]), r"each of the 5 pairs.*shape \(1,\)"),
        (lambda grid: HitsDisplay(grid=grid, hits=[1, 2]), r"each of the 4 units.*shape \(2,\)"),
        (lambda grid: HitsDisplay(grid=grid, hits=[1, 2, -3, 4]), "the smallest -3"),
        (lambda grid: HitsDisplay(grid=grid, hits=list("abcd")), "hits must be finite numbers"),
        (lambda grid: ComponentPlanesDisplay(grid=grid, prototypes=[[1.0]]), "one row for each of the 4 units"),
        (
            lambda grid: ComponentPlanesDisplay(grid=grid, prototypes=np.ones((4, 2)), feature_names=["a"]),
            r"each of the 2 features\. Got 1",
        ),
        (lambda grid: PrototypesDisplay(grid=grid, prototypes=np.ones((3, 2))), r"Got an array of shape \(3, 2\)"),
        (
            lambda grid: ClassMapDisplay(grid=grid, counts=np.ones((4, 3)), classes=["a", "b"]),
            r"shape \(4, 2\): units, classes\. Got the shape \(4, 3\)",
        ),
        (
            lambda grid: ClassMapDisplay(grid=grid, counts=np.ones((4, 1)), classes=["a"], unit_classes=list("aaab")),
            "It also holds b",
        ),
        (lambda grid: u_matrix_of(grid).plot(groups=[1]), "one group for each"),
    ],
)
def test_data_that_do_not_fit_the_grid_are_refused(make, message):
    with pytest.raises(InvalidParameterError, match=message):
        make(Grid("hexagonal", 2, 2))


def test_examples_and_settings_that_do_not_fit_are_refused():
    model = fitted()
    with pytest.raises(InvalidInputError, match="X must hold the 2 features of the prototypes"):
        PrototypesDisplay.from_estimator(model, SQUARE[:, :1])
    with pytest.raises(InvalidInputError, match="y must hold one class an example"):
        PrototypesDisplay.from_estimator(model, SQUARE, ["a", "b"])
    film = SOMFilm.from_estimator(model, SQUARE)
    for make, message in (
        (lambda: film.plot(moment=99), "moment must be an integer from 0 to 3"),
        (lambda: film.strip(n_pictures=1), "n_pictures must be an integer from 2 to 10"),
        (lambda: film.strip(moments=[0, 4]), "integers from 0 to 3"),
        (lambda: film.animate(interval=0), "interval must be an integer of at least 1"),
    ):
        with pytest.raises(InvalidParameterError, match=message):
            make()
    with pytest.raises(InvalidInputError, match="dict has no prototypes, no epoch"):
        SOMFilm(unfolding={}, X=SQUARE)


def test_without_matplotlib_the_way_out_is_named(without_matplotlib):
    model = fitted()
    for draw in (
        lambda: UMatrixDisplay.from_estimator(model),
        lambda: ComponentPlanesDisplay.from_estimator(model),
        lambda: SOMFilm.from_estimator(model, SQUARE).animate(),
    ):
        with pytest.raises(MissingDependencyError, match=r"pip install 'sinapsi\[plots\]'"):
            draw()
