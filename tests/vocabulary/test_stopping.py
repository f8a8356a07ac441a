"""Stopping rules: when each holds, what it says, and how they join."""

import itertools

import numpy as np
import pytest

from sinapsi.exceptions import InvalidParameterError
from sinapsi.stopping import (
    BY_NAME,
    AnyOf,
    Epoch,
    Goal,
    GradientNorm,
    MaxIter,
    MaxSteps,
    Patience,
    StopCode,
    StopReason,
    TimeLimit,
    Tolerance,
    any_of,
    criteria_in,
)

EVERY_KIND = [
    Tolerance(),
    Tolerance(tol=0.01, n_epochs=3),
    Patience(),
    Patience(4),
    Goal(0.002),
    GradientNorm(),
    GradientNorm(0.5),
    TimeLimit(1.5),
    MaxIter(7),
    MaxSteps(100),
]


def epochs(losses=None, **columns):
    """Epochs of a fit: one a loss, with further columns."""
    columns = {"loss": losses} if losses is not None else columns
    n_epochs = len(next(iter(columns.values())))
    for i in range(n_epochs):
        own = {name: values[i] for name, values in columns.items()}
        yield Epoch(**{"number": i + 1, "n_steps": 10 * (i + 1), "loss": 1.0, "seconds": 0.1 * (i + 1), **own})


def epoch_of_stop(rule, happened):
    """Number of the epoch in which the rule first holds, and its reason; None when it never does."""
    watch = rule.watch()
    for epoch in happened:
        reason = watch(epoch)
        if reason is not None:
            return epoch.number, reason
    return None


def test_the_list_above_leaves_no_rule_out():
    assert {rule.short_name for rule in EVERY_KIND} == set(BY_NAME)


class TestTolerance:
    def test_it_waits_for_epochs_in_a_row_without_a_better_one(self):
        losses = [1.0, 0.8, 0.79, 0.78, 0.5, 0.495, 0.49, 0.491]
        number, reason = epoch_of_stop(Tolerance(tol=0.05, n_epochs=3), epochs(losses))
        assert number == 8
        assert reason.code is StopCode.TOLERANCE
        assert str(reason) == "training loss did not improve by more than 0.05 for 3 epochs"

    def test_small_steps_are_measured_from_the_best_so_far(self):
        """A crawl of less than tol an epoch is no improvement, however long it goes on."""
        number, _ = epoch_of_stop(Tolerance(tol=0.05, n_epochs=4), epochs([1 - 0.04 * i for i in range(20)]))
        assert number == 5

    def test_a_loss_better_by_exactly_tol_is_not_better(self):
        assert epoch_of_stop(Tolerance(tol=0.25, n_epochs=1), epochs([1.0, 0.75]))[0] == 2
        assert epoch_of_stop(Tolerance(tol=0.25, n_epochs=1), epochs([1.0, 0.7499])) is None

    def test_tol_zero_wants_any_improvement(self):
        assert epoch_of_stop(Tolerance(tol=0, n_epochs=2), epochs([1.0, 0.999999, 0.9999989, 0.9999989])) is None
        assert epoch_of_stop(Tolerance(tol=0, n_epochs=2), epochs([1.0, 1.0, 1.0]))[0] == 3

    def test_the_first_epoch_is_always_better(self):
        assert epoch_of_stop(Tolerance(n_epochs=1), epochs([1e300])) is None


class TestPatience:
    def test_it_watches_the_validation_loss_only(self):
        validation = [0.9, 0.5, 0.6, 0.7, 0.55]
        number, reason = epoch_of_stop(Patience(3), epochs(validation_loss=validation))
        assert number == 5
        assert reason == StopReason(StopCode.PATIENCE, "validation loss did not improve for 3 epochs")

    def test_the_sentence_of_the_promise(self):
        _, reason = epoch_of_stop(Patience(), epochs(validation_loss=[0.5] * 11))
        assert str(reason) == "validation loss did not improve for 10 epochs"
        assert str(epoch_of_stop(Patience(1), epochs(validation_loss=[0.5] * 2))[1]).endswith("for 1 epoch")

    def test_without_validation_it_never_holds(self):
        assert epoch_of_stop(Patience(1), epochs([1.0] * 100)) is None

    def test_any_improvement_counts(self):
        assert epoch_of_stop(Patience(2), epochs(validation_loss=[1 - 1e-9 * i for i in range(50)])) is None

    def test_nan_is_no_improvement(self):
        assert epoch_of_stop(Patience(2), epochs(validation_loss=[0.5, np.nan, np.nan]))[0] == 3


class TestBounds:
    def test_goal(self):
        number, reason = epoch_of_stop(Goal(0.5), epochs([1.0, 0.51, 0.5, 0.4]))
        assert (number, reason.code) == (3, StopCode.GOAL)
        assert str(reason) == "training loss reached the goal 0.5"

    def test_gradient_norm(self):
        rule = GradientNorm(0.1)
        number, reason = epoch_of_stop(rule, epochs(gradient_norm=[1.0, 0.2, 0.1]))
        assert (number, reason.code) == (3, StopCode.GRADIENT_NORM)
        assert str(reason) == "gradient norm fell to 0.1 or below"
        assert epoch_of_stop(rule, epochs([1.0] * 5)) is None  # a solver that does not know the gradient

    def test_time_limit(self):
        number, reason = epoch_of_stop(TimeLimit(0.25), epochs([1.0] * 5))
        assert (number, reason.code) == (3, StopCode.TIME_LIMIT)
        assert str(reason) == "the time limit of 0.25 s was reached"

    def test_max_iter(self):
        number, reason = epoch_of_stop(MaxIter(4), epochs([1.0] * 5))
        assert (number, reason.code) == (4, StopCode.MAX_ITER)
        assert str(reason) == "the budget of 4 epochs was used up"

    def test_max_steps_holds_at_the_end_of_the_epoch_that_reaches_it(self):
        number, reason = epoch_of_stop(MaxSteps(25), epochs([1.0] * 5))
        assert (number, reason.code) == (3, StopCode.MAX_STEPS)
        assert str(reason) == "the budget of 25 updates was used up"


def test_two_fits_with_one_rule_do_not_see_each_other():
    rule = Tolerance(tol=0.0, n_epochs=2)
    first, second = rule.watch(), rule.watch()
    for epoch in epochs([1.0, 1.0]):
        first(epoch)
    assert [second(epoch) for epoch in epochs([1.0, 1.0])] == [None, None]
    assert second(next(epochs([1.0]))) is not None


class TestJoining:
    def test_rules_join_with_a_bar_in_order(self):
        a, b, c = Goal(0.1), Patience(3), TimeLimit(2)
        assert (a | b).criteria == (a, b)
        assert ((a | b) | c).criteria == (a | (b | c)).criteria == (a, b, c)
        assert (a | "patience(3) | time_limit(2)").criteria == (a, b, c)

    @pytest.mark.parametrize("rule", EVERY_KIND, ids=str)
    def test_text_and_object_give_each_other_back(self, rule):
        assert any_of(str(rule)) == rule
        assert criteria_in(rule) == (rule,)
        assert criteria_in(str(rule)) == (rule,)

    @pytest.mark.parametrize(("one", "other"), list(itertools.pairwise(EVERY_KIND)))
    def test_joined_rules_too(self, one, other):
        joined = one | other
        assert any_of(str(joined)) == joined
        assert isinstance(joined, AnyOf)
        assert criteria_in(joined) == (one, other)

    def test_none_is_no_rule(self):
        assert criteria_in(None) == ()

    def test_numpy_numbers_have_a_short_form_too(self):
        joined = Goal(np.float64(0.1)) | Patience(np.int64(3))
        assert any_of(str(joined)) == joined


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Tolerance(tol=-1e-9), "tol of the stopping rule 'tolerance' must be a number of at least 0"),
        (lambda: Tolerance(n_epochs=0), "n_epochs of the stopping rule 'tolerance' must be an integer of at least 1"),
        (lambda: Patience(2.5), "n_epochs of the stopping rule 'patience' must be an integer"),
        (lambda: Patience(0), "n_epochs of the stopping rule 'patience'"),
        (lambda: Goal(-0.1), "loss of the stopping rule 'goal'"),
        (lambda: Goal(np.nan), "loss of the stopping rule 'goal'"),
        (lambda: Goal("small"), "loss of the stopping rule 'goal'"),
        (lambda: GradientNorm(-1), "norm of the stopping rule 'gradient_norm'"),
        (lambda: TimeLimit(-1), "seconds of the stopping rule 'time_limit'"),
        (lambda: MaxIter(0), "n_epochs of the stopping rule 'max_iter'"),
        (lambda: MaxSteps(0), "n_steps of the stopping rule 'max_steps'"),
        (lambda: criteria_in("goal"), "arguments that do not fit"),
        (lambda: criteria_in("goal(0.1) | "), "not a short form"),
        (lambda: criteria_in("goal(0.1) | patient"), "Unknown stopping rule 'patient'. Did you mean 'patience'?"),
    ],
)
def test_bad_settings_are_refused(make, sentence):
    with pytest.raises(InvalidParameterError, match=sentence):
        make()


def test_a_reason_is_a_frozen_value():
    reason = StopReason(StopCode.GOAL, "done")
    assert reason == StopReason(StopCode.GOAL, "done")
    assert f"{reason}" == "done"
    with pytest.raises(AttributeError):
        reason.code = StopCode.SOLVED


def test_goal_and_tolerance_watch_the_column_they_name():
    def course(name, values):
        return [Epoch(number, number, 9.0, 0.0, columns={name: value}) for number, value in enumerate(values, start=1)]

    number, reason = epoch_of_stop(Goal(0.2, of="topographic_error"), course("topographic_error", [0.5, 0.2, 0.1]))
    assert (number, str(reason)) == (2, "topographic error reached the goal 0.2")
    number, _ = epoch_of_stop(Goal(0.9, of="trustworthiness"), course("trustworthiness", [0.5, 0.8, 0.95]))
    assert number == 3  # more is better there
    rule = Tolerance(0.01, 2, of="trustworthiness")
    number, reason = epoch_of_stop(rule, course("trustworthiness", [0.5, 0.8, 0.801, 0.79, 0.95]))
    assert (number, str(reason)) == (4, "trustworthiness did not improve by more than 0.01 for 2 epochs")
