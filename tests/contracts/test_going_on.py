"""``warm_start`` and ``partial_fit`` go on from what was learned."""

from typing import Any

import numpy as np
import pytest
from sklearn.base import is_classifier

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from tests.contracts.comparison import differences, fitted_arrays, without_clock
from tests.contracts.instances import (
    Case,
    Problem,
    answer_of,
    cases,
    cases_with_problems,
    first_problem,
    fitted,
    solved,
)

ITERATING = cases(iterating=True)
BY_STEPS = [case for case in cases_with_problems() if hasattr(case.values[0].whole(), "partial_fit")]
IN_EPOCHS = [case for case in BY_STEPS if case.values[0].variant.iterates]  # recursive least squares makes one pass
CLASSIFYING_BY_STEPS = [
    case for case in cases() if is_classifier(case.values[0].whole()) and hasattr(case.values[0].whole(), "partial_fit")
]
WARM = [case for case in cases() if "warm_start" in case.values[0].kind().get_params()]


def partial_fitted(model: Any, problem: Problem, rows: slice = slice(None)) -> Any:
    classes = {} if not is_classifier(model) else {"classes": np.unique(problem.y) if problem.y.ndim == 1 else [0, 1]}
    return model.partial_fit(problem.X[rows], problem.y[rows], **classes)


@pytest.mark.parametrize("case", ITERATING)
def test_a_warm_start_goes_on(case: Case) -> None:
    problem = first_problem(case.kind)
    first = fitted(case.quick(max_iter=3, stopping="max_iter(3)", warm_start=True), problem.X, problem.y)
    n_steps, after_three = int(first.history_["step"][-1]), first.history_["loss"].copy()
    fitted(first, problem.X, problem.y)
    assert first.n_iter_ == 3
    assert first.history_["epoch"].tolist() == [1, 2, 3, 4, 5, 6]
    assert first.history_["loss"][:3].tolist() == after_three.tolist()
    assert (np.diff(first.history_["seconds"]) >= 0).all()
    if "learning_rate" in first.history_:
        assert first.history_["step"][-1] > n_steps
    assert abs(first.history_["loss"][3] - after_three[-1]) < 0.5 * abs(after_three[0] - after_three[-1]) + 0.3


@pytest.mark.parametrize("case", [case for case in ITERATING if not case.id.endswith(("lbfgs", "bayesian"))])
def test_twice_three_epochs_are_six(case: Case) -> None:
    """The order, the schedule and the solver's memory go on.

    Only L-BFGS begins its memory anew, and "bayesian" ends each fit with the precisions that its weights call for.
    """
    problem = first_problem(case.kind)
    in_two = fitted(case.quick(max_iter=3, stopping="max_iter(3)", warm_start=True), problem.X, problem.y)
    fitted(in_two, problem.X, problem.y)
    in_one = fitted(case.quick(max_iter=6, stopping="max_iter(6)"), problem.X, problem.y)
    assert differences(fitted_arrays(in_two), fitted_arrays(in_one)) == []


@pytest.mark.parametrize("case", cases())
def test_without_warm_start_a_fit_begins_anew(case: Case) -> None:
    problem = first_problem(case.kind)
    model = solved(case, problem)
    learned_once = without_clock(model)
    fitted(model, problem.X, problem.y)
    assert differences(learned_once, without_clock(model)) == []


@pytest.mark.parametrize("case", cases())
def test_without_warm_start_other_data_may_come(case: Case) -> None:
    problem = first_problem(case.kind)
    model = solved(case, problem)
    fitted(model, problem.X[:, :2], problem.y)
    assert model.n_features_in_ == 2
    assert answer_of(model, problem.X[:, :2]).shape == case.shape_of_answers(problem.X[:, :2], problem.y)


@pytest.mark.parametrize("case", ITERATING)
def test_a_warm_start_with_other_columns_is_refused(case: Case) -> None:
    problem = first_problem(case.kind)
    model = solved(case, problem, warm_start=True)
    with pytest.raises(InvalidInputError, match=rf"X has 2 features, but {case.kind.__name__} is expecting 4 features"):
        model.fit(problem.X[:, :2], problem.y)


@pytest.mark.parametrize("case", [case for case in ITERATING if is_classifier(case.values[0].kind())])
def test_a_warm_start_with_other_classes_is_refused(case: Case) -> None:
    problem = first_problem(case.kind)
    model = solved(case, problem, warm_start=True)
    with pytest.raises(InvalidInputError, match=r"y holds labels that are none of the classes seen before: 'dog'"):
        model.fit(problem.X, np.where(problem.y == "cat", "dog", problem.y))


@pytest.mark.parametrize("case", [case for case in ITERATING if is_classifier(case.values[0].kind())])
def test_a_warm_start_need_not_see_every_class_again(case: Case) -> None:
    problem = first_problem(case.kind)
    model = solved(case, problem, warm_start=True)
    fitted(model, problem.X[problem.y != "cat"], problem.y[problem.y != "cat"])
    assert model.classes_.tolist() == ["ant", "bee", "cat"]


@pytest.mark.parametrize(("case", "problem"), BY_STEPS)
def test_partial_fit_is_one_pass(case: Case, problem: Problem) -> None:
    if case.variant.parameters.get("rule") == "perceptron":
        pytest.skip("a memory more is stored when it is stable, after as many passes as that takes")
    model = partial_fitted(case.quick(), problem)
    assert model.n_iter_ == 1
    assert model.history_["epoch"].tolist() == [1]
    partial_fitted(model, problem)
    assert model.n_iter_ == 1
    assert model.history_["epoch"].tolist() == [1, 2]


@pytest.mark.parametrize(("case", "problem"), IN_EPOCHS)
def test_passes_of_partial_fit_are_epochs_of_fit(case: Case, problem: Problem) -> None:
    in_parts = case.quick()
    for _ in range(4):
        partial_fitted(in_parts, problem)
    whole = fitted(case.quick(max_iter=4, stopping="max_iter(4)"), problem.X, problem.y)
    assert differences(fitted_arrays(in_parts), fitted_arrays(whole)) == []


@pytest.mark.parametrize(("case", "problem"), BY_STEPS)
def test_data_may_come_in_parts(case: Case, problem: Problem) -> None:
    model = case.quick()
    for start in range(0, 60, 20):
        partial_fitted(model, problem, slice(start, start + 20))
    assert answer_of(model, problem.X).shape == case.shape_of_answers(problem.X, problem.y)


@pytest.mark.parametrize("case", CLASSIFYING_BY_STEPS)
def test_the_first_part_needs_all_classes(case: Case) -> None:
    problem = first_problem(case.kind)
    with pytest.raises(InvalidInputError, match=r"classes must be passed on the first call to partial_fit: all labels"):
        case.quick().partial_fit(problem.X, problem.y)
    one_class = np.full(60, "ant")
    model = case.quick().partial_fit(problem.X, one_class, classes=["ant", "bee", "cat"])
    assert model.classes_.tolist() == ["ant", "bee", "cat"]
    with pytest.raises(InvalidInputError, match=r"labels that are none of the classes seen before: 'dog'"):
        model.partial_fit(problem.X, np.full(60, "dog"))
    with pytest.raises(InvalidParameterError, match=r"class_weight='balanced' is not supported by partial_fit.*dict"):
        case.quick(class_weight="balanced").partial_fit(problem.X, problem.y, classes=["ant", "bee", "cat"])


@pytest.mark.parametrize("case", CLASSIFYING_BY_STEPS)
def test_a_part_may_lack_classes_that_weigh(case: Case) -> None:
    problem = first_problem(case.kind)
    model = case.quick(class_weight={"ant": 2.0, "cat": 0.5})
    model.partial_fit(problem.X[problem.y != "cat"], problem.y[problem.y != "cat"], classes=["ant", "bee", "cat"])
    model.partial_fit(problem.X[problem.y == "cat"], problem.y[problem.y == "cat"])
    assert set(model.predict(problem.X)) <= {"ant", "bee", "cat"}


@pytest.mark.parametrize("case", [case for case in CLASSIFYING_BY_STEPS if case in WARM])
def test_a_warm_start_may_lack_classes_that_weigh(case: Case) -> None:
    problem = first_problem(case.kind)
    model = solved(case, problem, class_weight={"ant": 2.0, "cat": 0.5}, warm_start=True)
    fitted(model, problem.X[problem.y != "cat"], problem.y[problem.y != "cat"])
    assert model.classes_.tolist() == ["ant", "bee", "cat"]


@pytest.mark.parametrize("case", cases())
def test_partial_fit_is_there_or_not_at_all(case: Case) -> None:
    """Absent means absent: ``hasattr`` is false, and the error names the method."""
    model = case.quick()
    if not hasattr(model, "partial_fit"):
        with pytest.raises(AttributeError, match="partial_fit"):
            model.partial_fit([[0.0]], [0])
