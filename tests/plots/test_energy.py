"""Pictures of networks with an energy: filters, samples, reconstructions, likelihoods, codes."""

from copy import deepcopy
from itertools import combinations, pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_rgb, to_rgba
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.datasets import load_digits, load_iris
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import BernoulliRBM
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from sinapsi import (
    BoltzmannMachine,
    DeepAutoencoder,
    DeepBeliefNetwork,
    HopfieldNetwork,
    RBMClassifier,
    RestrictedBoltzmannMachine,
)
from sinapsi.exceptions import InvalidInputError, InvalidParameterError, MissingDependencyError
from sinapsi.plots import (
    CodeMapDisplay,
    LikelihoodDisplay,
    ReconstructionsDisplay,
    SamplesDisplay,
    WeightsDisplay,
)
from sinapsi.plots.palette import INK, PETROFF_COLORS

DIGITS, NUMBERS = load_digits(return_X_y=True)
DIGITS = DIGITS[:300] / 16
WORDS = np.array([f"n{number}" for number in NUMBERS[:300]])
FLOWERS, SPECIES = load_iris(return_X_y=True)
BITS = np.random.default_rng(0).permutation(np.repeat(np.eye(6), 20, axis=0))
SETTINGS = {"max_iter": 5, "random_state": 0}


@pytest.fixture(scope="module")
def machine():
    return RestrictedBoltzmannMachine(n_hidden=20, validation_fraction=0.2, **SETTINGS).fit(DIGITS)


@pytest.fixture(scope="module")
def classifier():
    return RBMClassifier(n_hidden=12, **SETTINGS).fit(DIGITS, WORDS)


@pytest.fixture(scope="module")
def belief_net():
    return DeepBeliefNetwork(hidden_layer_sizes=(14, 12), pretraining_max_iter=3, **SETTINGS).fit(DIGITS, WORDS)


@pytest.fixture(scope="module")
def general():
    return BoltzmannMachine(n_hidden=3, **SETTINGS).fit(BITS)


@pytest.fixture(scope="module")
def flowers():
    columns = ["sepal length", "sepal width", "petal length", "petal width"]
    frame = pd.DataFrame(FLOWERS, columns=columns)
    return RestrictedBoltzmannMachine(n_hidden=5, **SETTINGS).fit(frame)


@pytest.fixture(scope="module")
def autoencoder():
    settings = {"pretraining_max_iter": 2, "stopping": "max_iter(5)", "random_state": 0}
    return DeepAutoencoder(hidden_layer_sizes=(20, 2), **settings).fit(DIGITS)


def shades(image):
    return np.ma.filled(image.get_array(), np.nan).ravel()


def labels(ticks):
    return [tick.get_text() for tick in ticks]


def corner(image):
    left, _, _, top = image.get_extent()
    return left, top


# Filters.


def test_the_filters_of_a_restricted_machine_are_its_units_as_images(machine):
    display = WeightsDisplay.from_estimator(machine, image_shape=(8, 8))
    assert display.kind_ == "images"
    np.testing.assert_array_equal(display.weights, machine.components_.T)
    np.testing.assert_array_equal(display.biases, machine.intercept_hidden_)
    frames = [patch for patch in display.ax_.patches if patch.get_width() == 8]
    row, column = int(frames[7].get_y() + 0.5), int(frames[7].get_x() + 0.5)
    pixels = display.image_.get_array()[row : row + 8, column : column + 8]
    np.testing.assert_array_equal(pixels, machine.components_[7].reshape(8, 8))
    assert display.image_.get_clim() == (-display.scale_, display.scale_)
    assert display.ax_.get_title(loc="left") == "Weights of RestrictedBoltzmannMachine"


def test_filters_of_a_machine_with_classes_are_those_of_pixels_and_the_classes_a_layer_above(classifier):
    filters = WeightsDisplay.from_estimator(classifier, image_shape=(8, 8))
    np.testing.assert_array_equal(filters.weights, classifier.components_[:, :64].T)
    above = WeightsDisplay.from_estimator(classifier, layer=1)
    np.testing.assert_array_equal(above.weights, classifier.components_[:, 64:])
    np.testing.assert_array_equal(above.biases, classifier.intercept_visible_[64:])
    assert labels(above.ax_.get_xticklabels()) == list(classifier.classes_)


def test_a_belief_net_is_seen_layer_by_layer_from_the_inputs_up(belief_net):
    expected = [belief_net.recognition_weights_[0], belief_net.components_[:, :14].T, belief_net.components_[:, 14:]]
    biases = [
        belief_net.recognition_intercepts_[0],
        belief_net.intercept_hidden_,
        belief_net.intercept_visible_[14:],
    ]
    for layer in range(3):
        display = WeightsDisplay.from_estimator(belief_net, layer=layer)
        np.testing.assert_array_equal(display.weights, expected[layer])
        np.testing.assert_array_equal(display.biases, biases[layer])
    assert labels(display.ax_.get_xticklabels()) == list(belief_net.classes_)


def test_weights_of_a_general_machine_go_from_visible_to_hidden_units(general):
    display = WeightsDisplay.from_estimator(general)
    np.testing.assert_array_equal(display.weights, general.weights_[:6, 6:])
    np.testing.assert_array_equal(display.biases, general.biases_[6:])
    without_hidden = BoltzmannMachine(n_hidden=0, **SETTINGS).fit(BITS)
    display = WeightsDisplay.from_estimator(without_hidden)
    np.testing.assert_array_equal(display.weights, without_hidden.weights_)
    np.testing.assert_array_equal(display.biases, without_hidden.biases_)


def test_filters_of_strangers_are_welcome():
    theirs = BernoulliRBM(n_components=4, n_iter=1, random_state=0).fit(DIGITS)
    display = WeightsDisplay.from_estimator(theirs)
    np.testing.assert_array_equal(display.weights, theirs.components_.T)
    np.testing.assert_array_equal(display.biases, theirs.intercept_hidden_)
    components = PCA(3).fit(DIGITS)
    display = WeightsDisplay.from_estimator(components)
    np.testing.assert_array_equal(display.weights, components.components_.T)
    assert display.biases is None
    memories = np.array([[1, 1, -1, -1], [1, -1, 1, -1]])
    hopfield = HopfieldNetwork().fit(memories)
    np.testing.assert_allclose(WeightsDisplay.from_estimator(hopfield).weights, hopfield.weights_)


# Samples.


def test_rows_are_chains_and_columns_what_they_are_after_growing_numbers_of_steps(machine, shown):
    display = SamplesDisplay.from_estimator(machine, n_samples=3, steps=(1, 4, 20), random_state=5)
    for column, n_steps in enumerate((1, 4, 20)):
        expected = machine.sample(3, n_gibbs_steps=n_steps, random_state=5)
        for row in range(3):
            np.testing.assert_array_equal(shades(display.images_[row, column]), expected[row])
    assert display.images_[0, 0].get_array().shape == (8, 8)
    assert labels(display.ax_.get_xticklabels()) == ["1", "4", "20"]
    assert labels(display.ax_.get_yticklabels()) == ["0", "1", "2"]
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("Gibbs steps", "chain")
    assert display.ax_.get_title(loc="left") == "Samples of RestrictedBoltzmannMachine"
    assert display.caption_ == "Chains begin where those of learning ended. White is 0, black 1."
    assert display.caption_ in shown(display.ax_)


def test_names_stand_in_the_middle_of_their_column_and_row(machine):
    display = SamplesDisplay.from_estimator(machine, n_samples=2, steps=(1, 2, 3))
    for (row, column), image in display.images_.items():
        left, right, bottom, top = image.get_extent()
        assert left < display.ax_.get_xticks()[column] < right
        assert top < display.ax_.get_yticks()[row] < bottom
    assert display.ax_.get_ylim()[0] > display.ax_.get_ylim()[1]  # the first row on top
    boxes = [image.get_window_extent() for image in display.images_.values()]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_by_default_eight_chains_are_followed_from_their_beginning(machine):
    display = SamplesDisplay.from_estimator(machine)
    assert labels(display.ax_.get_xticklabels()) == ["0", "1", "10", "100", "1,000"]
    assert display.samples.shape == (8, 5, 64)
    np.testing.assert_array_equal(display.samples[:, 3], machine.sample(8, n_gibbs_steps=100))


def test_chains_begin_at_given_examples(machine):
    display = SamplesDisplay.from_estimator(machine, start=DIGITS[:4], steps=(0, 2))
    np.testing.assert_array_equal(display.samples[:, 0], DIGITS[:4])
    assert set(np.unique(display.samples[:, 1])) == {0, 1}
    assert display.caption_.startswith("Chains begin at given examples.")
    assert len(SamplesDisplay.from_estimator(machine, start=DIGITS, steps=(0, 1), n_samples=3).samples) == 3
    single = SamplesDisplay.from_estimator(machine, start=DIGITS[7], steps=(0, 1))
    np.testing.assert_array_equal(single.samples[:, 0], DIGITS[7:8])
    from_list = SamplesDisplay.from_estimator(machine, start=DIGITS[:2].tolist(), steps=(0, 1))
    np.testing.assert_array_equal(from_list.samples[:, 0], DIGITS[:2])


def test_chains_begin_at_rows_of_a_frame(flowers):
    frame = pd.DataFrame(FLOWERS, columns=flowers.feature_names_in_)
    display = SamplesDisplay.from_estimator(flowers, start=frame, n_samples=3, steps=(0, 1))
    np.testing.assert_allclose(display.samples[:, 0], FLOWERS[:3])


def test_a_sure_machine_keeps_the_example_that_its_chain_began_with():
    bars = np.tile(np.kron(np.eye(4), np.ones(4)), (25, 1))
    model = RestrictedBoltzmannMachine(n_hidden=8, max_iter=300, random_state=0).fit(bars)
    samples = SamplesDisplay.from_estimator(model, start=bars[:4], steps=(0, 1)).samples
    assert np.abs(samples[:, 1] - samples[:, 0]).mean() < 0.1
    classes = RBMClassifier(n_hidden=8, max_iter=300, random_state=0).fit(bars, np.tile([0, 1, 2, 3], 25))
    samples = SamplesDisplay.from_estimator(classes, start=bars[:4], steps=(0, 1)).samples
    assert np.abs(samples[:, 1] - samples[:, 0]).mean() < 0.1


def test_rows_are_classes_where_classes_were_learned(classifier, belief_net):
    for model in (classifier, belief_net):
        display = SamplesDisplay.from_estimator(model, n_samples=3, random_state=1)
        assert display.samples.shape == (10, 3, 64)
        for row, label in enumerate(model.classes_):
            expected, _ = model.sample(3, label=label, random_state=1)
            np.testing.assert_array_equal(display.samples[row], expected)
        assert labels(display.ax_.get_yticklabels()) == [f"n{number}" for number in range(10)]
        assert display.ax_.get_ylabel() == "class"
        assert labels(display.ax_.get_xticklabels()) == []
        assert display.caption_.startswith("Drawn with the class held, after 1,000 Gibbs steps.")


def test_the_class_is_held_at_every_step(classifier):
    wavering = deepcopy(classifier)  # left alone, its class would change in most steps
    signs = np.random.default_rng(0).choice([-1, 1], size=(12, 74))
    wavering.components_ = signs * np.repeat([0.3, 2.0], [64, 10])
    display = SamplesDisplay.from_estimator(wavering, n_samples=5, steps=30)
    for row, label in enumerate(wavering.classes_):
        np.testing.assert_array_equal(display.samples[row], wavering.sample(5, label=label, n_gibbs_steps=30)[0])


def test_classes_are_chosen_and_have_their_order(belief_net):
    display = SamplesDisplay.from_estimator(belief_net, n_samples=2, labels=["n7", "n2"], steps=5)
    assert labels(display.ax_.get_yticklabels()) == ["n7", "n2"]
    np.testing.assert_array_equal(display.samples[1], belief_net.sample(2, "n2", n_gibbs_steps=5)[0])
    assert display.caption_.startswith("Drawn with the class held, after 5 Gibbs steps.")


def test_chains_of_a_belief_net_are_followed_too(belief_net):
    display = SamplesDisplay.from_estimator(belief_net, n_samples=2, steps=(1, 3))
    for column, n_steps in enumerate((1, 3)):
        np.testing.assert_array_equal(display.samples[:, column], belief_net.sample(2, n_gibbs_steps=n_steps)[0])
    assert display.caption_.startswith("Chains begin in random states.")


def test_means_are_what_was_drawn_from(machine, classifier, belief_net):
    settings = {"n_samples": 400, "steps": (0, 3), "random_state": 0}
    draws = SamplesDisplay.from_estimator(machine, **settings).samples
    means = SamplesDisplay.from_estimator(machine, as_means=True, **settings)
    np.testing.assert_array_equal(means.samples[:, 0], draws[:, 0])
    smooth = means.samples[:, 1]
    assert ((smooth > 0) & (smooth < 1)).all()
    assert np.abs((draws[:, 1] - smooth).mean(axis=0)).max() < 4 * 0.5 / np.sqrt(400)
    variance = (smooth * (1 - smooth)).mean()  # of draws from these means, chain by chain
    assert np.square(draws[:, 1] - smooth).mean() == pytest.approx(variance, rel=0.05)
    assert "Means, not draws." in means.caption_
    held = SamplesDisplay.from_estimator(classifier, labels=["n3"], n_samples=200, as_means=True, steps=20).samples[0]
    drawn = classifier.sample(200, label="n3", n_gibbs_steps=20)[0]
    assert np.square(drawn - held).mean() == pytest.approx((held * (1 - held)).mean(), rel=0.05)
    expected = belief_net.sample(3, "n1", as_means=True)[0]
    shown = SamplesDisplay.from_estimator(belief_net, labels="n1", n_samples=3, as_means=True)
    np.testing.assert_array_equal(shown.samples[0], expected)


def test_samples_of_no_class_stand_ten_in_a_row(machine):
    display = SamplesDisplay.from_estimator(machine, n_samples=23, steps=7)
    expected = machine.sample(23, n_gibbs_steps=7)
    assert len(display.images_) == 23
    np.testing.assert_array_equal(shades(display.images_[2, 1]), expected[21])
    assert (2, 3) not in display.images_
    assert display.caption_ == "After 7 Gibbs steps. White is 0, black 1."
    assert labels(display.ax_.get_yticklabels()) == []


def test_a_generator_gives_all_columns_the_same_chance():
    class Recorder(BaseEstimator):
        def fit(self, X, y=None):
            self.asked_ = []
            return self

        def sample(self, n_samples=1, *, n_gibbs_steps=1000, random_state=None):
            self.asked_.append((n_gibbs_steps, random_state))
            return np.zeros((n_samples, 3))

    recorder = Recorder().fit(BITS)
    SamplesDisplay.from_estimator(recorder, steps=(1, 5, 9), random_state=np.random.default_rng(3))
    assert [steps for steps, _ in recorder.asked_] == [1, 5, 9]
    (seed,) = {seed for _, seed in recorder.asked_}
    assert isinstance(seed, int)
    SamplesDisplay.from_estimator(recorder, steps=(1,), random_state=8)
    assert recorder.asked_[-1] == (1, 8)


def test_general_machines_are_drawn_as_strips(general):
    display = SamplesDisplay.from_estimator(general, n_samples=4)
    assert labels(display.ax_.get_xticklabels()) == ["1", "10", "100", "1,000"]
    np.testing.assert_array_equal(display.samples[:, 1], general.sample(4, n_gibbs_steps=10))
    assert display.images_[0, 0].get_array().shape == (1, 6)
    assert display.caption_.endswith("A strip is an example, its 6 features from left to right.")
    annealed = BoltzmannMachine(n_hidden=2, annealing=5.0, **SETTINGS).fit(BITS)
    caption = SamplesDisplay.from_estimator(annealed, steps=(1, 2)).caption_
    assert caption.startswith("Chains begin in random states, anew for each column.")


def test_features_with_units_of_their_own_have_tones_of_their_own(flowers):
    display = SamplesDisplay.from_estimator(flowers, n_samples=6, steps=(0, 10))
    np.testing.assert_allclose(display.samples[:, 1], flowers.sample(6, n_gibbs_steps=10))
    table = display.samples.reshape(-1, 4)
    expected = (table - table.min(axis=0)) / np.ptp(table, axis=0)
    drawn = np.array([shades(display.images_[row, column]) for row in range(6) for column in range(2)])
    np.testing.assert_allclose(drawn, expected, atol=1e-12)
    assert "Of each feature the lowest value drawn is white, the highest black." in display.caption_
    assert "From left to right: sepal length, sepal width, petal length, petal width." in display.caption_


def test_pixels_share_one_tone():
    samples = np.linspace(-3, 5, 32).reshape(1, 2, 16)
    display = SamplesDisplay(samples=samples).plot()
    np.testing.assert_allclose(shades(display.images_[0, 1]), (samples[0, 1] + 3) / 8)
    assert display.caption_ == "White is −3, black 5."
    same = SamplesDisplay(samples=np.full((1, 2, 16), 7.0)).plot()
    np.testing.assert_array_equal(shades(same.images_[0, 1]), 0.5)


def test_one_is_black_and_zero_white():
    image = SamplesDisplay(samples=[[[0, 1, 1, 0]]]).plot().images_[0, 0]
    colors = image.to_rgba(image.get_array())[0, :, :3]
    np.testing.assert_allclose(colors, [(1, 1, 1), to_rgb(INK), to_rgb(INK), (1, 1, 1)])


@pytest.mark.parametrize(
    ("n_features", "image_shape", "shape"),
    [(16, None, (4, 4)), (9, None, (1, 9)), (9, (3, 3), (3, 3)), (60, None, (1, 60)), (64, (1, 64), (1, 64))],
)
def test_examples_are_squares_or_strips(n_features, image_shape, shape):
    display = SamplesDisplay(samples=np.zeros((1, 1, n_features)), image_shape=image_shape).plot()
    assert display.images_[0, 0].get_array().shape == shape


def test_texts_of_samples_are_inside_the_figure_and_apart(machine, general):
    for display in (SamplesDisplay.from_estimator(machine), SamplesDisplay.from_estimator(general)):
        display.figure_.canvas.draw()
        texts = display.figure_.findobj(lambda artist: isinstance(artist, mpl.text.Text) and artist.get_visible())
        texts = [text for text in texts if text.get_text()]
        boxes = [text.get_window_extent() for text in texts]
        page = display.figure_.bbox
        for box in boxes:
            assert page.x0 - 1 <= box.x0 < box.x1 <= page.x1 + 1
            assert page.y0 - 1 <= box.y0 < box.y1 <= page.y1 + 1
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_samples_are_drawn_on_the_axes_given(machine):
    _, ax = pyplot.subplots()
    display = SamplesDisplay.from_estimator(make_pipeline(MinMaxScaler(), machine), steps=(1, 2), ax=ax, name="Mine")
    assert display.ax_ is ax
    assert ax.get_title(loc="left") == "Mine"


@pytest.mark.parametrize("steps", [(), (3, 2), (2, 2), (-1, 2), "12", 0, 1.5, (1, 2.5), True])
def test_steps_must_rise(machine, steps):
    with pytest.raises(InvalidParameterError, match="rising integers of at least 0"):
        SamplesDisplay.from_estimator(machine, steps=steps)


def test_samples_that_cannot_be_had_are_refused(machine, classifier, general, belief_net):
    with pytest.raises(NotFittedError):
        SamplesDisplay.from_estimator(RestrictedBoltzmannMachine())
    for stranger in (PCA(2).fit(DIGITS), DeepAutoencoder(hidden_layer_sizes=2, max_iter=0).fit(DIGITS)):
        with pytest.raises(InvalidInputError, match=rf"Gibbs steps\. {type(stranger).__name__} does not\. Pass"):
            SamplesDisplay.from_estimator(stranger)
    with pytest.raises(InvalidParameterError, match="at least 1, such as"):
        SamplesDisplay.from_estimator(general, steps=(0, 1))
    with pytest.raises(InvalidParameterError, match=r"as_means.*BoltzmannMachine gives states only"):
        SamplesDisplay.from_estimator(general, as_means=True)
    with pytest.raises(InvalidParameterError, match="start needs a restricted machine"):
        SamplesDisplay.from_estimator(belief_net, start=DIGITS[:2], steps=(1, 2))
    with pytest.raises(InvalidParameterError, match=r"start belongs to chains. Got steps=5"):
        SamplesDisplay.from_estimator(machine, start=DIGITS[:2], steps=5)
    with pytest.raises(InvalidParameterError, match="labels belong to samples of a network that learned classes"):
        SamplesDisplay.from_estimator(machine, labels=[1], steps=5)
    with pytest.raises(InvalidParameterError, match=r"labels belong .*steps=\(1, 2\)"):
        SamplesDisplay.from_estimator(classifier, labels=["n1"], steps=(1, 2))
    with pytest.raises(InvalidParameterError, match="at least one class"):
        SamplesDisplay.from_estimator(classifier, labels=[])
    with pytest.raises(InvalidInputError, match="labels holds labels that are none of the classes"):
        SamplesDisplay.from_estimator(classifier, labels=["n11"])
    with pytest.raises(InvalidInputError, match="63 features"):
        SamplesDisplay.from_estimator(machine, start=DIGITS[:2, 1:])
    for settings in ({}, {"steps": 3}):
        with pytest.raises(InvalidParameterError, match="n_samples must be an integer of at least 1"):
            SamplesDisplay.from_estimator(machine, n_samples=0, **settings)
    with pytest.raises(InvalidParameterError, match=r"64\. Got \(8, 9\).*image_shape=\(8, 8\)"):
        SamplesDisplay.from_estimator(machine, steps=3, image_shape=(8, 9))


def test_tables_of_samples_that_are_none_are_refused():
    for samples in (np.zeros((2, 3)), np.zeros((0, 1, 4)), np.full((1, 1, 4), np.nan), np.full((1, 1, 4), np.inf)):
        with pytest.raises(InvalidInputError, match=r"samples must be .* shape \(n_rows, n_columns, n_features\)"):
            SamplesDisplay(samples=samples)
    with pytest.raises(InvalidParameterError, match="row_names must be a sequence of 2 names"):
        SamplesDisplay(samples=np.zeros((2, 1, 4)), row_names=["one"]).plot()


# Reconstructions.


def test_a_reconstruction_stands_under_its_original(machine, shown):
    display = ReconstructionsDisplay.from_estimator(machine, DIGITS, n_examples=4)
    expected = machine.reconstruct(DIGITS[:4])
    assert list(display.images_) == ["original", "reconstruction"]
    for index in range(4):
        above, below = display.images_["original"][index], display.images_["reconstruction"][index]
        np.testing.assert_array_equal(shades(above), DIGITS[index])
        np.testing.assert_allclose(shades(below), expected[index])
        assert corner(above)[0] == corner(below)[0]
        assert above.get_extent()[2] < corner(below)[1]
    assert np.diff([corner(image)[0] for image in display.images_["original"]]).min() > 0
    assert labels(display.ax_.get_yticklabels()) == ["original", "reconstruction"]
    top, bottom = display.ax_.get_yticks()
    assert top < display.images_["original"][0].get_extent()[2] < bottom
    np.testing.assert_allclose(display.errors_, ((DIGITS[:4] - expected) ** 2).sum(axis=1))
    assert labels(display.error_texts_) == [f"{error:.3g}" for error in display.errors_]
    mean = f"{display.errors_.mean():.3g}"
    assert display.caption_ == f"Numbers are squared errors; mean of 4 examples: {mean}. White is 0, black 1."
    assert display.caption_ in shown(display.ax_)
    assert display.ax_.get_title(loc="left") == "Reconstructions of RestrictedBoltzmannMachine"


def test_an_error_stands_under_its_reconstruction(machine):
    display = ReconstructionsDisplay.from_estimator(machine, DIGITS, n_examples=13)
    display.figure_.canvas.draw()
    assert labels(display.ax_.get_yticklabels()) == ["original", "reconstruction"] * 2
    images = [image.get_window_extent() for each in display.images_.values() for image in each]
    for text, image in zip(display.error_texts_, display.images_["reconstruction"], strict=True):
        box, pixels = text.get_window_extent(), image.get_window_extent()
        assert pixels.x0 < (box.x0 + box.x1) / 2 < pixels.x1
        assert 0 <= pixels.y0 - box.y1 < pixels.height
        assert not any(box.overlaps(each) for each in images)


def test_the_error_of_training_is_the_mean_of_those_shown(machine):
    display = ReconstructionsDisplay.from_estimator(machine, DIGITS, n_examples=300)
    assert display.errors_.mean() == pytest.approx(machine._error(DIGITS))


def test_encoders_with_a_way_back_are_welcome(autoencoder, classifier):
    display = ReconstructionsDisplay.from_estimator(autoencoder, DIGITS)
    made = autoencoder.inverse_transform(autoencoder.transform(DIGITS[:10]))
    np.testing.assert_allclose(display.reconstructions, made)
    assert -display.errors_.mean() == pytest.approx(autoencoder.score(DIGITS[:10]))
    components = PCA(2).fit(DIGITS)
    theirs = ReconstructionsDisplay.from_estimator(components, DIGITS).reconstructions
    np.testing.assert_allclose(theirs, components.inverse_transform(components.transform(DIGITS[:10])))
    known = ReconstructionsDisplay.from_estimator(classifier, DIGITS).reconstructions
    np.testing.assert_allclose(known, classifier.reconstruct(DIGITS[:10]))


def test_gaps_are_seen_in_a_color_of_their_own_and_filled(machine):
    seen = DIGITS.copy()
    seen[:, 32:] = np.nan
    display = ReconstructionsDisplay.from_estimator(machine, DIGITS, seen=seen, n_examples=3)
    assert list(display.images_) == ["original", "seen", "reconstruction"]
    assert labels(display.ax_.get_yticklabels()) == ["original", "seen", "reconstruction"]
    image = display.images_["seen"][0]
    colors = image.to_rgba(image.get_array())
    np.testing.assert_allclose(colors[4:], np.broadcast_to(to_rgba(PETROFF_COLORS[6]), (4, 8, 4)), atol=1e-2)
    np.testing.assert_allclose(display.reconstructions, machine.complete(seen[:3]))
    np.testing.assert_allclose(display.errors_, ((DIGITS[:3] - display.reconstructions) ** 2).sum(axis=1))
    assert display.caption_.endswith("Aqua was not seen.")
    assert display.ax_.get_title(loc="left") == "Completions of RestrictedBoltzmannMachine"


def test_noise_is_seen_and_the_error_is_from_the_original(autoencoder):
    noisy = np.clip(DIGITS + np.random.default_rng(0).normal(0, 0.3, DIGITS.shape), 0, 1)
    display = ReconstructionsDisplay.from_estimator(autoencoder, DIGITS, seen=noisy)
    np.testing.assert_array_equal(shades(display.images_["seen"][4]), noisy[4])
    made = autoencoder.inverse_transform(autoencoder.transform(noisy[:10]))
    np.testing.assert_allclose(display.errors_, ((DIGITS[:10] - made) ** 2).sum(axis=1))
    assert "Aqua" not in display.caption_
    assert display.ax_.get_title(loc="left") == "Reconstructions of DeepAutoencoder"


def test_examples_are_drawn_as_they_reach_the_network():
    pixels = DIGITS * 16
    piped = make_pipeline(MinMaxScaler(), RestrictedBoltzmannMachine(n_hidden=4, **SETTINGS)).fit(pixels)
    display = ReconstructionsDisplay.from_estimator(piped, pixels, n_examples=3)
    scaled = piped[0].transform(pixels[:3])
    np.testing.assert_array_equal(display.originals, scaled)
    np.testing.assert_allclose(display.reconstructions, piped[-1].reconstruct(scaled))


def test_flowers_are_made_again_as_strips(flowers):
    frame = pd.DataFrame(FLOWERS, columns=flowers.feature_names_in_)
    display = ReconstructionsDisplay.from_estimator(flowers, frame[::20])
    np.testing.assert_array_equal(display.originals, FLOWERS[::20])
    assert display.images_["original"][0].get_array().shape == (1, 4)
    assert "From left to right: sepal length" in display.caption_


def test_sparse_examples_are_drawn():
    class Sparse(BaseEstimator):
        def fit(self, X, y=None):
            self.machine_ = RestrictedBoltzmannMachine(n_hidden=4, **SETTINGS).fit(X.toarray())
            return self

        def reconstruct(self, X):
            return sparse.csr_array(self.machine_.reconstruct(X.toarray()))

    model = Sparse().fit(sparse.csr_array(BITS))
    display = ReconstructionsDisplay.from_estimator(model, sparse.csr_array(BITS))
    np.testing.assert_array_equal(display.originals, BITS[:10])
    np.testing.assert_allclose(display.reconstructions, model.machine_.reconstruct(BITS[:10]))


def test_what_cannot_be_made_again_is_refused(machine, autoencoder, belief_net):
    with pytest.raises(NotFittedError):
        ReconstructionsDisplay.from_estimator(DeepAutoencoder(), DIGITS)
    with pytest.raises(InvalidInputError, match=r"inverse_transform\. DeepBeliefNetwork has none\. Pass"):
        ReconstructionsDisplay.from_estimator(belief_net, DIGITS)
    gaps = np.where(DIGITS > 0.5, np.nan, DIGITS)
    with pytest.raises(InvalidInputError, match="DeepAutoencoder cannot fill gaps"):
        ReconstructionsDisplay.from_estimator(autoencoder, DIGITS, seen=gaps)
    with pytest.raises(InvalidInputError, match=r"shape of X, \(300, 64\)"):
        ReconstructionsDisplay.from_estimator(machine, DIGITS, seen=DIGITS[:5])
    with pytest.raises(InvalidParameterError, match=r"n_examples must be an integer of at least 1\. Got 0"):
        ReconstructionsDisplay.from_estimator(machine, DIGITS, n_examples=0)
    with pytest.raises(InvalidParameterError, match=r"Got \(5, 5\)"):
        ReconstructionsDisplay.from_estimator(machine, DIGITS, image_shape=(5, 5))
    with pytest.raises(InvalidInputError, match=r"reconstructions must be one for each .*\(2, 4\)\. Got the shape \(1"):
        ReconstructionsDisplay(originals=np.zeros((2, 4)), reconstructions=np.zeros((1, 4)))
    with pytest.raises(InvalidInputError, match=r"originals must be .* shape \(n_examples, n_features\)"):
        ReconstructionsDisplay(originals=np.zeros(4), reconstructions=np.zeros((1, 4)))


# Likelihood.


def test_free_energies_of_examples_learned_and_held_out_have_their_gap_below(machine, shown):
    display = LikelihoodDisplay.from_estimator(machine)
    history = machine.history_
    expected = {
        "free_energy": history["free_energy"],
        "free_energy_held_out": history["free_energy"] + history["free_energy_gap"],
        "free_energy_gap": history["free_energy_gap"],
        "loss": history["loss"],
        "validation_loss": history["validation_loss"],
    }
    assert list(display.lines_) == list(expected)
    for column, values in expected.items():
        np.testing.assert_allclose(display.lines_[column].get_xydata(), np.column_stack([history["epoch"], values]))
    names = ["free energy (nats)", "gap (nats)", "reconstruction error"]
    assert [ax.get_ylabel() for ax in display.axes_] == names
    places = {column: display.axes_.index(line.axes) for column, line in display.lines_.items()}
    assert list(places.values()) == [0, 0, 1, 2, 2]
    for upper in (display.axes_[0], display.axes_[2]):
        assert labels(upper.get_legend().get_texts()) == ["examples learned", "examples held out"]
    colors = {column: line.get_color() for column, line in display.lines_.items()}
    assert colors["free_energy"] == colors["loss"] != colors["free_energy_held_out"] == colors["validation_loss"]
    assert display.lines_["free_energy"].get_linestyle() != display.lines_["free_energy_held_out"].get_linestyle()
    last = history["free_energy_gap"][-1]
    words = f"{abs(last):.3g} nats {'likelier' if last >= 0 else 'less likely'}"
    assert display.caption_.startswith(f"At the end the examples learned are {words} than those held out.")
    assert display.caption_.endswith(f"Stopped: {machine.stop_reason_}.")
    assert display.caption_ in shown(display.ax_)
    assert display.ax_ is display.axes_[0]
    assert display.ax_.get_title(loc="left") == "Learning of RestrictedBoltzmannMachine"


def test_panels_stand_below_each_other_over_the_same_epochs(machine):
    display = LikelihoodDisplay.from_estimator(machine)
    display.figure_.canvas.draw()
    boxes = [ax.get_window_extent() for ax in display.axes_]
    for upper, lower in pairwise(boxes):
        assert upper.y0 > lower.y1
        assert (upper.x0, upper.x1) == pytest.approx((lower.x0, lower.x1))
    assert len({ax.get_xlim() for ax in display.axes_}) == 1
    assert [ax.get_xlabel() for ax in display.axes_] == ["", "", "epoch"]
    are_named = [any(tick.get_visible() and tick.get_text() for tick in ax.get_xticklabels()) for ax in display.axes_]
    assert are_named == [False, False, True]


def test_without_examples_held_out_the_caption_warns(classifier):
    display = LikelihoodDisplay.from_estimator(classifier)
    assert list(display.lines_) == ["free_energy", "loss"]
    assert display.caption_.startswith("Free energies of different epochs cannot be compared; no examples were held")
    assert display.ax_.get_legend() is None


def test_a_small_boltzmann_machine_has_its_exact_likelihood(general):
    display = LikelihoodDisplay.from_estimator(general)
    likelihood = display.lines_["log_likelihood"].get_ydata()
    np.testing.assert_array_equal(likelihood, -general.history_["negative_log_likelihood"])
    assert likelihood[-1] == pytest.approx(general.score(BITS))
    assert [ax.get_ylabel() for ax in display.axes_] == ["log-likelihood (nats)", "loss"]
    assert display.caption_ == f"Stopped: {general.stop_reason_}."


def test_a_gap_below_zero_is_told_and_holes_are_skipped():
    history = {
        "epoch": [1, 2, 3],
        "free_energy": [-1.0, -2.0, -3.0],
        "free_energy_gap": [0.5, -0.25, np.nan],
    }
    display = LikelihoodDisplay.from_history(history)
    np.testing.assert_array_equal(display.lines_["free_energy_held_out"].get_xydata(), [[1, -0.5], [2, -2.25]])
    assert display.caption_ == "At the end the examples learned are 0.25 nats less likely than those held out."
    assert len(display.axes_) == 2
    zeros = [line for line in display.axes_[1].lines if list(line.get_ydata()) == [0, 0]]
    assert len(zeros) == 1


def test_axes_that_are_given_are_divided(machine):
    figure, (left, right) = pyplot.subplots(1, 2)
    before, other = left.get_position(original=True).bounds, right.get_position(original=True).bounds
    display = LikelihoodDisplay.from_estimator(machine, ax=left, name="Mine")
    assert display.axes_[0] is left
    boxes = [ax.get_position(original=True) for ax in display.axes_]
    assert max(box.y1 for box in boxes) == pytest.approx(before[1] + before[3])
    assert min(box.y0 for box in boxes) == pytest.approx(before[1])
    assert {round(box.x0, 6) for box in boxes} == {round(before[0], 6)}
    assert right.get_position(original=True).bounds == other
    assert left.get_title(loc="left") == "Mine"
    free = figure.add_axes((0.1, 0.2, 0.5, 0.6))
    display = LikelihoodDisplay.from_estimator(machine, ax=free)
    boxes = [ax.get_position(original=True) for ax in display.axes_]
    assert (min(box.y0 for box in boxes), max(box.y1 for box in boxes)) == pytest.approx((0.2, 0.8))


def test_networks_without_free_energies_are_sent_to_their_history(belief_net):
    rectified = RestrictedBoltzmannMachine(n_hidden=3, hidden="rectified", **SETTINGS).fit(FLOWERS)
    for model in (rectified, belief_net):
        with pytest.raises(InvalidInputError, match=r"free_energy or negative_log.*loss.*HistoryDisplay"):
            LikelihoodDisplay.from_estimator(model)
    with pytest.raises(InvalidInputError, match=r"history_\. PCA has none\. Pass"):
        LikelihoodDisplay.from_estimator(PCA(2).fit(DIGITS))
    with pytest.raises(NotFittedError):
        LikelihoodDisplay.from_estimator(RBMClassifier())
    not_learned = RestrictedBoltzmannMachine(n_hidden=3, max_iter=0).fit(DIGITS)
    with pytest.raises(InvalidInputError, match="Got none"):
        LikelihoodDisplay.from_estimator(not_learned)


# Codes.


def test_codes_of_two_numbers_are_drawn_as_they_are(autoencoder, shown):
    display = CodeMapDisplay.from_estimator(autoencoder, DIGITS, WORDS)
    codes = autoencoder.transform(DIGITS)
    assert list(display.points_) == [f"n{number}" for number in range(10)]
    for label, points in display.points_.items():
        np.testing.assert_allclose(points.get_offsets(), codes[label == WORDS])
        np.testing.assert_allclose(points.get_facecolor()[0, :3], to_rgb(PETROFF_COLORS[int(label[1:])]))
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("code 0", "code 1")
    assert labels(display.ax_.get_legend().get_texts()) == list(display.points_)
    assert len({points.get_paths()[0].vertices.tobytes() for points in display.points_.values()}) == 10
    assert display.ax_.get_title(loc="left") == "Codes of DeepAutoencoder"
    assert display.caption_ == "300 examples."
    assert display.caption_ in shown(display.ax_)
    assert display.images_ == {}


def test_longer_codes_are_drawn_on_their_principal_components(machine):
    display = CodeMapDisplay.from_estimator(machine, DIGITS, WORDS, legend=False)
    expected = PCA(2).fit_transform(machine.transform(DIGITS))
    drawn = display.places_
    np.testing.assert_allclose(np.abs((drawn * expected).sum(axis=0)), (expected**2).sum(axis=0), rtol=1e-6)
    assert display.ax_.get_xlabel().startswith("principal component 1 (")
    assert display.caption_ == "300 examples. Codes of 20 numbers, on the plane of largest variance."
    assert display.ax_.get_legend() is None


def test_examples_are_shown_at_their_place_and_do_not_cover_each_other(autoencoder):
    display = CodeMapDisplay.from_estimator(autoencoder, DIGITS, WORDS, image_shape=(8, 8), max_images=25)
    display.figure_.canvas.draw()
    assert 5 < len(display.images_) <= 25
    for index, box in display.images_.items():
        np.testing.assert_allclose(box.xy, autoencoder.transform(DIGITS[index : index + 1])[0], rtol=1e-5)
        pixels = box.offsetbox.image
        np.testing.assert_array_equal(pixels.get_array(), DIGITS[index].reshape(8, 8))
        assert pixels.get_clim() == (0, 1)
        color = PETROFF_COLORS[int(WORDS[index][1:])]
        np.testing.assert_allclose(box.patch.get_edgecolor(), to_rgba(color))
        frame, place = box.patch.get_window_extent(), display.ax_.transData.transform(box.xy)
        assert ((frame.x0 + frame.x1) / 2, (frame.y0 + frame.y1) / 2) == pytest.approx(tuple(place), abs=1.5)
    frames = [box.patch.get_window_extent() for box in display.images_.values()]
    assert not any(one.overlaps(other) for one, other in combinations(frames, 2))
    assert display.caption_ == f"300 examples. {len(display.images_)} are shown as they are."


def test_classes_are_not_needed_and_numbers_will_do(autoencoder):
    gray = CodeMapDisplay.from_estimator(autoencoder, DIGITS, image_shape=(8, 8), max_images=1)
    (points,) = gray.points_.values()
    assert len(points.get_offsets()) == 300
    assert len(gray.images_) == 1
    assert gray.ax_.get_legend() is None
    sums = DIGITS.sum(axis=1)
    colored = CodeMapDisplay.from_estimator(autoencoder, DIGITS, sums)
    (points,) = colored.points_.values()
    np.testing.assert_allclose(points.get_array(), sums - sums.mean())


def test_codes_come_through_a_pipeline():
    network = RestrictedBoltzmannMachine(n_hidden=2, **SETTINGS)
    piped = make_pipeline(MinMaxScaler(), network).fit(DIGITS * 16)
    display = CodeMapDisplay.from_estimator(piped, DIGITS * 16, WORDS, image_shape=(8, 8))
    np.testing.assert_allclose(display.codes, piped.transform(DIGITS * 16))
    np.testing.assert_allclose(display.examples, piped[0].transform(DIGITS * 16))


def test_codes_that_make_no_map_are_refused(autoencoder, belief_net):
    with pytest.raises(NotFittedError):
        CodeMapDisplay.from_estimator(DeepAutoencoder(), DIGITS)
    for stranger in (belief_net, LinearRegression().fit(DIGITS, DIGITS[:, 1])):
        with pytest.raises(InvalidInputError, match=rf"transform\. {type(stranger).__name__} has none\. Pass"):
            CodeMapDisplay.from_estimator(stranger, DIGITS)
    with pytest.raises(InvalidInputError, match=r"at least 2 numbers each\. Got the shape \(300, 1\)"):
        CodeMapDisplay.from_estimator(PCA(1).fit(DIGITS), DIGITS)
    with pytest.raises(InvalidInputError, match=r"y must hold one class or number for each of the 300 codes"):
        CodeMapDisplay.from_estimator(autoencoder, DIGITS, WORDS[:5])
    with pytest.raises(InvalidParameterError, match=r"Got \(9, 9\)"):
        CodeMapDisplay.from_estimator(autoencoder, DIGITS, image_shape=(9, 9))
    with pytest.raises(InvalidParameterError, match="max_images must be an integer of at least 1"):
        CodeMapDisplay.from_estimator(autoencoder, DIGITS, max_images=0)
    with pytest.raises(InvalidInputError, match=r"examples must hold one example for each of the 3 codes"):
        CodeMapDisplay(codes=np.eye(3), examples=np.zeros((2, 4)), image_shape=(2, 2))


@pytest.mark.usefixtures("without_matplotlib")
def test_without_matplotlib_the_way_out_is_named(machine):
    for draw in (
        lambda: SamplesDisplay.from_estimator(machine, steps=(1, 2)),
        lambda: ReconstructionsDisplay.from_estimator(machine, DIGITS),
        lambda: LikelihoodDisplay.from_estimator(machine),
        lambda: CodeMapDisplay.from_estimator(machine, DIGITS),
    ):
        with pytest.raises(MissingDependencyError, match=r"pip install 'sinapsi\[plots\]'"):
            draw()
