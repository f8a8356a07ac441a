"""What cannot be stored or asked is refused in words that help; what looks like a mistake is told."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import DataConversionWarning, DataDimensionalityWarning

from sinapsi import DenseAssociativeMemory, HopfieldNetwork
from sinapsi.exceptions import InvalidInputError, InvalidParameterError

random = np.random.default_rng(0)
MEMORIES = random.choice([-1, 1], size=(4, 60))
BOTH = pytest.mark.parametrize("kind", [HopfieldNetwork, DenseAssociativeMemory])


@BOTH
def test_values_other_than_two_are_refused_where_asked(kind: type) -> None:
    for X, message in (
        ([[1, -1, 0], [1, 1, 1]], r"two values, -1 and \+1 or 0 and 1. Got 3 values: -1, 0, 1.*binarize=0\."),
        ([[0, 255, 0], [255, 0, 0]], r"Got 2 values: 0, 255.*binarize=127.5"),
        ([[0.5, 1.0], [1.0, 1.0]], "Got 2 values: 0.5, 1"),
        (random.uniform(0, 1, (4, 9)), r"Got 36 values: .*, \.\.\.\."),
    ):
        with pytest.raises(InvalidInputError, match=message):
            kind(binarize=None).fit(X)
    model = kind(binarize=None).fit(MEMORIES > 0)
    with pytest.raises(InvalidInputError, match="must have two values"):
        model.predict(3 * MEMORIES)
    gaps = (MEMORIES > 0).astype(float)
    gaps[:, 30:] = np.nan
    np.testing.assert_array_equal(model.complete(gaps), MEMORIES)


@BOTH
def test_shapes_that_make_no_network_are_refused(kind: type) -> None:
    with pytest.raises(InvalidInputError, match="Give every row the same number of columns"):
        kind().fit([[1, -1], [1, -1, 1]])
    with pytest.raises(InvalidInputError, match=r"at least two units.*n_features = 1"):
        kind().fit([[1], [-1]])
    model = kind().fit(MEMORIES)
    for ask in (model.predict, model.complete, model.energy, model.overlap, model.is_stable, model.partial_fit):
        with pytest.raises(InvalidInputError, match=r"X has 3 features, but .* is expecting 60 features"):
            ask(MEMORIES[:, :3])
    with pytest.raises(InvalidInputError, match=r"recall_path follows one probe.*got \(4, 60\)"):
        model.recall_path(MEMORIES)
    with pytest.raises(InvalidInputError, match=r"one pattern for each probe of X. Got 3 patterns for 4"):
        model.score(MEMORIES, MEMORIES[:3])


@BOTH
def test_missing_values_are_for_complete(kind: type) -> None:
    gaps = MEMORIES.astype(float)
    gaps[1, 3] = np.nan
    model = kind().fit(MEMORIES)
    for ask in (model.predict, model.energy, model.overlap, model.is_stable, model.partial_fit, kind().fit):
        with pytest.raises(InvalidInputError, match=r"(?s)contains NaN.*complete\(X\)") as raised:
            ask(gaps)
        assert "NaN for units that are unknown" in str(raised.value)
    gaps[0, 0] = np.inf
    with pytest.raises(InvalidInputError, match="contains infinity"):
        model.complete(gaps)


@BOTH
def test_orders_that_would_not_end_are_refused(kind: type) -> None:
    for order, message in (
        ([0, 1], "must visit every unit at least once.*58 of 60 are left out, the first is unit 2"),
        (np.arange(61), "units from 0 to 59.*Got 0 to 60"),
        ([-1, *range(60)], "Got -1 to 59"),
        (np.arange(60.0), "must be .random., .cyclic. or an array of unit numbers"),
        ([[0, 1], [2]], "array of unit numbers"),
        ([], "array of unit numbers"),
    ):
        with pytest.raises(InvalidParameterError, match=message):
            kind(order=order).fit(MEMORIES)


def test_what_was_not_stored_cannot_be_forgotten() -> None:
    model = HopfieldNetwork().fit(MEMORIES)
    for X, overlap in ((-MEMORIES[:1], r"1\.000"), (np.where(np.arange(60) < 3, -1, 1) * MEMORIES[:1], r"0\.900")):
        with pytest.raises(InvalidInputError, match=rf"Row 0 of X is none of the 4 memories .*overlap of {overlap}"):
            model.forget(X)
    for network in (model, DenseAssociativeMemory().fit(MEMORIES)):
        with pytest.raises(InvalidInputError, match=r"must leave at least one memory. Got all 4"):
            network.forget(MEMORIES)
        np.testing.assert_array_equal(network.memories_, MEMORIES)
    for n, rate, name in ((0, 0.1, "n"), (1.5, 0.1, "n"), (1, 0.0, "rate"), (1, -1, "rate"), (1, "0.1", "rate")):
        with pytest.raises(InvalidParameterError, match=f"^{name} must be"):
            model.dream(n, rate)


def test_overload_is_told_with_the_error_to_expect() -> None:
    many = random.choice([-1, 1], size=(30, 60))
    message = (
        r"30 memories in 60 units are more than rule='hebb' bears \(about 0.138 n_features = 8.3\); expect (\d+.\d)% "
        r"of the units wrong where one is given faultlessly. Use rule='pseudo_inverse' or DenseAssociativeMemory"
    )
    with pytest.warns(DataDimensionalityWarning, match=message) as caught:
        model = HopfieldNetwork(random_state=0).fit(many)
    told = float(str(caught[0].message).split("expect ")[1].split("%")[0]) / 100
    wrong = float((model.predict(many[::2]) != many[::2]).mean())
    assert told == pytest.approx(wrong, abs=0.0005)
    with pytest.warns(DataDimensionalityWarning, match=r"rule='storkey' bears \(about n_features / sqrt"):
        HopfieldNetwork(rule="storkey").fit(random.choice([-1, 1], size=(40, 60)))
    with pytest.warns(DataDimensionalityWarning, match="70 memories span all 60 units.*every state stable"):
        HopfieldNetwork(rule="pseudo_inverse").fit(random.choice([-1, 1], size=(70, 60)))
    with pytest.warns(DataDimensionalityWarning, match="more than rule='hebb' bears"):
        HopfieldNetwork(random_state=0).fit(MEMORIES).partial_fit(many)


def test_memories_that_are_alike_are_told() -> None:
    alike = np.where(random.random((5, 60)) < 0.15, -1, 1) * MEMORIES[0]
    with pytest.warns(DataDimensionalityWarning, match=r"5 memories in 60 units are too much alike for rule='hebb'"):
        HopfieldNetwork().fit(alike)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        HopfieldNetwork(rule="pseudo_inverse").fit(alike)
        HopfieldNetwork().fit(MEMORIES)
        HopfieldNetwork().fit(np.eye(4)[:2])  # more than 0.138 of 4 units, but kept
        DenseAssociativeMemory(interaction="exponential").fit(random.choice([-1, 1], size=(500, 60)))


@BOTH
def test_memories_without_a_pattern_and_repeated_ones_are_told(kind: type) -> None:
    flat = MEMORIES.copy()
    flat[2] = 1
    with pytest.warns(DataConversionWarning, match=r"1 of 4 memories have one state .* row 2\).*Set 'binarize'"):
        kind().fit(flat)
    with pytest.warns(UserWarning, match="1 of 5 memories repeat another one.*weighs twice"):
        kind().fit(np.vstack([MEMORIES, MEMORIES[1]]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        HopfieldNetwork(rule="pseudo_inverse").fit(np.vstack([MEMORIES, MEMORIES[1]]))


@BOTH
def test_a_failure_leaves_the_network_as_it_was(kind: type) -> None:
    model = kind(random_state=0).fit(MEMORIES)
    probes = random.choice([-1, 1], size=(20, 60))
    before = model.predict(probes)
    for call in (
        lambda: model.fit([[np.inf, 1.0]]),
        lambda: model.partial_fit(np.full((1, 60), np.nan)),
        lambda: model.set_params(order=[0]).fit(MEMORIES[:2]),
        lambda: model.set_params(order="random").forget(-MEMORIES),
    ):
        with pytest.raises(ValueError, match=r"."):
            call()
    np.testing.assert_array_equal(model.predict(probes), before)


def test_frames_keep_their_names() -> None:
    frame = pd.DataFrame(MEMORIES, columns=[f"pixel {place}" for place in range(60)])
    model = HopfieldNetwork(random_state=0).set_output(transform="pandas").fit(frame)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert model.transform(frame).columns.tolist() == frame.columns.tolist()
        assert model.recall_path(frame.iloc[1]).n_flips == 0
        assert model.recall_path(frame.iloc[[1]]).n_flips == 0
    assert model.get_feature_names_out().tolist() == frame.columns.tolist()


def test_parameters_of_recall_that_were_set_since_are_checked() -> None:
    model = HopfieldNetwork().fit(MEMORIES)
    for parameters in ({"temperature": -1}, {"recall": "x"}, {"n_sweeps": 0}):
        with pytest.raises(InvalidParameterError, match=next(iter(parameters))):
            HopfieldNetwork().fit(MEMORIES).set_params(**parameters).predict(MEMORIES)
    with pytest.raises(InvalidParameterError, match="degree"):
        DenseAssociativeMemory().fit(MEMORIES).set_params(degree=1).predict(MEMORIES)
    with pytest.raises(InvalidParameterError, match="at most 1e"):
        model.dream(1, rate=1e308)
    frozen = HopfieldNetwork(temperature=1e-310, n_sweeps=2, random_state=0).fit(
        [[1, -1, 1, 1, -1], [1, -1, -1, -1, -1]]
    )
    answers = frozen.predict(random.choice([-1, 1], size=(300, 5)))
    assert 0.3 < (answers[:, :2] > 0).mean() < 0.7
    assert (answers[:, 2] == answers[:, 3]).all()
