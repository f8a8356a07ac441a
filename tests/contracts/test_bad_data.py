"""Bad data are refused with the expectation, the fact and the way out; what is merely odd is learned from."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import is_classifier, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.utils import get_tags
from sklearn.utils.validation import has_fit_parameter

from sinapsi.exceptions import InvalidInputError, SinapsiError
from tests.contracts.comparison import METHODS, answers, differences, learned
from tests.contracts.instances import Case, answer_of, cases, first_problem, fitted, networks_as_parameters, solved

NETWORKS = networks_as_parameters()
CLASSIFIERS = [case for case in NETWORKS if is_classifier(case.values[0].kind())]
SUPERVISED = [case for case in NETWORKS if get_tags(case.values[0].kind()).target_tags.required]
REGRESSORS = [case for case in NETWORKS if is_regressor(case.values[0].kind())]
WEIGHTED = [case for case in NETWORKS if has_fit_parameter(case.values[0].kind, "sample_weight")]


def with_one(X: Any, value: float) -> Any:
    spoiled = X.copy()
    spoiled[3, 1] = value
    return spoiled


X = first_problem(NETWORKS[0].values[0].kind).X
NAN = "Drop the rows with missing values or fill them, for example with sklearn.impute.SimpleImputer."
MISSING = r"^Input X contains NaN"
INFINITE = "Replace infinite values, or rescale the column that holds them."
BAD_INPUTS: list[Any] = [  # name, X, scikit-learn's sentence or our fact, our way out
    ("empty", np.empty((0, 4)), r"Found array with 0 sample\(s\) \(shape=\(0, 4\)\)", "Pass at least one row."),
    ("no-columns", np.empty((60, 0)), r"0 feature\(s\) \(shape=\(60, 0\)\)", "Pass at least one column."),
    ("nan", with_one(X, np.nan), MISSING, NAN),
    ("nan-float32", with_one(X, np.nan).astype(np.float32), MISSING, NAN),
    ("infinite", with_one(X, np.inf), r"^Input X contains infinity or a value too large for dtype", INFINITE),
    ("minus-infinite", with_one(X, -np.inf), r"^Input X contains infinity or a value too large for dtype", INFINITE),
    ("texts", [*X.tolist()[:-1], ["a", "b", "c", "d"]], r"could not convert string to float: 'a'",
     "Encode text columns as numbers first, for example with sklearn.preprocessing.OneHotEncoder."),
    ("texts-in-a-frame", pd.DataFrame(X, columns=list("abcd")).assign(d="red"),
     r"could not convert string to float: 'red'", "Encode text columns as numbers first"),
    ("ragged", [[1.0, 2.0], *[[1.0]] * 59], r"inhomogeneous shape", "Give every row the same number of columns."),
    ("one-axis", X[:, 0], r"Expected 2D array, got 1D array instead", "Reshape your data"),
    ("three-axes", X.reshape(60, 2, 2), r"Found array with dim 3", "Pass a table: one row an example."),
    ("complex", X + 1j, r"Complex data not supported", "Pass real and imaginary parts as columns of their own."),
    ("a-number", 3.0, r"Expected 2D array, got scalar array instead", "Reshape your data"),
]  # fmt: skip


def takes_missing_values(case: Case) -> bool:
    return bool(get_tags(case.kind()).input_tags.allow_nan)


def parameters_of(table: list[Any]) -> list[Any]:
    return [pytest.param(*row[1:], id=row[0]) for row in table]


def refusal(model: Any, *data: Any, **arguments: Any) -> str:
    with pytest.raises(InvalidInputError) as raised:
        model.fit(*data, **arguments)
    assert isinstance(raised.value, ValueError)
    assert isinstance(raised.value, SinapsiError)
    return str(raised.value)


@pytest.mark.parametrize(("inputs", "fact", "way_out"), parameters_of(BAD_INPUTS))
@pytest.mark.parametrize("case", NETWORKS)
def test_inputs_that_cannot_be_learned_from(case: Case, inputs: Any, fact: str, way_out: str) -> None:
    if fact == MISSING and takes_missing_values(case):
        pytest.skip("missing values are learned from")
    y = first_problem(case.kind).y
    with pytest.raises(InvalidInputError, match=fact) as raised:
        case.quick().fit(inputs, y)
    assert way_out in str(raised.value)


@pytest.mark.filterwarnings("ignore:X has feature names")
@pytest.mark.parametrize(("inputs", "fact", "way_out"), parameters_of(BAD_INPUTS[2:]))
@pytest.mark.parametrize("case", NETWORKS)
def test_inputs_that_cannot_be_answered(case: Case, inputs: Any, fact: str, way_out: str) -> None:
    if fact == MISSING and takes_missing_values(case):
        pytest.skip("rows with missing values are answered for")
    model = solved(case)
    for method in (method for method in METHODS if hasattr(model, method)):
        with pytest.raises(InvalidInputError) as raised:
            getattr(model, method)(inputs)
        said = str(raised.value)
        assert way_out in said or "Pass the columns seen in fit, in their order." in said


@pytest.mark.parametrize("case", NETWORKS)
def test_columns_are_as_many_as_in_fit(case: Case) -> None:
    model = solved(case)
    for method in (method for method in METHODS if hasattr(model, method)):
        with pytest.raises(InvalidInputError) as raised:
            getattr(model, method)(X[:, :3])
        assert str(raised.value) == (
            f"X has 3 features, but {case.kind.__name__} is expecting 4 features as input. "
            "Pass the columns seen in fit, in their order."
        )


@pytest.mark.parametrize(
    "changed",
    [
        lambda frame: frame.rename(columns=str.title),
        lambda frame: frame[["height", "width", "depth", "weight"]],
        lambda frame: frame.drop(columns="depth"),
        lambda frame: frame.assign(age=0.0),
    ],
    ids=["renamed", "in-another-order", "one-missing", "one-more"],
)
@pytest.mark.parametrize("case", NETWORKS)
def test_columns_are_called_as_in_fit(case: Case, changed: Any) -> None:
    frame = pd.DataFrame(X, columns=["width", "height", "depth", "weight"])
    model = fitted(case.quick(), frame, first_problem(case.kind).y)
    with pytest.raises(InvalidInputError) as raised:
        answer_of(model, changed(frame))
    assert str(raised.value).startswith("The feature names should match those that were passed during fit.")
    assert str(raised.value).endswith("Pass the columns seen in fit, under their names and in their order.")


@pytest.mark.parametrize("case", NETWORKS)
def test_nothing_is_answered_before_fit(case: Case) -> None:
    model = case.quick()
    for method in (method for method in METHODS if hasattr(model, method)):
        with pytest.raises(NotFittedError, match=rf"This {case.kind.__name__} instance is not fitted yet. Call 'fit'"):
            getattr(model, method)(X)


@pytest.mark.parametrize("case", SUPERVISED)
def test_answers_are_wanted(case: Case) -> None:
    said = refusal(case.quick(), X, None)
    assert said.startswith("requires y to be passed, but the target y is None.")
    assert said.endswith("call fit(X, y).")


@pytest.mark.parametrize("case", SUPERVISED)
def test_one_answer_an_example(case: Case) -> None:
    said = refusal(case.quick(), X, first_problem(case.kind).y[:-1])
    assert "Found input variables with inconsistent numbers of samples: [60, 59]" in said
    assert said.endswith("Pass one target (and one weight) per row of X.")


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("case", REGRESSORS)
def test_answers_are_finite(case: Case, value: float) -> None:
    y = first_problem(case.kind).y.copy()
    y[5] = value
    said = refusal(case.quick(), X, y)
    assert said.startswith("Input y contains NaN." if np.isnan(value) else "Input y contains infinity or a value too")
    assert ("Drop the examples without a value." if np.isnan(value) else "Replace infinite values") in said


@pytest.mark.parametrize("case", REGRESSORS)
def test_texts_are_no_numbers(case: Case) -> None:
    said = refusal(case.quick(), X, np.array(["a", "b"])[(X[:, 0] > 0).astype(int)])
    assert "could not convert string to float" in said
    assert said.endswith("For classes use the classifier of this network.")


@pytest.mark.parametrize("case", CLASSIFIERS)
@pytest.mark.parametrize(
    ("label", "shown"), [("ant", "'ant'"), (1, "1"), (True, "True"), (np.int8(3), "3"), (2.0, "2.0")]
)
def test_one_class_is_not_enough(case: Case, label: Any, shown: str) -> None:
    kind = case.kind.__name__
    assert refusal(case.quick(), X, np.full(60, label)) == (
        f"{kind} needs examples of at least 2 classes. Got one class, {shown}. Add examples of another class."
    )


@pytest.mark.parametrize("case", CLASSIFIERS)
@pytest.mark.parametrize(
    ("labels", "kinds"),
    [
        ([1, "a"] * 30, "int, str"),
        (np.array([1, "a"] * 30, dtype=object), "int, str"),
        (np.array(["a", None] * 30, dtype=object), "NoneType, str"),
        (["a", None] * 30, "NoneType, str"),
        (np.array(["a", 2.5, 3] * 20, dtype=object), "float, int, str"),
        (pd.Series(["a", 1] * 30), "int, str"),
    ],
    ids=["list", "array", "none-in-array", "none-in-list", "three-types", "series"],
)
def test_labels_are_of_one_type(case: Case, labels: Any, kinds: str) -> None:
    assert refusal(case.quick(), X, labels) == (
        f"Labels must be of one type. Got a mix of {kinds}. "
        "Convert them, for example with numpy.asarray(y).astype(str)."
    )


@pytest.mark.parametrize("case", CLASSIFIERS)
def test_labels_are_no_measurements(case: Case) -> None:
    said = refusal(case.quick(), X, X[:, 0])
    assert said.startswith("Unknown label type: continuous.")
    assert said.endswith("For real-valued targets use the regressor of this network.")


@pytest.mark.parametrize("case", CLASSIFIERS)
@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")  # scikit-learn's own look at y
def test_labels_are_finite(case: Case, value: float) -> None:
    assert "NaN" in (said := refusal(case.quick(), X, np.where(X[:, 0] > 0, 1.0, value))) or "infinity" in said


@pytest.mark.parametrize("case", CLASSIFIERS)
def test_several_columns_of_labels_are_learned_or_refused_with_a_way_out(case: Case) -> None:
    y = (X[:, :2] > 0).astype(int)
    if case.kind().__sklearn_tags__().classifier_tags.multi_label:
        assert solved(case, type(first_problem(case.kind))("labels", X, y)).predict(X).shape == (60, 2)
    else:
        said = refusal(case.quick(), X, y)
        assert "one label per example" in said
        assert "MLPClassifier" in said


@pytest.mark.parametrize("case", CLASSIFIERS)
def test_columns_of_several_classes_each_are_refused(case: Case) -> None:
    y = np.digitize(X[:, :2], [-0.5, 0.5])
    said = refusal(case.quick(), X, y)
    assert "multiclass-multioutput" in said or "y should be a 1d array, got an array of shape (60, 2) instead." in said


WEIGHTS = np.ones(60)
BAD_WEIGHTS: list[Any] = [
    ("negative", np.where(np.arange(60) == 3, -1.0, 1.0), "Sample weights must be at least 0. Got negative ones"),
    ("zeros", np.zeros(60), "must contain at least one non-zero number. All are zero."),
    ("too-few", WEIGHTS[:-1], "sample_weight.shape == (59,), expected (60,): one per row of X."),
    ("a-column", WEIGHTS.reshape(-1, 1), "sample_weight.shape == (60, 1), expected (60,)"),
    ("nan", np.where(np.arange(60) == 3, np.nan, 1.0), "Input sample_weight contains NaN."),
    ("infinite", np.where(np.arange(60) == 3, np.inf, 1.0), "Input sample_weight contains infinity"),
    ("texts", np.full(60, "heavy"), "could not convert string to float"),
]


@pytest.mark.parametrize(("weights", "message"), parameters_of(BAD_WEIGHTS))
@pytest.mark.parametrize("case", WEIGHTED)
def test_weights_are_numbers_of_at_least_zero(case: Case, weights: Any, message: str) -> None:
    assert message in refusal(case.quick(), X, first_problem(case.kind).y, sample_weight=weights)


@pytest.mark.parametrize("case", cases())
def test_a_refused_fit_leaves_the_model_as_it_was(case: Case) -> None:
    problem = first_problem(case.kind)
    model = solved(case, problem)
    said, before = answers(model, problem.X), dict(learned(model))
    refusal(model, with_one(X, np.inf), problem.y)
    refusal(model, X[:0], problem.y[:0])
    if get_tags(model).target_tags.required:
        refusal(model, X[:, :2], problem.y[:-1])
        refusal(model, X[:, :2], None)
    assert differences(before, learned(model)) == []
    assert differences(said, answers(model, problem.X)) == []


# Odd but right


@pytest.mark.parametrize("case", cases())
def test_a_constant_column_does_no_harm(case: Case) -> None:
    problem = first_problem(case.kind)
    for constant in (0.0, 1.0, 1e6):
        model = fitted(case.quick(), np.column_stack([problem.X, np.full(60, constant)]), problem.y)
        assert np.isfinite(model.history_["loss"]).all()


@pytest.mark.parametrize("case", [case for case in cases() if is_regressor(case.values[0].kind())])
def test_one_row_is_enough_for_a_regressor(case: Case) -> None:
    model = fitted(case.quick(), X[:1], [2.0])
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize("case", [case for case in cases() if is_classifier(case.values[0].kind())])
def test_one_row_a_class_is_enough_for_a_classifier(case: Case) -> None:
    model = fitted(case.quick(), X[:3], ["a", "b", "c"])
    assert set(model.predict(X)) <= {"a", "b", "c"}


@pytest.mark.parametrize("case", cases())
def test_one_column_is_enough(case: Case) -> None:
    problem = first_problem(case.kind)
    if case.recipe.two_valued:
        with pytest.raises(InvalidInputError, match=r"at least two units.*n_features = 1"):
            case.quick().fit(X[:, :1], problem.y)
        return
    answer = answer_of(fitted(case.quick(), X[:, :1], problem.y), X[:, :1])
    assert answer.shape == case.shape_of_answers(X[:, :1], problem.y)


@pytest.mark.parametrize("case", cases())
def test_more_columns_than_rows(case: Case) -> None:
    wide = np.random.default_rng(2).standard_normal((6, 40))
    y = np.array(["a", "b"] * 3) if is_classifier(case.kind()) else np.arange(6.0)
    assert answer_of(fitted(case.quick(), wide, y), wide).shape == case.shape_of_answers(wide, y)


@pytest.mark.parametrize("case", cases())
def test_rows_that_repeat(case: Case) -> None:
    problem = first_problem(case.kind)
    model = fitted(case.quick(), np.ones((60, 4)), problem.y)
    said = {"answer_of": answer_of(model, np.ones((5, 4))), **answers(model, np.ones((5, 4)))}
    assert {name: len({str(answer) for answer in rows}) for name, rows in said.items()} == dict.fromkeys(said, 1)


@pytest.mark.parametrize("case", REGRESSORS)
def test_a_constant_answer(case: Case) -> None:
    model = fitted(case.quick(max_iter=300), X, np.full(60, 2.0))
    np.testing.assert_allclose(model.predict(X), 2.0, atol=0.7)
