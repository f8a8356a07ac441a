"""Ctrl-C and divergence leave a usable model that says what happened."""

from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import has_fit_parameter

from sinapsi.exceptions import InvalidInputError
from sinapsi.monitor import FitMonitor
from sinapsi.stopping import StopCode
from tests.contracts.comparison import answers, differences, fitted_arrays
from tests.contracts.instances import Case, cases, first_problem, fitted, networks_as_parameters

ITERATING = cases(iterating=True)
WATCHED = [case for case in ITERATING if has_fit_parameter(case.values[0].kind, "X_val")]
PRETRAINED = [
    case
    for case in ITERATING
    if "pretraining_max_iter" in case.values[0].kind().get_params()
    and getattr(case.values[0].whole(), "pretraining", "rbm") is not None
]
DIVERGING = [case for case in networks_as_parameters() if case.values[0].recipe.diverging is not None]
RESTARTING = [
    case for case in networks_as_parameters() if {"n_init", "max_iter"} <= set(case.values[0].kind().get_params())
]


def press_ctrl_c(monkeypatch: pytest.MonkeyPatch, epoch: int, of: str | None) -> None:
    """Once, when an epoch of ``of``, or of any network, is about to be recorded: its weights have moved already."""
    record = FitMonitor.record
    n_calls = 0

    def record_or_interrupt(self: FitMonitor, **columns: Any) -> bool:
        nonlocal n_calls
        n_calls += of in (None, self._title)  # layers that are trained beforehand have names of their own
        if n_calls == epoch:
            n_calls += 1
            raise KeyboardInterrupt
        return record(self, **columns)

    monkeypatch.setattr(FitMonitor, "record", record_or_interrupt)


def assert_usable(model: Any, X: Any) -> None:
    assert all(np.isfinite(array).all() for array in fitted_arrays(model).values())
    for said in answers(model, X).values():
        assert said.dtype.kind != "f" or not np.isnan(said).any()


@pytest.mark.parametrize("case", ITERATING)
def test_ctrl_c_keeps_the_last_whole_epoch(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = first_problem(case.kind)
    two_epochs = fitted(case.quick(max_iter=2), problem.X, problem.y)
    press_ctrl_c(monkeypatch, epoch=3, of=case.kind.__name__)
    with pytest.warns(ConvergenceWarning, match=rf"^{case.kind.__name__}: interrupted in epoch 3.*warm_start=True"):
        model = case.quick(max_iter=50).fit(problem.X, problem.y)
    assert model.stop_reason_.code is StopCode.INTERRUPTED
    assert str(model.stop_reason_) == "interrupted in epoch 3; the weights of epoch 2 were kept"
    assert model.n_iter_ == 2
    assert model.history_["epoch"].tolist() == [1, 2]
    assert differences(fitted_arrays(model), fitted_arrays(two_epochs)) == []
    assert_usable(model, problem.X)


@pytest.mark.parametrize("case", ITERATING)
def test_ctrl_c_in_the_first_epoch_keeps_the_start(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = first_problem(case.kind)
    press_ctrl_c(monkeypatch, epoch=1, of=case.kind.__name__)
    with pytest.warns(ConvergenceWarning, match=r"interrupted in epoch 1"):
        model = case.quick(max_iter=50).fit(problem.X, problem.y)
    assert model.stop_reason_.code is StopCode.INTERRUPTED
    assert "initial" in str(model.stop_reason_) or "epoch 0" not in str(model.stop_reason_)
    assert_usable(model, problem.X)


@pytest.mark.parametrize("case", WATCHED)
def test_ctrl_c_keeps_the_best_by_validation(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = first_problem(case.kind)
    press_ctrl_c(monkeypatch, epoch=3, of=case.kind.__name__)
    with pytest.warns(ConvergenceWarning, match=r"interrupted in epoch 3; the weights with the best validation loss"):
        model = case.quick(max_iter=50, stopping="patience(10)").fit(
            problem.X[20:], problem.y[20:], X_val=problem.X[:20], y_val=problem.y[:20]
        )
    column, measured = case.judged(model, problem.X[:20], problem.y[:20])
    best = model.history_["validation_loss"].argmin()
    assert measured == pytest.approx(model.history_[column][best], rel=1e-12)


@pytest.mark.parametrize("case", ITERATING)
def test_an_interrupted_fit_goes_on_when_asked(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = first_problem(case.kind)
    model = case.quick(max_iter=3, stopping="max_iter(3)", warm_start=True)
    with monkeypatch.context() as patch:
        press_ctrl_c(patch, epoch=3, of=case.kind.__name__)
        with pytest.warns(ConvergenceWarning, match="interrupted"):
            model.fit(problem.X, problem.y)
    fitted(model, problem.X, problem.y)
    assert model.stop_reason_.code is StopCode.MAX_ITER
    assert model.history_["epoch"].tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("case", PRETRAINED)
@pytest.mark.parametrize("epoch", [1, 5])  # of the first layer and of the second, three each
def test_ctrl_c_in_pretraining_leaves_a_network_that_can_go_on(
    case: Case, epoch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = first_problem(case.kind)
    with monkeypatch.context() as patch:
        press_ctrl_c(patch, epoch, of=None)
        with pytest.warns(ConvergenceWarning, match="interrupted") as warned:
            model = case.quick(warm_start=True).fit(problem.X, problem.y)
    assert any(str(warning.message).startswith(f"{case.kind.__name__}: {model.stop_reason_}") for warning in warned)
    assert model.stop_reason_.code is StopCode.INTERRUPTED
    assert f"layer {1 + epoch // 4}" in str(model.stop_reason_)
    assert model.n_iter_ == 0
    assert_usable(model, problem.X)
    fitted(model, problem.X, problem.y)
    assert model.stop_reason_.code is StopCode.MAX_ITER
    assert model.history_["epoch"].tolist() == [1, 2, 3, 4, 5, 6]
    assert_usable(model, problem.X)


@pytest.mark.parametrize("case", RESTARTING)
def test_ctrl_c_ends_all_restarts(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """One Ctrl-C is enough: no further start begins, and the reason says so."""
    problem = first_problem(case.kind)
    press_ctrl_c(
        monkeypatch, epoch=8, of=case.kind.__name__
    )  # all start side by side, and the second epoch of the last is not noted
    with pytest.warns(ConvergenceWarning) as warned:
        model = case.quick(max_iter=5, n_init=4).fit(problem.X, problem.y)
    assert model.stop_reason_.code is StopCode.INTERRUPTED
    assert [str(warning.message).split(";")[0] for warning in warned] == [
        f"{case.kind.__name__}: interrupted after 0 of 4 starts"
    ]
    assert model.n_iter_ in (1, 2)
    assert_usable(model, problem.X)


@pytest.mark.parametrize("case", ITERATING)
def test_other_errors_pass_through(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: FitMonitor, **columns: Any) -> bool:
        raise ZeroDivisionError("in a learner")

    monkeypatch.setattr(FitMonitor, "record", fail)
    problem = first_problem(case.kind)
    with pytest.raises(ZeroDivisionError, match="in a learner"):
        case.quick().fit(problem.X, problem.y)


@pytest.mark.parametrize("case", DIVERGING)
def test_divergence_keeps_finite_weights_and_says_what_diverged(case: Case) -> None:
    problem = first_problem(case.kind)
    X = case.recipe.diverging_scale * problem.X
    with pytest.warns(ConvergenceWarning) as warned:
        model = case.quick(**(case.recipe.diverging or {})).fit(X, problem.y)
    messages = [str(warning.message) for warning in warned]
    assert model.stop_reason_.code is StopCode.DIVERGED, str(model.stop_reason_)
    said = str(model.stop_reason_)
    assert "training loss became" in said or "weights became" in said or "training loss rose" in said
    assert "kept" in said
    way_out = f"Lower learning_rate, or {case.recipe.cure}."
    assert f"{case.kind.__name__}: {said}. {way_out}" in messages
    assert_usable(model, problem.X)
    assert np.isfinite(model.history_["loss"][:-1]).all()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("case", cases())
def test_huge_inputs_leave_finite_weights_or_are_refused(case: Case) -> None:
    problem = first_problem(case.kind)
    model = case.quick(max_iter=20)
    try:
        model.fit(1e200 * problem.X, problem.y)
    except InvalidInputError as error:
        said = str(error)
    else:
        said = ""
        assert_usable(model, problem.X)
        assert np.isfinite(model.history_["loss"][:-1]).all()
    assert not said or ("exceed the range of float64" in said and "rescale" in said)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("case", ITERATING)
def test_divergence_in_single_precision_leaves_finite_weights(case: Case) -> None:
    problem = first_problem(case.kind)
    model = case.quick(max_iter=20)
    try:
        model.fit((1e30 * problem.X).astype(np.float32), problem.y)
    except InvalidInputError as error:
        said = str(error)
    else:
        said = ""
        assert_usable(model, problem.X.astype(np.float32))
    assert not said or "exceed the range of float32" in said
