"""What every fit tells about itself: a history, a reason to stop, and nothing on the screen."""

import csv
import logging
from pathlib import Path

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from sinapsi.exceptions import InvalidParameterError
from sinapsi.history import History
from sinapsi.stopping import StopCode, StopReason
from tests.contracts.comparison import differences
from tests.contracts.instances import (
    Case,
    Problem,
    cases,
    cases_with_problems,
    first_problem,
    fitted,
    networks_as_parameters,
    solved,
)

ITERATING = cases(iterating=True)
WITH_VALIDATION = [case for case in ITERATING if "validation_fraction" in case.values[0].kind().get_params()]


@pytest.mark.parametrize(("case", "problem"), cases_with_problems())
def test_the_history_has_one_row_an_epoch(case: Case, problem: Problem) -> None:
    model = solved(case, problem)
    history = model.history_
    assert isinstance(history, History)
    assert {"epoch", "step", "loss", "seconds"} <= set(history)
    assert {len(column) for column in history.values()} == {model.n_iter_}
    assert history["epoch"].tolist() == list(range(1, model.n_iter_ + 1))
    assert history["epoch"].dtype == history["step"].dtype == np.int64
    assert (np.diff(history["step"]) >= 0).all()
    assert (np.diff(history["seconds"]) >= 0).all()
    assert np.isfinite(history["loss"]).all()
    assert (history["loss"] >= 0).all()
    assert 1 <= model.n_iter_ <= getattr(model, "max_iter", 1)


@pytest.mark.parametrize("case", cases())
def test_the_history_prints_as_a_table_and_saves_as_csv(case: Case, tmp_path: Path) -> None:
    history = solved(case).history_
    assert repr(history).split("\n")[0].split() == list(history)
    history.to_csv(tmp_path / "history.csv")
    with (tmp_path / "history.csv").open(newline="") as file:
        names, *rows = csv.reader(file)
    assert names == list(history)
    np.testing.assert_array_equal(np.array(rows, dtype=float), np.array(list(history.values())).T)


@pytest.mark.parametrize(("case", "problem"), cases_with_problems())
def test_the_reason_is_a_code_and_a_sentence(case: Case, problem: Problem) -> None:
    reason = solved(case, problem).stop_reason_
    assert isinstance(reason, StopReason)
    assert isinstance(reason.code, StopCode)
    assert str(reason) == reason.sentence
    assert len(str(reason).split()) >= 4
    assert not str(reason).endswith(".")
    with pytest.raises(AttributeError):
        reason.code = StopCode.GOAL  # type: ignore[misc]  # that it is frozen is the test


@pytest.mark.parametrize("case", [case for case in ITERATING if case.values[0].recipe.plans_all_epochs])
def test_a_budget_that_was_planned_is_no_failure(case: Case) -> None:
    problem = first_problem(case.kind)
    model = case.quick(max_iter=2, stopping=None).fit(problem.X, problem.y)
    assert model.n_iter_ == 2
    assert model.stop_reason_.code is StopCode.MAX_ITER
    assert str(model.stop_reason_) == "the budget of 2 epochs was used up"


@pytest.mark.parametrize("case", [case for case in ITERATING if not case.values[0].recipe.plans_all_epochs])
def test_a_used_up_budget_is_said_and_warned_about(case: Case) -> None:
    problem = first_problem(case.kind)
    with pytest.warns(ConvergenceWarning, match=rf"^{case.kind.__name__}: max_iter=2 was used up"):
        model = case.quick(max_iter=2, stopping=None).fit(problem.X, problem.y)
    assert model.n_iter_ == 2
    assert model.stop_reason_.code is StopCode.MAX_ITER
    assert "max_iter=2 was used up" in str(model.stop_reason_)


@pytest.mark.parametrize("case", ITERATING)
@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("max_iter(3)", StopCode.MAX_ITER),
        ("max_steps(1)", StopCode.MAX_STEPS),
        ("time_limit(1e-9)", StopCode.TIME_LIMIT),
        ("goal(1e300)", StopCode.GOAL),
        ("tolerance(1e300, 2)", StopCode.TOLERANCE),
        ("tolerance(0, 40) | max_steps(10000) | max_iter(4)", StopCode.MAX_ITER),
    ],
)
def test_a_rule_that_the_user_set_stops_without_a_warning(case: Case, rule: str, code: StopCode) -> None:
    problem = first_problem(case.kind)
    model = case.quick(max_iter=50, stopping=rule).fit(problem.X, problem.y)
    assert model.stop_reason_.code is code


@pytest.mark.parametrize("case", ITERATING)
def test_a_rule_that_could_never_hold_is_refused(case: Case) -> None:
    problem = first_problem(case.kind)
    with pytest.raises(InvalidParameterError, match=rf"'stopping' parameter of {case.kind.__name__}.*validation"):
        case.quick(stopping="patience(3)").fit(problem.X, problem.y)
    try:
        said = str(solved(case, problem, stopping="gradient_norm(1e300)").stop_reason_)
    except InvalidParameterError as error:
        said = str(error)
    assert "gradient norm fell to 1e+300 or below" in said or "asks for a gradient norm, which this way of" in said


@pytest.mark.parametrize("case", WITH_VALIDATION)
@pytest.mark.parametrize("way", ["fraction", "given"])
def test_validation_data_bring_their_columns_and_patience(case: Case, way: str) -> None:
    problem = first_problem(case.kind)
    given = {"X_val": problem.X[:20], "y_val": problem.y[:20]} if way == "given" else {}
    fraction = 0.0 if given else 0.25
    model = case.quick(max_iter=500, validation_fraction=fraction, stopping="patience(2)")
    fitted(model, problem.X, problem.y, **given)
    history = model.history_
    assert case.validation_columns == {column for column in history if column.startswith("validation")}
    assert np.isfinite(history["validation_loss"]).all()
    if model.stop_reason_.code is StopCode.PATIENCE:
        assert str(model.stop_reason_) == "validation loss did not improve for 2 epochs"
        assert history["validation_loss"].argmin() == len(history["epoch"]) - 3
    else:
        assert model.stop_reason_.code in (StopCode.MAX_ITER, StopCode.TOLERANCE, StopCode.ALL_CORRECT)


@pytest.mark.parametrize("case", WITH_VALIDATION)
def test_the_best_weights_by_validation_are_kept(case: Case) -> None:
    problem = first_problem(case.kind)
    model = case.quick(max_iter=30, stopping="patience(5)")
    fitted(model, problem.X[20:], problem.y[20:], X_val=problem.X[:20], y_val=problem.y[:20])
    history = model.history_
    column, measured = case.judged(model, problem.X[:20], problem.y[:20])
    assert measured == pytest.approx(history[column][history["validation_loss"].argmin()], rel=1e-12)


@pytest.mark.parametrize("case", WITH_VALIDATION)
def test_patience_is_the_rule_where_there_are_validation_data(case: Case) -> None:
    problem = first_problem(case.kind)
    histories = [
        solved(case, problem, max_iter=300, validation_fraction=0.25, stopping=stopping).history_
        for stopping in (None, "patience(10)")
    ]
    assert differences(*({**history, "seconds": None} for history in histories)) == []


@pytest.mark.parametrize("case", cases())
@pytest.mark.parametrize("verbose", [0, 1, 2, True])
def test_nothing_is_printed_where_there_is_no_terminal(
    case: Case, verbose: int, capfd: pytest.CaptureFixture[str]
) -> None:
    solved(case, verbose=verbose)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("case", networks_as_parameters())
def test_the_log_tells_why_a_fit_stopped(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="sinapsi"):
        model = solved(case)
    *of_layers, own = caplog.messages
    assert {record.name for record in caplog.records} == {"sinapsi"}
    assert own == f"{case.kind.__name__} stopped: {model.stop_reason_}"
    assert len(of_layers) == len(getattr(model, "pretraining_history_", ()))  # which are trained one after another
