"""The monitor of a fit: what it records, when it ends the fit, which state it leaves, and what it says."""

import logging

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from sinapsi.history import History
from sinapsi.monitor import FitMonitor
from sinapsi.stopping import Goal, MaxIter, Patience, StopCode, TimeLimit, Tolerance


def run(losses, *, validation=None, criteria=(), max_iter=100, state=None, interrupt_in=None, **parameters):
    """A fit whose state in epoch i is full of i, and whose losses are given."""
    state = np.zeros(3) if state is None else state
    values = iter(validation or ())
    monitor = FitMonitor(
        "Learner",
        max_iter=max_iter,
        criteria=criteria,
        state=[state],
        validate=(lambda: {"validation_loss": next(values)}) if validation else None,
        **parameters,
    )
    with monitor:
        for epoch in monitor.epochs():
            state[...] = epoch
            if epoch == interrupt_in:
                raise KeyboardInterrupt
            monitor.record(loss=losses[epoch - 1], n_steps=5, learning_rate=0.1 / epoch)
    return monitor, state


class TestRecord:
    def test_columns(self):
        monitor, _ = run([0.5, 0.4, 0.3], validation=[0.9, 0.8, 0.7], criteria=[MaxIter(3)])
        h = monitor.history
        assert list(h) == ["epoch", "step", "loss", "validation_loss", "learning_rate", "seconds"]
        assert h["epoch"].tolist() == [1, 2, 3]
        assert h["step"].tolist() == [5, 10, 15]
        assert h["epoch"].dtype.kind == h["step"].dtype.kind == "i"
        assert h["validation_loss"].tolist() == [0.9, 0.8, 0.7]
        assert (np.diff(h["seconds"]) >= 0).all()
        assert monitor.n_epochs == 3

    def test_the_gradient_norm_is_a_column_and_asked_for_by_rules(self):
        with FitMonitor("Learner", max_iter=9, criteria=[MaxIter(2)]) as monitor:
            for _ in monitor.epochs():
                monitor.record(loss=1.0, n_steps=1, gradient_norm=0.25)
        assert monitor.history["gradient_norm"].tolist() == [0.25, 0.25]

    def test_a_continued_history_goes_on_counting(self):
        first, _ = run([0.5, 0.4], criteria=[MaxIter(2)])
        second, _ = run([0.3], validation=[0.9], criteria=[MaxIter(1)], previous=first.history)
        h = second.history
        assert h["epoch"].tolist() == [1, 2, 3]
        assert h["step"].tolist() == [5, 10, 15]
        assert h["loss"].tolist() == [0.5, 0.4, 0.3]
        np.testing.assert_array_equal(h["validation_loss"], [np.nan, np.nan, 0.9])
        assert h["seconds"][2] >= h["seconds"][1]
        assert second.n_epochs == 1  # of its own fit

    def test_nothing_recorded_leaves_the_history_as_it_was(self):
        before = History({"epoch": [1], "step": [1], "loss": [0.5], "seconds": [0.1]})
        monitor = FitMonitor("Learner", max_iter=0, previous=before)
        with monitor:
            pass
        assert monitor.history["epoch"].tolist() == [1]


class TestEnd:
    def test_the_first_rule_that_holds_gives_the_reason(self):
        monitor, state = run([1.0, 0.2, 0.1], criteria=[TimeLimit(1000), Goal(0.5), MaxIter(2)])
        assert monitor.reason.code is StopCode.GOAL
        assert state.tolist() == [2, 2, 2]

    def test_the_budget_warns_with_the_advice_of_the_learner(self):
        with pytest.warns(ConvergenceWarning) as caught:
            monitor, _ = run([1.0] * 3, max_iter=3, advice="Try harder.")
        assert [str(warning.message) for warning in caught] == [
            "Learner: max_iter=3 was used up before another stopping rule held. Try harder."
        ]
        assert monitor.reason.code is StopCode.MAX_ITER

    def test_a_rule_that_holds_in_the_last_epoch_comes_before_the_budget(self):
        monitor, _ = run([1.0, 0.1], criteria=[Goal(0.5)], max_iter=2)
        assert monitor.reason.code is StopCode.GOAL

    def test_a_learner_may_have_a_reason_of_its_own(self):
        with FitMonitor("Learner", max_iter=9) as monitor:
            for epoch in monitor.epochs():
                monitor.record(loss=0.0, n_steps=0)
                if epoch == 2:
                    monitor.stop(StopCode.ALL_CORRECT, "nothing left to do")
        assert str(monitor.reason) == "nothing left to do"
        assert monitor.n_epochs == 2

    def test_no_epochs_are_asked_for(self):
        monitor, state = run([], max_iter=0)
        assert (monitor.n_epochs, state.tolist()) == (0, [0, 0, 0])
        assert str(monitor.reason) == "max_iter=0: the starting weights were set up and not changed"

    def test_the_reason_is_not_known_before_the_end(self):
        monitor = FitMonitor("Learner", max_iter=3)
        with pytest.raises(RuntimeError, match="has not ended"):
            _ = monitor.reason

    def test_it_is_logged_and_not_printed(self, caplog, capsys):
        with caplog.at_level(logging.INFO, logger="sinapsi"):
            run([1.0, 0.1], criteria=[Goal(0.5)])
        assert caplog.messages == ["Learner stopped: training loss reached the goal 0.5"]
        assert capsys.readouterr() == ("", "")


class TestState:
    def test_without_patience_it_is_the_last(self):
        _, state = run([0.5, 0.4, 0.6], validation=[0.3, 0.1, 0.2], criteria=[MaxIter(3)])
        assert state.tolist() == [3, 3, 3]

    def test_with_patience_it_is_the_first_of_the_lowest_validation_loss(self):
        monitor, state = run([0.9] * 6, validation=[0.5, 0.2, 0.3, 0.2, 0.4], criteria=[Patience(3)])
        assert monitor.reason.code is StopCode.PATIENCE
        assert monitor.n_epochs == 5
        assert state.tolist() == [2, 2, 2]

    def test_also_when_another_rule_ends_the_fit(self):
        _, state = run([0.9, 0.8, 0.1], validation=[0.5, 0.2, 0.3], criteria=[Patience(3), Goal(0.2)])
        assert state.tolist() == [2, 2, 2]

    def test_arrays_are_restored_in_place(self):
        state = np.zeros(3)
        view = state[:2]
        run([0.9] * 9, validation=[0.1, 0.5], criteria=[Patience(1)], state=state)
        assert view.tolist() == [1, 1]

    def test_but_when_all_is_correct_it_is_the_last_of_which_the_reason_speaks(self):
        state, losses = np.zeros(1), iter([0.1, 0.5])
        validate = lambda: {"validation_loss": next(losses)}  # noqa: E731  -- a name for the reader
        with FitMonitor("Learner", max_iter=9, criteria=[Patience()], state=[state], validate=validate) as monitor:
            for epoch in monitor.epochs():
                state[...] = epoch
                monitor.record(loss=1.0, n_steps=1)
                if epoch == 2:
                    monitor.stop(StopCode.ALL_CORRECT, "nothing left to do")
        assert state.tolist() == [2]


class TestDivergence:
    @pytest.mark.parametrize("loss", [np.nan, np.inf])
    def test_an_infinite_loss_ends_the_fit_with_the_state_of_the_lowest_loss(self, loss):
        """The loss of an epoch is met on the way, so it speaks for the weights that the epoch began with."""
        with pytest.warns(ConvergenceWarning, match=r"Learner: .*Lower learning_rate, or standardize X"):
            monitor, state = run([1.0, 0.5, 0.7, loss])
        assert monitor.reason.code is StopCode.DIVERGED
        assert str(monitor.reason) == f"the training loss became {loss:g} in epoch 4; the weights of epoch 1 were kept"
        assert state.tolist() == [1, 1, 1]
        np.testing.assert_array_equal(monitor.history["loss"], [1.0, 0.5, 0.7, loss])  # the run away is on record
        assert np.isfinite(monitor.history["learning_rate"]).all()

    def test_in_the_first_epoch_the_initial_state_is_kept(self):
        with pytest.warns(ConvergenceWarning, match="the initial weights were kept"):
            _, state = run([np.nan])
        assert state.tolist() == [0, 0, 0]

    def test_infinite_weights_are_seen_behind_a_finite_loss(self):
        state = np.zeros(2)

        def fit():
            with FitMonitor("Learner", max_iter=9, state=[state]) as monitor:
                for epoch in monitor.epochs():
                    state[...] = [epoch, np.inf if epoch == 2 else epoch]
                    monitor.record(loss=1.0, n_steps=1)

        with pytest.warns(ConvergenceWarning, match="weights became infinite in epoch 2"):
            fit()
        assert np.isfinite(state).all()

    def test_the_best_of_validation_is_kept_where_patience_was_asked_for(self):
        with pytest.warns(ConvergenceWarning, match="the weights with the best validation loss, of epoch 2, were kept"):
            _, state = run([1.0, 0.5, 0.4, np.nan], validation=[0.5, 0.2, 0.9], criteria=[Patience(3)])
        assert state.tolist() == [2, 2, 2]

    def test_an_infinite_validation_loss_is_a_divergence(self):
        with pytest.warns(ConvergenceWarning, match="the validation loss became nan in epoch 3"):
            monitor, state = run([0.9, 0.8, 0.7], validation=[0.5, 0.4, np.nan], criteria=[Patience(9)])
        assert monitor.reason.code is StopCode.DIVERGED
        assert state.tolist() == [2, 2, 2]

    @pytest.mark.parametrize("rule", [Tolerance(n_epochs=10), MaxIter(15)])
    def test_a_loss_that_only_grew_is_a_divergence_and_no_success_of_a_rule(self, rule):
        losses = [2.0**epoch for epoch in range(20)]
        with pytest.warns(ConvergenceWarning, match="the training loss rose from 1 to"):
            monitor, state = run(losses, criteria=[rule], ordinary_loss=1.0)
        assert monitor.reason.code is StopCode.DIVERGED
        assert state.tolist() == [0, 0, 0]

    def test_a_loss_that_rose_from_near_zero_to_an_ordinary_one_is_none(self):
        monitor, state = run([1e-9, 0.5, 0.4, 0.4, 0.4], criteria=[MaxIter(5)], ordinary_loss=1.0)
        assert monitor.reason.code is StopCode.MAX_ITER
        assert state.tolist() == [5, 5, 5]


class TestInterruption:
    def test_ctrl_c_keeps_the_last_whole_epoch_and_warns(self):
        with pytest.warns(ConvergenceWarning, match="Fit again with warm_start=True to go on from there"):
            monitor, state = run([0.5] * 9, interrupt_in=4)
        assert monitor.reason.code is StopCode.INTERRUPTED
        assert str(monitor.reason) == "interrupted in epoch 4; the weights of epoch 3 were kept"
        assert state.tolist() == [3, 3, 3]
        assert monitor.n_epochs == 3

    def test_or_the_best_of_validation(self):
        with pytest.warns(ConvergenceWarning, match="the weights with the best validation loss, of epoch 2, were kept"):
            _, state = run([0.5] * 9, validation=[0.5, 0.1, 0.4], criteria=[Patience(9)], interrupt_in=4)
        assert state.tolist() == [2, 2, 2]

    def test_in_the_first_epoch(self):
        with pytest.warns(ConvergenceWarning) as caught:
            monitor, state = run([0.5] * 9, interrupt_in=1)
        assert len(caught) == 1
        assert state.tolist() == [0, 0, 0]
        assert str(monitor.reason) == "interrupted in epoch 1; the initial weights were kept"

    def test_other_errors_come_through(self):
        monitor = FitMonitor("Learner", max_iter=9)
        with pytest.raises(ZeroDivisionError), monitor:
            raise ZeroDivisionError
        assert monitor.stop_reason is None


def test_the_progress_bar_is_silent_when_the_output_is_no_terminal(capsys):
    run([1.0, 0.1], criteria=[Goal(0.5)], verbose=1)
    assert capsys.readouterr() == ("", "")
