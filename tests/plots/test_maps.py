"""Pictures of maps: cells where the units are, colored by what they say."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sinapsi import SelfOrganizingMap
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots import (
    ClassMapDisplay,
    ComponentPlanesDisplay,
    HitsDisplay,
    PrototypesDisplay,
    SOMFilm,
    UMatrixDisplay,
)

FRAME = load_iris(as_frame=True).data.rename(columns=lambda name: name.removesuffix(" (cm)"))
X = pd.DataFrame(StandardScaler().fit_transform(FRAME), columns=FRAME.columns)
SPECIES = load_iris().target_names[load_iris().target]
SQUARE = np.random.default_rng(0).random((300, 2))
GRIDS = [
    {"topology": "hexagonal", "size": (5, 6)},
    {"topology": "rectangular", "size": (5, 6)},
    {"topology": "hexagonal", "size": (4, 6), "toroidal": True},
    {"topology": "rectangular", "size": (4, 5), "toroidal": True},
    {"topology": "linear", "size": 9},
]
of_all_grids = pytest.mark.parametrize("grid", GRIDS, ids=str)


def corners(cells: object) -> np.ndarray:
    return np.array([path.vertices[:-1] for path in cells.get_paths()])  # type: ignore[attr-defined]


@of_all_grids
def test_cells_are_regular_and_touch_their_neighbors(grid: dict[str, object]) -> None:
    model = SelfOrganizingMap(**grid, max_iter=3).fit(X)
    polygons = corners(UMatrixDisplay.from_estimator(model, detail="units").cells_)
    n_corners = 6 if grid["topology"] == "hexagonal" else 4
    assert polygons.shape == (model.grid_.n_units, n_corners, 2)
    np.testing.assert_allclose(polygons.mean(axis=1), model.grid_.positions, atol=1e-9)
    sides = np.linalg.norm(polygons - np.roll(polygons, 1, axis=1), axis=2)
    np.testing.assert_allclose(sides, sides[0, 0])
    apart = np.linalg.norm(model.grid_.positions[:, None] - model.grid_.positions[None], axis=2)
    for one, other in np.argwhere(np.isclose(apart, 1.0)):
        shared = cdist(polygons[one], polygons[other]) < 1e-9
        assert shared.sum() == 2  # an edge


@of_all_grids
def test_the_u_matrix_shows_distances_of_neighbors(grid: dict[str, object]) -> None:
    model = SelfOrganizingMap(**grid, max_iter=5).fit(X)
    display = UMatrixDisplay.from_estimator(model)
    pairs = model.grid_.neighbor_pairs()
    steps = np.sqrt(model.grid_.pair_squares(pairs[:, 0], pairs[:, 1]))
    lengths = np.linalg.norm(model.prototypes_[pairs[:, 0]] - model.prototypes_[pairs[:, 1]], axis=1) / steps
    straight = lengths[np.isclose(steps, 1.0)]
    np.testing.assert_allclose(display.between_values_[: len(straight)], straight)
    for unit in range(model.grid_.n_units):
        around = lengths[(pairs == unit).any(axis=1)]
        assert display.unit_values_[unit] == pytest.approx(around.mean())
    shown = np.asarray(display.cells_.get_array())
    assert len(shown) == model.grid_.n_units + len(display.between_values_)
    assert len(corners(UMatrixDisplay.from_estimator(model, detail="units").cells_)) == model.grid_.n_units


def test_a_gap_between_clusters_is_dark() -> None:
    blobs = np.concatenate([np.random.default_rng(0).standard_normal((80, 2)) + place for place in (0, 12)])
    model = SelfOrganizingMap(size=(4, 12)).fit(blobs)
    display = UMatrixDisplay.from_estimator(model, labels=[str(n) for n in range(48)], groups=model.cluster(2))
    darkest = display.unit_values_.reshape(4, 12).argmax(axis=1)
    groups = model.cluster(2).reshape(4, 12)
    borders = [np.flatnonzero(np.diff(row))[0] + 0.5 for row in groups]
    assert np.abs(darkest - borders).max() <= 1.5
    assert [text.get_text() for text in display.texts_] == [str(n) for n in range(48)]
    assert display.borders_ is not None


@of_all_grids
def test_hits_are_areas(grid: dict[str, object]) -> None:
    model = SelfOrganizingMap(**grid, max_iter=5).fit(X)
    display = HitsDisplay.from_estimator(model)
    won = np.flatnonzero(model.hits_)
    shapes = corners(display.shapes_)
    x, y = shapes[..., 0], shapes[..., 1]
    areas = 0.5 * np.abs((x * np.roll(y, -1, axis=1) - np.roll(x, -1, axis=1) * y).sum(axis=1))
    areas = areas[areas > 1e-9]
    np.testing.assert_allclose(areas / areas.max(), model.hits_[won] / model.hits_.max(), rtol=1e-6)
    assert {unit: text.get_text() for unit, text in display.texts_.items()}.items() <= {
        unit: str(model.hits_[unit]) for unit in won
    }.items()
    some = HitsDisplay.from_estimator(model, X[:20])
    np.testing.assert_array_equal(some.hits, np.bincount(model.predict(X[:20]), minlength=model.grid_.n_units))


def test_component_planes_have_a_panel_a_feature() -> None:
    model = SelfOrganizingMap(size=(5, 6)).fit(X)
    display = ComponentPlanesDisplay.from_estimator(model)
    assert [panel.get_title(loc="left") for panel in display.axes_] == list(X.columns)
    for feature in range(4):
        np.testing.assert_allclose(display.cells_[feature].get_array(), model.prototypes_[:, feature])
    chosen = ComponentPlanesDisplay.from_estimator(model, features=["petal width", 0])
    assert chosen.features_ == [3, 0]
    assert sorted(ComponentPlanesDisplay.from_estimator(model, order="similarity").features_) == [0, 1, 2, 3]
    with pytest.raises(InvalidParameterError, match="Got 'color'"):
        ComponentPlanesDisplay.from_estimator(model, features=["color"])
    wide = SelfOrganizingMap(size=(2, 2), max_iter=1).fit(np.random.default_rng(0).random((30, 40)))
    assert len(ComponentPlanesDisplay.from_estimator(wide).axes_) == 36
    with pytest.raises(InvalidParameterError, match="in several"):
        ComponentPlanesDisplay.from_estimator(wide, features=list(range(40)))


def test_pies_are_class_counts() -> None:
    model = SelfOrganizingMap(size=(4, 5)).fit(X)
    display = ClassMapDisplay.from_estimator(model, X, SPECIES)
    assert not hasattr(model, "unit_classes_")  # drawing changes nothing
    counts = model.label_units(SPECIES).unit_class_counts_
    assert set(display.pies_) == set(np.flatnonzero(counts.sum(axis=1)))
    for unit, pie in display.pies_.items():
        shares = {name: (wedge.theta2 - wedge.theta1) % 360 or 360 for name, wedge in pie.items()}
        expected = counts[unit] / counts[unit].sum() * 360
        for name, angle in zip(model.classes_, expected, strict=True):
            assert shares.get(name, 0) == pytest.approx(angle, abs=1e-6)
    assert [text.get_text() for text in display.legend_.get_texts()][:3] == ["setosa", "versicolor", "virginica"]
    again = ClassMapDisplay.from_estimator(model)  # a map with names needs no data
    assert set(again.pies_) == set(display.pies_)


def test_prototypes_lie_over_the_examples_and_are_joined_along_the_grid() -> None:
    model = SelfOrganizingMap(size=(4, 5)).fit(SQUARE)
    display = PrototypesDisplay.from_estimator(model, SQUARE)
    np.testing.assert_allclose(display.units_.get_offsets(), model.prototypes_)
    segments = np.array(display.lines_.get_segments())
    pairs = model.grid_.neighbor_pairs()
    assert len(segments) == len(pairs)
    np.testing.assert_allclose(segments[:, 0], model.prototypes_[pairs[:, 0]])
    np.testing.assert_allclose(segments[:, 1], model.prototypes_[pairs[:, 1]])
    of_four = PrototypesDisplay.from_estimator(SelfOrganizingMap(size=(4, 5)).fit(X), X)
    assert "principal component 1" in of_four.ax_.get_xlabel()
    chosen = PrototypesDisplay.from_estimator(SelfOrganizingMap(size=(4, 5)).fit(X), X, features=(0, "petal width"))
    assert (chosen.ax_.get_xlabel(), chosen.ax_.get_ylabel()) == ("sepal length", "petal width")


def test_the_film_goes_from_start_to_end() -> None:
    model = SelfOrganizingMap(size=(4, 4), init="random", random_state=0, max_iter=9)
    film = SOMFilm.from_estimator(model, SQUARE)
    course = model.unfolding(SQUARE)
    assert film.n_moments == 10
    for moment in (0, 5, 9):
        np.testing.assert_allclose(film.plot(moment=moment).units_.get_offsets(), course.prototypes[moment])
    animation = film.animate()
    assert film.animation_ is animation
    assert film.moments_[0] == 0
    assert film.moments_[-1] == 9
    animation._draw_frame(film.moments_[3])
    film.strip(n_pictures=4)
    assert len(film.axes_) == 4
    titles = [axes.get_title(loc="left") + axes.get_title() for axes in film.axes_]
    assert "start" in titles[0]
    assert "epoch 9" in titles[-1]
    assert f"radius {course.radius[-1]:.3g}" in titles[-1]
    plt.close("all")
    animation._draw_was_started = True


def test_a_pipeline_is_looked_into_and_anything_else_refused() -> None:
    piped = make_pipeline(StandardScaler(), SelfOrganizingMap(size=(3, 3))).fit(FRAME)
    assert UMatrixDisplay.from_estimator(piped).grid == piped[-1].grid_
    assert HitsDisplay.from_estimator(piped, FRAME).hits.sum() == 150
    with pytest.raises(NotFittedError):
        UMatrixDisplay.from_estimator(SelfOrganizingMap())
    other = LinearRegression().fit(SQUARE, SQUARE[:, 0])
    for display in (UMatrixDisplay, HitsDisplay, ComponentPlanesDisplay):
        with pytest.raises(InvalidInputError, match=r"expects a fitted SelfOrganizingMap\. Got LinearRegression"):
            display.from_estimator(other)
    with pytest.raises(InvalidInputError, match="SOMFilm expects a SelfOrganizingMap"):
        SOMFilm.from_estimator(other, SQUARE)
    with pytest.raises(InvalidParameterError, match="detail"):
        UMatrixDisplay.from_estimator(piped, detail="most")


@of_all_grids
def test_missing_values_are_no_obstacle(grid: dict[str, object]) -> None:
    holes = X.where(np.random.default_rng(0).random(X.shape) > 0.1)
    holes = holes[holes.notna().any(axis=1)]
    model = SelfOrganizingMap(**grid, max_iter=3).fit(holes)
    for display in (HitsDisplay.from_estimator(model, holes), PrototypesDisplay.from_estimator(model, holes)):
        assert display.caption_
