import numpy as np
import pytest

from sinapsi.cli.scores import Constant, beats, constant_for, linear_predictions, results_table, scores_of, shown


def test_scores_by_hand():
    scores = scores_of("classification", np.array(["a", "a", "b", "b"]), np.array(["a", "b", "b", "b"]))
    assert scores == {"accuracy": 0.75, "f1_macro": pytest.approx((2 / 3 + 4 / 5) / 2)}
    scores = scores_of("regression", np.array([0.0, 2.0, 4.0]), np.array([1.0, 2.0, 3.0]))
    assert scores == {"r2": 0.75, "mae": pytest.approx(2 / 3), "rmse": pytest.approx(np.sqrt(2 / 3))}


@pytest.mark.parametrize("predicted", [1e200, np.inf, np.nan])
def test_predictions_beyond_all_bounds_have_no_score(predicted):
    scores = scores_of("regression", np.array([1.0, 2.0]), np.array([1.0, predicted]))
    assert scores == {"r2": None, "mae": None, "rmse": None}
    assert not beats("regression", scores, {"r2": 0.0})


def test_one_row_has_no_variance_to_explain():
    assert scores_of("regression", np.array([1.0]), np.array([3.0])) == {"r2": None, "mae": 2.0, "rmse": 2.0}


def test_the_constant_is_the_majority_or_the_mean():
    majority = constant_for("classification", np.array(["b", "a", "b"]))
    assert majority == Constant("b", "classification")
    assert majority.predict(2).tolist() == ["b", "b"]
    assert constant_for("classification", np.array([2, 1])).answer == 1  # ties go to the first
    assert constant_for("regression", np.array([1.0, 2.0])).answer == 1.5


def test_being_equal_is_not_better():
    assert beats("classification", {"accuracy": 0.8}, {"accuracy": 0.7})
    assert not beats("classification", {"accuracy": 0.7}, {"accuracy": 0.7})


def test_the_linear_model_of_very_many_rows_sees_a_part(monkeypatch):
    monkeypatch.setattr("sinapsi.cli.scores.MOST_ROWS_FOR_LINEAR", 50)
    X = np.linspace(-1, 1, 400)[:, np.newaxis]
    name, predictions = linear_predictions("classification", X, (X[:, 0] > 0).astype(int), X, seed=0)
    assert name == "linear model (LogisticRegression, 50 rows)"
    assert (predictions == (X[:, 0] > 0)).mean() > 0.9


def test_numbers_are_shown_in_few_digits():
    assert [shown(score) for score in (0.98765, -0.5, 43.5271, 123456.0, None)] == [
        *("0.988", "-0.500", "43.53", "1.235e+05", "")
    ]


def test_the_table_needs_a_row_of_scores_each():
    from sinapsi.cli.scores import Row

    header, cells = results_table([Row("net", {"accuracy": 0.5, "f1_macro": None})])
    assert header == ["on rows held out", "accuracy", "mean F1"]
    assert cells == [["net", "0.500", ""]]
