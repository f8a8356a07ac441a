"""More that is wrong or odd: parameters out of range, states given back with gaps, failures half-way."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import DataDimensionalityWarning, NotFittedError

from sinapsi import DenseAssociativeMemory, HopfieldNetwork, ModernHopfieldNetwork
from sinapsi.exceptions import InvalidInputError, InvalidParameterError

random = np.random.default_rng(0)
MEMORIES = random.choice([-1, 1], size=(4, 60))
GRAY = random.uniform(0, 255, size=(4, 60))
BOTH = pytest.mark.parametrize("kind", [HopfieldNetwork, DenseAssociativeMemory])


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        (HopfieldNetwork, {"temperature": -0.1}),
        (HopfieldNetwork, {"temperature": np.inf}),
        (HopfieldNetwork, {"temperature": np.nan}),
        (HopfieldNetwork, {"n_sweeps": 0}),
        (HopfieldNetwork, {"margin": -1.0}),
        (HopfieldNetwork, {"max_iter": 0}),
        (HopfieldNetwork, {"rule": "delta"}),
        (HopfieldNetwork, {"normalization": "none"}),
        (HopfieldNetwork, {"recall": "parallel"}),
        (HopfieldNetwork, {"binarize": np.inf}),
        (HopfieldNetwork, {"binarize": np.nan}),
        (HopfieldNetwork, {"order": "sorted"}),
        (DenseAssociativeMemory, {"degree": 1}),
        (DenseAssociativeMemory, {"degree": 2.5}),
        (DenseAssociativeMemory, {"interaction": "cubic"}),
        (ModernHopfieldNetwork, {"beta": 0.0}),
        (ModernHopfieldNetwork, {"beta": np.inf}),
        (ModernHopfieldNetwork, {"max_steps": 0}),
        (ModernHopfieldNetwork, {"tol": -1e-9}),
    ],
    ids=str,
)
def test_parameters_out_of_range_are_named(kind: type, parameters: dict[str, object]) -> None:
    with pytest.raises(InvalidParameterError, match=f"'{next(iter(parameters))}' parameter"):
        kind(**parameters).fit(MEMORIES)


@BOTH
@pytest.mark.parametrize("binarize", [127.5, -3.0])
def test_states_that_were_recalled_may_be_given_back_with_gaps(kind: type, binarize: float) -> None:
    """What is known of a state is -1 and +1 whatever the threshold, as it is of a state without gaps."""
    rows = GRAY - 127.5 + binarize
    model = kind(binarize=binarize).fit(rows)
    states = model.predict(rows)
    np.testing.assert_array_equal(states, np.where(rows > binarize, 1, -1))
    np.testing.assert_array_equal(model.complete(states), states)
    gaps = states.copy()
    gaps[:, :10] = np.nan
    completed = model.complete(gaps)
    np.testing.assert_array_equal(completed[:, 10:], gaps[:, 10:])
    np.testing.assert_array_equal(completed, states)


@BOTH
@pytest.mark.parametrize("binarize", [-1.0, -0.5, 0.0, 0.5, 0.999, 1.0, 1.5, -1.5])
def test_states_are_states_at_any_threshold(kind: type, binarize: float) -> None:
    model = kind(binarize=binarize).fit(MEMORIES)
    np.testing.assert_array_equal(model.memories_, MEMORIES)
    np.testing.assert_array_equal(model.predict(MEMORIES), MEMORIES)


@BOTH
def test_what_equals_the_threshold_is_below(kind: type) -> None:
    for dtype in (np.float32, np.float64):
        rows = np.array([[0.1, 0.2, 0.3, 0.1], [0.3, 0.1, 0.2, 0.3]], dtype=dtype)
        model = kind(binarize=0.2).fit(rows)
        np.testing.assert_array_equal(model.memories_, [[-1, -1, 1, -1], [1, -1, -1, 1]])


QUESTIONS = ("predict", "transform", "complete", "energy", "is_stable", "overlap", "score", "forget")


@BOTH
@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_is_answered_before_fit(question: str, kind: type) -> None:
    with pytest.raises(NotFittedError):
        getattr(kind(), question)(MEMORIES)


def test_no_path_no_dreams_and_no_weights_before_fit() -> None:
    for ask in (
        lambda: HopfieldNetwork().recall_path(MEMORIES[0]),
        lambda: DenseAssociativeMemory().recall_path(MEMORIES[0]),
        lambda: HopfieldNetwork().dream(),
        lambda: HopfieldNetwork().weights_,
        lambda: ModernHopfieldNetwork().predict(MEMORIES),
        lambda: ModernHopfieldNetwork().energy(MEMORIES),
        lambda: ModernHopfieldNetwork().attention(MEMORIES),
        lambda: ModernHopfieldNetwork().complete(MEMORIES),
    ):
        with pytest.raises(NotFittedError):
            ask()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataDimensionalityWarning")
@pytest.mark.parametrize("rule", ["hebb", "pseudo_inverse", "storkey", "perceptron"])
def test_no_failure_leaves_a_trace(rule: str) -> None:
    model = HopfieldNetwork(rule=rule, random_state=0).fit(MEMORIES).dream(3)
    weights, history = model.weights_, model.history_["loss"].tolist()
    stranger = np.where(np.arange(60) < 7, -1, 1) * MEMORIES[0]
    for call in (
        lambda: model.forget(np.vstack([MEMORIES[0], stranger])),  # the first one would have gone
        lambda: model.forget(MEMORIES),
        lambda: model.partial_fit(np.where(np.arange(60) == 3, np.nan, MEMORIES)),
        lambda: model.partial_fit(MEMORIES[:, :5]),
        lambda: model.fit([["a", "b"]]),
        lambda: model.dream(0),
        lambda: model.set_params(binarize=None).partial_fit(3 * MEMORIES),
        lambda: model.set_params(binarize=0.0, temperature=-1).partial_fit(MEMORIES),
        lambda: model.set_params(temperature=0.0, order=[0, 1]).predict(MEMORIES),
    ):
        with pytest.raises(ValueError, match=r"."):
            call()
        np.testing.assert_array_equal(model.weights_, weights)
        assert model.history_["loss"].tolist() == history
        assert model.n_memories_ == len(model.memories_) == 4
        assert len(model._dreams) == 3
    model.set_params(order="random")
    np.testing.assert_array_equal(model.predict(MEMORIES), MEMORIES)


def test_a_rule_changed_after_fit_answers_and_goes_back() -> None:
    model = HopfieldNetwork(random_state=0).fit(MEMORIES).set_params(rule="storkey")
    np.testing.assert_array_equal(model.predict(MEMORIES), MEMORIES)  # by what was stored
    with pytest.raises(InvalidParameterError, match=r"cannot go on from there\. Set it back, or fit anew"):
        model.partial_fit(MEMORIES)
    np.testing.assert_array_equal(model.fit(MEMORIES).weights_, HopfieldNetwork(rule="storkey").fit(MEMORIES).weights_)


@BOTH
def test_more_flat_memories_and_repeats_are_counted(kind: type) -> None:
    flat = np.vstack([MEMORIES, np.ones((1, 60)), -np.ones((1, 60))])
    with pytest.warns(UserWarning, match=r"2 of 6 memories have one state in all their units \(the first is row 4\)"):
        kind(rule="pseudo_inverse").fit(flat) if kind is HopfieldNetwork else kind().fit(flat)
    with pytest.warns(UserWarning, match="5 of 9 memories repeat another one"):
        kind().fit(np.vstack([MEMORIES, MEMORIES, MEMORIES[:1]]))
    with pytest.warns(UserWarning, match=r"no pattern\.$"):
        kind(binarize=None).fit(np.vstack([MEMORIES, np.ones((1, 60))]))  # no threshold to change


@BOTH
def test_scores_want_patterns_that_fit(kind: type) -> None:
    model = kind().fit(MEMORIES)
    with pytest.raises(InvalidInputError, match="Got 5 patterns for 4 probes"):
        model.score(MEMORIES, np.vstack([MEMORIES, MEMORIES[:1]]))
    with pytest.raises(InvalidInputError, match="is expecting 60 features"):
        model.score(MEMORIES, MEMORIES[:, :7])
    assert model.score(MEMORIES, ["a", "b", "c", "d"]) == 1.0
    assert model.score(MEMORIES, -MEMORIES) == -1.0


def test_a_bound_is_told_with_its_number() -> None:
    many = np.random.default_rng(3).choice([-1, 1], size=(90, 100))
    for rule, bound in (("hebb", r"0\.138 n_features = 13\.8"), ("storkey", r"sqrt\(2 log n_features\) = 33\.0")):
        with pytest.warns(DataDimensionalityWarning, match=f"90 memories in 100 units .*{bound}"):
            HopfieldNetwork(rule=rule).fit(many)


def test_memories_that_span_little_are_not_too_many_for_a_projection() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = HopfieldNetwork(rule="pseudo_inverse").fit(np.vstack([MEMORIES] * 20))
        model.partial_fit(-MEMORIES)
        HopfieldNetwork(rule="pseudo_inverse").fit_batches(np.vstack([MEMORIES] * 20))
        HopfieldNetwork().fit(MEMORIES[:1])
    assert model.n_memories_ == 84
    np.testing.assert_array_equal(model.predict(MEMORIES), MEMORIES)
