"""Orthogonal least squares: the same choice as trying every column by a fit of its own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import LeaveOneOut, cross_val_predict

from sinapsi.algebra.normal_equations import NormalEquations
from sinapsi.algebra.output_layer import Hidden, prefix_errors
from sinapsi.algebra.passes import ExamplesInMemory
from sinapsi.algebra.subset_selection import rank_columns


def problem(n_samples, n_candidates, n_outputs, seed):
    random = np.random.default_rng(seed)
    rows = random.standard_normal((n_samples, n_candidates)) + 1
    return rows, rows[:, :3] @ random.standard_normal((3, n_outputs)) + random.standard_normal((n_samples, n_outputs))


def sums(rows, targets):
    return NormalEquations(rows.shape[1], targets.shape[1]).add(rows, targets)


def selection(rows, targets, n_columns):
    """The columns chosen, and the errors with none, one, two, ... of them."""
    equations = sums(rows, targets)
    columns = rank_columns(equations, n_columns)
    hidden = Hidden(np.array, rows.shape[1], 8)
    return columns, prefix_errors(ExamplesInMemory(rows, targets), hidden, equations, 0.0, columns)


def naive_choice(rows, targets, n_columns, chosen=()):
    """At each step a fit with every candidate; the lowest error wins."""
    chosen = list(chosen)
    for _ in range(n_columns - len(chosen)):
        left = [j for j in range(rows.shape[1]) if j not in chosen]
        errors = []
        for j in left:
            columns = rows[:, [*chosen, j]]
            errors.append(((targets - LinearRegression().fit(columns, targets).predict(columns)) ** 2).sum())
        chosen.append(left[int(np.argmin(errors))])
    return chosen


@given(seed=st.integers(0, 10**6), n_outputs=st.integers(1, 3))
@settings(max_examples=15, deadline=None)
def test_as_trying_every_column(seed, n_outputs):
    rows, targets = problem(30, 7, n_outputs, seed)
    columns, _ = selection(rows, targets, 5)
    assert columns.tolist() == naive_choice(rows, targets, 5)


def test_errors_with_every_number_of_columns():
    rows, targets = problem(25, 6, 2, 3)
    chosen, errors = selection(rows, targets, 6)
    for k in range(1, 7):
        columns = rows[:, chosen[:k]]
        model = LinearRegression()
        fitted = model.fit(columns, targets).predict(columns)
        left_out = cross_val_predict(model, columns, targets, cv=LeaveOneOut())
        assert errors.training[k] == pytest.approx(((targets - fitted) ** 2).sum() / 25, rel=1e-9)
        assert errors.leave_one_out[k] == pytest.approx(((targets - left_out) ** 2).sum() / 25, rel=1e-9)
    assert errors.training[0] == pytest.approx(targets.var(axis=0).sum())
    assert errors.leave_one_out[0] == pytest.approx(targets.var(axis=0).sum() * (25 / 24) ** 2)


def test_the_error_never_rises_and_the_best_number_is_small():
    rows, targets = problem(60, 30, 1, 5)
    _, errors = selection(rows, targets, 30)
    assert (np.diff(errors.training) <= 1e-12).all()
    assert 2 <= errors.best < 20
    assert errors.leave_one_out[errors.best] == errors.leave_one_out.min()


def test_columns_that_depend_on_others_are_left_out():
    rows, targets = problem(30, 4, 1, 0)
    rows = np.column_stack([rows, rows[:, 0] + rows[:, 1], np.ones(30), rows[:, 2]])
    columns, errors = selection(rows, targets, 7)
    assert len(columns) == 4
    assert 5 not in columns  # the constant column is the bias, which is always in
    assert np.isfinite(errors.leave_one_out).all()


class TestRanks:
    @given(seed=st.integers(0, 10**6), n_outputs=st.integers(1, 3))
    @settings(max_examples=15)
    def test_of_all_columns_too(self, seed, n_outputs):
        rows, targets = problem(30, 9, n_outputs, seed)
        columns = rank_columns(sums(rows, targets), 9)
        assert columns.tolist() == naive_choice(rows, targets, 9)

    def test_fewer_than_there_are(self):
        equations = sums(*problem(30, 9, 2, 1))
        np.testing.assert_array_equal(rank_columns(equations, 4), rank_columns(equations, 9)[:4])
        assert rank_columns(equations, 0).shape == (0,)

    @pytest.mark.parametrize("n_first", [1, 3])
    def test_the_first_columns_are_in_before_the_others_are_ranked(self, n_first):
        """They come first, whatever they explain; the others in the order in which a fit beside all those wins."""
        rows, targets = problem(40, 8, 2, 4)
        equations = sums(rows[:, ::-1], targets)  # the three that explain are the last
        columns = rank_columns(equations, 8, n_first=n_first)
        assert sorted(columns[:n_first]) == list(range(n_first))
        expected = naive_choice(rows[:, ::-1], targets, 8, chosen=list(range(n_first)))
        assert columns[n_first:].tolist() == expected[n_first:]

    def test_sums_stay_as_they_were(self):
        equations = sums(*problem(30, 9, 2, 1))
        before = equations.gram.copy(), equations.moment.copy()
        rank_columns(equations, 9)
        np.testing.assert_array_equal(equations.gram, before[0])
        np.testing.assert_array_equal(equations.moment, before[1])

    def test_of_equal_columns_the_lowest_is_chosen_and_no_other(self):
        rows, targets = problem(30, 4, 1, 2)
        columns = rank_columns(sums(np.hstack([rows, rows, np.ones((30, 1))]), targets), 9)
        assert sorted(columns) == [0, 1, 2, 3]

    def test_first_columns_that_depend_on_each_other_do_not_stand_in_the_way(self):
        rows, targets = problem(30, 5, 1, 2)
        rows = np.column_stack([rows[:, 0], rows[:, 0], rows])  # columns 0, 1 and 2 are one
        columns = rank_columns(sums(rows, targets), 7, n_first=2)
        assert columns[0] == 0
        assert sorted(columns) == [0, 3, 4, 5, 6]
