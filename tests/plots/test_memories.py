"""Pictures of associative memories: where a recall went, and how much is recalled."""

from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_rgba
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sinapsi.exceptions import InvalidInputError, InvalidParameterError, MissingDependencyError
from sinapsi.memories.recall_curve import RecallCurve
from sinapsi.memories.recall_path import RecallPath
from sinapsi.plots import EnergyPathDisplay, OverlapPathDisplay, OverlapsDisplay, RecallCurveDisplay, RecallFilm
from sinapsi.plots.memories.recalls import state_at
from sinapsi.plots.palette import INK

# Three memories of 16 units without overlap, as rows of a Hadamard matrix.
MEMORIES = np.array([[1, 1] * 8, [1, -1] * 8, [1, 1, -1, -1] * 4])


class Hopfield(BaseEstimator):
    """Asks its units in order until none changes; what is stored is fitted, everything else exact."""

    def __init__(self, binarize=0.0):
        self.binarize = binarize

    def fit(self, X, y=None):
        self.memories_ = self.states(X)
        self.n_features_in_ = self.memories_.shape[1]
        weights = self.memories_.T.astype(float) @ self.memories_
        self.weights_ = weights - np.diag(np.diag(weights))
        return self

    def states(self, X):
        return np.where(np.asarray(X) > self.binarize, 1, -1).astype(np.int8)

    def recall_path(self, probe):
        start = self.states(probe)
        assert start.shape == (self.n_features_in_,)
        states, units = [start], []
        changes = True
        while changes:
            changes = False
            for unit in range(len(start)):
                if states[-1][unit] * (self.weights_[unit] @ states[-1]) < 0:
                    states.append(np.where(np.arange(len(start)) == unit, -states[-1], states[-1]))
                    units.append(unit)
                    changes = True
        return path_of(states, self.memories_, energies=self.energies(states))

    def predict(self, X):
        return np.array([self.recall_path(probe).states[-1] for probe in X])

    def overlap(self, X):
        return self.states(X) @ self.memories_.T / self.n_features_in_

    def energy(self, X):
        return self.energies(self.states(X))

    def energies(self, states):
        return -0.5 * np.einsum("si,ij,sj->s", states, self.weights_, states)


def path_of(states, memories=MEMORIES, end="stable", energies=None):
    states = np.array(states, dtype=np.int8)
    moments, units = np.nonzero(np.diff(states, axis=0))
    return RecallPath(
        start=states[0],
        units=units,
        moments=moments + 1,
        energies=-np.arange(len(states), dtype=float) if energies is None else np.asarray(energies, dtype=float),
        overlaps=states @ np.asarray(memories).T / states.shape[1],
        end=end,
    )


def flipped(state, *units):
    state = np.array(state)
    state[list(units)] *= -1
    return state


def curve_over(quantity, *, values=(0.05, 0.1, 0.2), name="Hebb", threshold=0.95):
    overlaps = [np.array([[1.0, 1.0], [1.0, 0.98]]), np.array([[1.0, 0.9], [0.9, 0.8]]), np.array([[0.1, -0.3]] * 2)]
    return RecallCurve.of(quantity, values, overlaps, threshold=threshold, name=name)


MODEL = Hopfield().fit(MEMORIES)
PROBE = flipped(MEMORIES[2], 3, 7)
BACK = path_of([PROBE, flipped(PROBE, 7), MEMORIES[2]], energies=[-1.0, -2.5, -24.0])


# The energy.


def test_energy_falls_in_steps_to_a_mark_with_a_name(shown):
    display = EnergyPathDisplay.from_path(BACK)
    np.testing.assert_array_equal(display.line_.get_xydata(), [[0, -1], [1, -2.5], [2, -24]])
    assert display.line_.get_drawstyle() == "steps-post"
    np.testing.assert_array_equal(display.end_point_.get_xydata(), [[2, -24]])
    assert display.end_text_.get_text() == "stable state"
    assert display.end_text_.xy == (2, -24)
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("moment", "energy")
    assert display.ax_.get_title(loc="left") == "Energy along a recall"
    assert display.caption_ == "2 flips, energy −1 to −24. Ended at memory 2 (overlap 1)."
    assert display.caption_ in shown(display.ax_)
    assert display.memory_ == 2


@pytest.mark.parametrize(("end", "words"), [("cycle", "cycle of two"), ("time", "time used up")])
def test_other_ends_have_their_names(end, words, shown):
    display = EnergyPathDisplay(path=path_of([PROBE, MEMORIES[2]], end=end)).plot()
    assert display.end_text_.get_text() == words
    assert words in shown(display.ax_)


def test_the_name_of_the_end_stands_beside_the_line():
    display = EnergyPathDisplay.from_estimator(MODEL, PROBE)
    display.figure_.canvas.draw()
    words = display.end_text_.get_window_extent()
    assert words.x0 > display.end_point_.get_window_extent().x1 - 1
    assert words.x1 < display.ax_.get_window_extent().x1


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (-MEMORIES[1], "Ended at the negative of memory 1 (overlap −1)."),
        (flipped(MEMORIES[0], 0), "Ended at no memory; the largest overlap is 0.875, with memory 0."),
        (flipped(-MEMORIES[0], 0, 1), "Ended at no memory; the largest overlap is −0.75, with memory 0."),
    ],
)
def test_the_caption_tells_where_it_ended(last, words):
    assert EnergyPathDisplay(path=path_of([PROBE, last])).plot().caption_.endswith(words)


def test_nine_tenths_are_near_enough_to_a_memory():
    memory = np.ones(20)
    path = path_of([memory, flipped(memory, 4)], memories=[memory])
    assert EnergyPathDisplay(path=path).plot().caption_.endswith("Ended at memory 0 (overlap 0.9).")


def test_a_probe_at_rest_is_a_single_mark():
    display = EnergyPathDisplay(path=path_of([MEMORIES[0]], energies=[-7])).plot()
    np.testing.assert_array_equal(display.end_point_.get_xydata(), [[0, -7]])
    assert display.caption_ == "The probe was at rest: no flip, energy −7. Ended at memory 0 (overlap 1)."
    bottom, top = display.ax_.get_ylim()
    assert bottom < -7 < top


def test_an_estimator_recalls_and_its_class_is_the_title():
    display = EnergyPathDisplay.from_estimator(MODEL, PROBE)
    np.testing.assert_allclose(display.line_.get_ydata(), MODEL.energy(MODEL.recall_path(PROBE).states))
    assert (np.diff(display.line_.get_ydata()) < 0).all()
    assert display.ax_.get_title(loc="left") == "Energy of Hopfield along a recall"
    _, ax = pyplot.subplots()
    named = EnergyPathDisplay.from_estimator(MODEL, PROBE, name="Mine", ax=ax)
    assert named.ax_ is ax
    assert ax.get_title(loc="left") == "Mine"


def test_a_pipeline_is_looked_into():
    piped = make_pipeline(FunctionTransformer(np.negative), Hopfield()).fit(MEMORIES)
    for display in (EnergyPathDisplay, OverlapPathDisplay, RecallFilm):
        np.testing.assert_array_equal(display.from_estimator(piped, PROBE).path.start, -PROBE)
    np.testing.assert_array_equal(OverlapsDisplay.from_estimator(piped, MEMORIES).overlaps, np.eye(3))


# The film.


def test_a_state_can_be_had_without_all_others():
    rng = np.random.default_rng(0)
    path = path_of(rng.choice([-1, 1], size=(40, 9)), memories=np.ones((1, 9)))
    for moment in range(40):
        np.testing.assert_array_equal(state_at(path, moment), path.states[moment])


@pytest.mark.parametrize(("image_shape", "shape"), [(None, (4, 4)), ((2, 8), (2, 8)), ([16, 1], (16, 1))])
def test_the_image_is_the_state(image_shape, shape, shown):
    film = RecallFilm(path=BACK, image_shape=image_shape)
    for moment in range(3):
        film.plot(moment=moment)
        np.testing.assert_array_equal(film.image_.get_array(), BACK.states[moment].reshape(shape))
        assert shown(film.ax_) == film.caption_
    assert film.moment_ == 2
    assert film.caption_ == "Energy −24, overlap 1 with memory 2."
    assert film.ax_.get_title(loc="left") == "Recall: moment 2, stable state"
    assert film.plot(moment=0).ax_.get_title(loc="left") == "Recall: probe"
    assert film.caption_ == "Energy −1, overlap 0.75 with memory 2."


def test_up_is_black_and_down_is_white():
    image = RecallFilm(path=BACK).plot().image_
    colors = image.to_rgba(image.get_array())
    np.testing.assert_allclose(colors[image.get_array() == 1], [to_rgba(INK)] * 8)
    np.testing.assert_allclose(colors[image.get_array() == -1], [to_rgba("white")] * 8)


def test_images_of_handwritten_digits_have_their_size():
    states = np.where(np.random.default_rng(0).random((3, 784)) < 0.5, -1, 1)
    assert RecallFilm(path=path_of(states, memories=states[-1:])).plot().image_.get_array().shape == (28, 28)


def test_every_frame_shows_its_moment_and_what_has_changed(shown, tmp_path):
    states = [PROBE]
    for unit in range(6):
        states.append(flipped(states[-1], unit))
    film = RecallFilm(path=path_of(states, end="time"), name="Film")
    animation = film.animate(interval=40, max_frames=4)
    assert film.animation_ is animation
    assert film.moments_ == [0, 2, 4, 6]
    headings = []
    for moment in film.moments_:
        animation._func(moment)
        np.testing.assert_array_equal(film.image_.get_array(), np.reshape(states[moment], (4, 4)))
        middles = [path.vertices[:4].mean(axis=0) for path in film.marks_.get_paths()]
        expected = [divmod(unit, 4)[::-1] for unit in range(max(moment - 2, 0), moment)]
        np.testing.assert_allclose(np.reshape(middles, (-1, 2)), np.reshape(expected, (-1, 2)))
        headings.append(film.ax_.get_title(loc="left"))
        assert shown(film.ax_) == film.caption_.replace("\n", " ")
        assert "Orange: changed since the frame before." in film.caption_
    assert headings == ["Film: probe", "Film: moment 2", "Film: moment 4", "Film: moment 6, time used up"]
    with mpl.rc_context({"figure.dpi": 30}):
        animation.save(tmp_path / "film.gif", writer="pillow")
    assert (tmp_path / "film.gif").stat().st_size > 0


def test_a_strip_is_a_row_from_probe_to_end_with_marks_on_what_has_changed(shown):
    film = RecallFilm.from_estimator(MODEL, PROBE)
    figure = film.strip()
    assert figure is film.figure_
    states = MODEL.recall_path(PROBE).states
    assert film.moments_ == list(range(len(states)))
    for moment, ax in enumerate(film.axes_):
        np.testing.assert_array_equal(ax.images[0].get_array(), states[moment].reshape(4, 4))
        n_marks = sum(len(marks.get_paths()) for marks in ax.collections)
        assert n_marks == (0 if moment == 0 else (states[moment] != states[moment - 1]).sum())
    assert [ax.get_title(loc="left") for ax in film.axes_[:2]] == ["probe", "moment 1"]
    energies = MODEL.energy(states)
    assert shown(film.axes_[0]) == f"energy {energies[0]:g} overlap 0.75, memory 2".replace("-", "−")
    assert figure.get_suptitle() == "Hopfield: 2 flips to a stable state"
    assert figure.get_supxlabel() == "Orange: changed since the picture to the left."


def test_moments_of_a_strip_are_spread_or_chosen():
    states = np.array([flipped(np.ones(16), *range(n)) for n in range(11)])
    film = RecallFilm(path=path_of(states))
    film.strip(n_pictures=3)
    assert film.moments_ == [0, 5, 10]
    film.strip(moments=[9, 2])
    assert [ax.get_title(loc="left") for ax in film.axes_] == ["moment 9", "moment 2"]
    assert len(film.marks_.get_paths()) == 7


@pytest.mark.parametrize("image_shape", [(4, 4), (16, 1), (1, 16)])
def test_texts_of_a_strip_do_not_overlap(image_shape):
    film = RecallFilm(path=BACK, image_shape=image_shape, name="DenseAssociativeMemory")
    figure = film.strip()
    figure.canvas.draw()
    titles = [text for text in figure.findobj(mpl.text.Text) if text.get_text() in ("probe", "moment 1", "moment 2")]
    texts = [*titles, *figure.texts, *(text for ax in film.axes_ for text in ax.texts)]
    boxes = [text.get_window_extent() for text in texts]
    assert len(boxes) == 8
    for number, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])
    for ax in film.axes_:
        assert not any(ax.images[0].get_window_extent().overlaps(box) for box in boxes)


def test_a_probe_at_rest_is_a_strip_of_one_picture():
    film = RecallFilm(path=path_of([MEMORIES[0]]))
    figure = film.strip()
    assert film.moments_ == [0]
    assert figure.get_suptitle() == "Recall: at rest from the start"
    assert film.plot().ax_.get_title(loc="left") == "Recall: probe, stable state"


# Overlaps.


def test_rows_are_probes_and_columns_memories(shown):
    probes = np.array([PROBE, -MEMORIES[0], MEMORIES[1], MEMORIES[1]])
    display = OverlapsDisplay.from_estimator(MODEL, probes)
    np.testing.assert_array_equal(display.image_.get_array(), [[0, 0, 1], [-1, 0, 0], [0, 1, 0], [0, 1, 0]])
    assert display.image_.get_clim() == (-1, 1)
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("memory", "probe")
    assert display.colorbar_.ax.get_ylabel() == "overlap"
    assert display.ax_.get_title(loc="left") == "What Hopfield recalls"
    assert display.caption_ == (
        "4 probes, 3 memories; 3 ended at a memory (overlap from 0.9 on), 1 at the negative of one."
    )
    assert display.caption_ in shown(display.ax_)
    assert [text.get_text() for text in display.texts_[:4]] == ["0.00", "0.00", "1.00", "−1.00"]
    assert [text.get_position() for text in display.texts_[:4]] == [(0, 0), (1, 0), (2, 0), (0, 1)]


def test_probes_can_be_drawn_as_they_are():
    display = OverlapsDisplay.from_estimator(MODEL, [PROBE], recalled=False)
    np.testing.assert_allclose(display.image_.get_array(), MODEL.overlap([PROBE]))
    assert display.overlaps[0, 2] == 0.75
    assert display.caption_ == "1 probe, 3 memories. The probes as they were given."


def test_gray_pictures_are_recalled_by_the_threshold_of_the_network():
    pictures = np.where(MEMORIES > 0, 250, 10)
    display = OverlapsDisplay.from_estimator(Hopfield(binarize=127).fit(pictures), pictures)
    np.testing.assert_array_equal(display.overlaps, np.eye(3))


def test_states_that_nobody_stored_are_counted():
    display = OverlapsDisplay(overlaps=[[0.5, -0.5], [0.9, 0.1]]).plot()
    assert display.caption_ == "2 probes, 2 memories; 1 ended at a memory (overlap from 0.9 on), 1 at none."


def test_rows_and_columns_have_the_names_given():
    display = OverlapsDisplay(overlaps=np.eye(2), probe_names=["a", "b"], memory_names=["one", "two"]).plot()
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == ["a", "b"]
    assert [label.get_text() for label in display.ax_.get_xticklabels()] == ["one", "two"]
    assert display.ax_.get_xlabel() == display.ax_.get_ylabel() == ""


def test_numbers_are_left_out_of_large_tables_and_labels_keep_apart():
    display = OverlapsDisplay(overlaps=np.eye(40)[:, :35]).plot()
    assert display.texts_ == []
    display.figure_.canvas.draw()
    boxes = [label.get_window_extent() for label in display.ax_.get_xticklabels()]
    assert len(boxes) == 35
    assert not any(one.overlaps(other) for one, other in pairwise(boxes))


def test_blue_is_alike_and_orange_the_negative():
    image = OverlapsDisplay(overlaps=[[1.0, 0.0, -1.0]]).plot().image_
    alike, unrelated, negative = image.to_rgba(image.get_array())[0]
    assert alike[2] > alike[0]
    np.testing.assert_allclose(unrelated, 1.0, atol=0.01)
    assert negative[0] > negative[2]


# Overlaps along a recall.


def test_each_memory_has_a_line_and_the_leading_one_is_strong():
    display = OverlapPathDisplay.from_path(BACK)
    for memory in range(3):
        np.testing.assert_allclose(display.lines_[memory].get_xydata()[:, 1], BACK.overlaps[:, memory])
    assert display.memory_ == 2
    widths = {memory: line.get_linewidth() for memory, line in display.lines_.items()}
    assert widths[2] > 2 * max(widths[0], widths[1])
    assert display.lines_[2].get_alpha() == 1 > display.lines_[0].get_alpha()
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("moment", "overlap")
    bottom, top = display.ax_.get_ylim()
    assert bottom < -1 < 1 < top
    assert display.caption_ == "2 flips, energy −1 to −24. Ended at memory 2 (overlap 1)."
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels == ["memory 2", "memory 0", "memory 1"]


def test_a_negative_leads_too():
    assert OverlapPathDisplay(path=path_of([PROBE, -MEMORIES[1]])).plot().memory_ == 1


def test_of_many_memories_only_the_nearest_are_listed():
    memories = np.random.default_rng(0).choice([-1, 1], size=(40, 50))
    path = path_of([-memories[3], memories[7]], memories=memories)
    display = OverlapPathDisplay(path=path).plot()
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert len(display.lines_) == 40
    assert labels[0] == "memory 7"
    assert labels[10:] == ["30 others"]
    listed = [int(label.removeprefix("memory ")) for label in labels[:10]]
    sizes = np.abs(path.overlaps[-1])
    assert sizes[listed].min() >= np.delete(sizes, listed).max()
    assert (np.diff(sizes[listed]) <= 0).all()


def test_overlaps_come_from_an_estimator():
    display = OverlapPathDisplay.from_estimator(MODEL, PROBE)
    assert display.lines_[2].get_ydata()[-1] == 1
    assert display.ax_.get_title(loc="left") == "Overlaps of Hopfield along a recall"
    assert len(OverlapPathDisplay.from_estimator(MODEL, MEMORIES[0]).lines_[0].get_xydata()) == 1


# Curves.


@pytest.mark.parametrize(
    ("quantity", "label"),
    [
        ("load", "memories per unit"),
        ("noise", "share of units flipped"),
        ("damage", "share of weights removed"),
        ("dreams", "states unlearned"),
    ],
)
def test_the_axis_tells_what_grows(quantity, label):
    curve = curve_over(quantity)
    display = RecallCurveDisplay.from_curves(curve)
    assert display.ax_.get_xlabel() == label
    assert display.ax_.get_ylabel() == "mean overlap with the memory"
    np.testing.assert_allclose(display.lines_[0].get_xydata(), np.column_stack([curve.values, curve.overlap]))
    assert display.ax_.get_legend() is None
    assert display.ax_.get_title(loc="left").endswith(": Hebb")


def test_a_band_goes_from_low_to_high():
    curve = curve_over("noise")
    display = RecallCurveDisplay.from_curves(curve)
    corners = display.bands_[0].get_paths()[0].vertices
    for value, low, high in zip(curve.values, curve.low, curve.high, strict=True):
        heights = corners[np.isclose(corners[:, 0], value), 1]
        assert (heights.min(), heights.max()) == pytest.approx((low, high))
    assert display.caption_ == "Bands hold the mean 95 times in 100."
    bottom, top = display.ax_.get_ylim()
    assert bottom < curve.low.min()
    assert top > 1


def test_shares_have_no_band_and_tell_the_threshold():
    display = RecallCurveDisplay.from_curves(
        [curve_over("noise"), curve_over("noise", name="Storkey")], show="recalled"
    )
    np.testing.assert_allclose(display.lines_[0].get_ydata(), [1.0, 0.25, 0.0])
    assert display.bands_ == []
    assert display.ax_.get_ylabel() == "share recalled"
    assert display.caption_ == "Recalled: an overlap above 0.95."
    mixed = [curve_over("noise"), curve_over("noise", threshold=0.5, name="Storkey")]
    caption = RecallCurveDisplay.from_curves(mixed, show="recalled").caption_
    assert caption == "Recalled: an overlap above 0.95 (Hebb), 0.5 (Storkey)."


def test_several_curves_differ_in_color_and_marker_and_have_a_legend():
    names = ["Hebb", "Storkey", "pseudo-inverse"]
    display = RecallCurveDisplay.from_curves([curve_over("load", name=name) for name in names])
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == names
    assert (
        len({line.get_color() for line in display.lines_}) == len({line.get_marker() for line in display.lines_}) == 3
    )
    assert display.ax_.get_title(loc="left") == "Recall under load"
    assert RecallCurveDisplay.from_curves([curve_over("load")], name="Mine").ax_.get_title(loc="left") == "Mine"


@pytest.mark.parametrize(
    ("quantity", "name", "values", "is_drawn"),
    [
        ("load", "hebbian rule", (0.05, 0.1, 0.2), True),
        ("load", "Hebb", (0.05, 0.1, 0.12), False),
        ("load", "Hebb", (0.2, 0.3, 0.4), False),
        ("load", "Storkey", (0.05, 0.1, 0.2), False),
        ("noise", "Hebb", (0.05, 0.1, 0.2), False),
    ],
)
def test_the_capacity_is_shown_where_it_belongs(quantity, name, values, is_drawn, shown):
    display = RecallCurveDisplay.from_curves(curve_over(quantity, values=values, name=name))
    assert (display.capacity_line_ is not None) == is_drawn
    assert ("0.138" in shown(display.ax_)) == is_drawn
    if is_drawn:
        assert set(display.capacity_line_.get_xdata()) == {0.138}


# What is refused.


def test_curves_that_do_not_belong_together_are_refused():
    with pytest.raises(InvalidInputError, match=r"over the same quantity\. Got load and noise\. Draw each"):
        RecallCurveDisplay.from_curves([curve_over("load"), curve_over("noise")])
    for nothing, words in (([], "none"), ("abc", "str"), (5, "int"), ([curve_over("load"), 1.0], "float")):
        with pytest.raises(InvalidInputError, match=rf"at least one RecallCurve\. Got {words}"):
            RecallCurveDisplay.from_curves(nothing)
    with pytest.raises(InvalidParameterError, match=r"show must be 'overlap' or 'recalled'\. Got 'share'"):
        RecallCurveDisplay.from_curves(curve_over("load"), show="share")


@pytest.mark.parametrize(
    ("image_shape", "n_units", "words"),
    [
        (None, 60, r"60; None will do for square numbers only. Got None.*image_shape=\(6, 10\)"),
        (None, 7, r"image_shape=\(1, 7\)"),
        ((4, 5), 16, r"number of units, 16. Got \(4, 5\).*image_shape=\(4, 4\)"),
        ((-4, -4), 16, r"Got \(-4, -4\)"),
        (4, 16, "Got 4"),
    ],
)
def test_an_image_needs_a_shape_that_fits(image_shape, n_units, words):
    path = path_of([np.ones(n_units)], memories=np.ones((1, n_units)))
    with pytest.raises(InvalidParameterError, match=words):
        RecallFilm(path=path, image_shape=image_shape)


def test_settings_of_a_film_out_of_range_are_refused():
    film = RecallFilm(path=BACK)
    for make, message in (
        (lambda: film.plot(moment=3), "moment must be an integer from 0 to 2, or None. Got 3"),
        (lambda: film.strip(n_pictures=1), "n_pictures must be an integer from 2 to 10"),
        (lambda: film.strip(moments=[0, 4]), "integers from 0 to 2"),
        (lambda: film.animate(interval=0), "interval must be an integer of at least 1"),
        (lambda: film.animate(max_frames=1), "max_frames must be an integer of at least 2"),
    ):
        with pytest.raises(InvalidParameterError, match=message):
            make()


@pytest.mark.parametrize("display", [EnergyPathDisplay, OverlapPathDisplay, RecallFilm])
def test_what_is_no_recall_is_refused(display):
    with pytest.raises(InvalidInputError, match=r"must be a RecallPath\. dict has no start, no units.*recall_path"):
        display(path={})
    torn = RecallPath(BACK.start, BACK.units, BACK.moments, BACK.energies, BACK.overlaps[:2], "stable")
    with pytest.raises(InvalidInputError, match=r"energies of shape \(3,\) and overlaps of shape \(2, 3\)"):
        display(path=torn)
    with pytest.raises(NotFittedError):
        display.from_estimator(Hopfield(), PROBE)
    other = LinearRegression().fit(MEMORIES, [1, 2, 3])
    with pytest.raises(InvalidInputError, match=r"memory that has recall_path\. LinearRegression has none\. Pass"):
        display.from_estimator(other, PROBE)


def test_tables_of_overlaps_that_are_none_are_refused():
    with pytest.raises(InvalidInputError, match=r"shape \(n_probes, n_memories\)\. Got the shape \(3,\)"):
        OverlapsDisplay(overlaps=[1, 0, 0])
    with pytest.raises(InvalidInputError, match=r"lie in \[-1, 1\]\. Got values from 0 to 16"):
        OverlapsDisplay(overlaps=[[16, 0]])
    with pytest.raises(InvalidParameterError, match="memory_names must be a sequence of 2 names"):
        OverlapsDisplay(overlaps=np.eye(2), memory_names=["one"])
    with pytest.raises(InvalidInputError, match="OverlapsDisplay expects an associative memory that has overlap"):
        OverlapsDisplay.from_estimator(LinearRegression().fit(MEMORIES, [1, 2, 3]), MEMORIES)


def test_without_matplotlib_the_way_out_is_named(without_matplotlib):
    for draw in (
        lambda: EnergyPathDisplay.from_estimator(MODEL, PROBE),
        lambda: OverlapsDisplay.from_estimator(MODEL, MEMORIES),
        lambda: OverlapPathDisplay.from_estimator(MODEL, PROBE),
        lambda: RecallFilm.from_estimator(MODEL, PROBE).strip(),
        lambda: RecallCurveDisplay.from_curves(curve_over("load")),
    ):
        with pytest.raises(MissingDependencyError, match=r"pip install 'sinapsi\[plots\]'"):
            draw()
