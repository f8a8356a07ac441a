"""A hyperplane or a certificate: either verified by multiplication, and in accord with another linear program."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy import sparse
from scipy.optimize import OptimizeResult, linprog

from sinapsi import Perceptron, linear_separability
from sinapsi.exceptions import InvalidInputError
from sinapsi.linear import cutting_planes
from sinapsi.stopping import StopCode

SQUARE = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def dense(X):
    return np.asarray(X.toarray() if sparse.issparse(X) else X, dtype=np.float64)


def hyperplane_holds(answer, X, y):
    """Every example strictly on its side, multiplied out."""
    if answer.coef is None:
        return False
    fields = dense(X) @ answer.coef + answer.intercept
    return bool(((fields > 0) == (np.asarray(y) == answer.classes[1])).all() and (fields != 0).all())


def certificate_holds(answer, X, y):
    """Non-negative weights that sum to 1 in each class, and the point in both weighted means."""
    if answer.certificate is None:
        return False
    X, weights, point = dense(X), answer.certificate.weights, answer.certificate.point
    assert weights.shape == (len(X),)
    size = np.abs(X).max(axis=0) + np.abs(X - point).max(axis=0)
    for label in answer.classes:
        of_class = np.asarray(y) == label
        if abs(weights[of_class].sum() - 1) > 1e-12 or (weights < 0).any():
            return False
        if (np.abs(weights[of_class] @ X[of_class] - point) > 1e-11 * size).any():
            return False
    return True


def assert_separable(X, y):
    answer = linear_separability(X, y)
    assert answer.separable
    assert answer.certificate is None
    assert hyperplane_holds(answer, X, y)
    distances = np.abs(dense(X) @ answer.coef + answer.intercept) / np.linalg.norm(answer.coef)
    assert answer.margin == pytest.approx(distances.min(), rel=1e-6)
    return answer


def assert_inseparable(X, y):
    answer = linear_separability(X, y)
    assert not answer.separable
    assert answer.coef is answer.intercept is answer.margin is None
    assert certificate_holds(answer, X, y)
    assert answer.certificate.gap(X, y) < 1e-12
    return answer


def is_separable(X, y):
    """The oracle: is there any (w, b) with y (w.x + b) >= 1? One plain program over all examples, no objective."""
    signs = np.where(y == np.unique(y)[1], 1.0, -1.0)[:, np.newaxis]
    rows = signs * np.hstack([X, np.ones((len(X), 1))])
    free = [(None, None)] * rows.shape[1]
    result = linprog(np.zeros(rows.shape[1]), A_ub=-rows, b_ub=-np.ones(len(X)), bounds=free, method="highs-ipm")
    assert result.status in (0, 2)
    return result.status == 0


class TestKnownAnswers:
    @pytest.mark.parametrize("wanted", [[0, 0, 0, 1], [0, 1, 1, 1], [1, 1, 1, 0], [0, 0, 1, 0], [0, 0, 1, 1]])
    def test_the_separable_functions_of_two_inputs(self, wanted):
        assert_separable(SQUARE, wanted)

    @pytest.mark.parametrize("wanted", [[0, 1, 1, 0], [1, 0, 0, 1]])
    def test_exclusive_or_and_its_negation_are_not(self, wanted):
        answer = assert_inseparable(SQUARE, wanted)
        np.testing.assert_allclose(answer.certificate.point, [0.5, 0.5])
        np.testing.assert_allclose(answer.certificate.weights, 0.5)

    @pytest.mark.parametrize("n_inputs", [3, 4])
    def test_the_number_of_separable_functions_is_the_known_one(self, n_inputs):
        """Of the 256 functions of three inputs 104 are (the constants, which are no two classes, aside)."""
        X = np.array([[(i >> j) & 1 for j in range(n_inputs)] for i in range(2**n_inputs)], dtype=float)
        if n_inputs == 3:
            functions = range(1, 2**8 - 1)
            found = [linear_separability(X, [(f >> i) & 1 for i in range(8)]).separable for f in functions]
            assert sum(found) == 104 - 2
        else:
            parity = [bin(i).count("1") % 2 for i in range(16)]
            assert_inseparable(X, parity)

    def test_identical_rows_with_opposite_labels(self):
        X, y = np.array([[0.3, 0.7], [1.0, 2.0], [0.3, 0.7], [-4.0, 1.0]]), [0, 0, 1, 1]
        answer = assert_inseparable(X, y)
        np.testing.assert_allclose(answer.certificate.point, [0.3, 0.7], rtol=1e-15)
        np.testing.assert_array_equal(answer.certificate.weights, [1, 0, 1, 0])

    def test_hulls_that_touch_in_a_vertex(self):
        X = np.array([[0, 0], [0, 1], [1, 1], [1, 1], [2, 1], [2, 3]], dtype=float)
        answer = assert_inseparable(X, [0, 0, 0, 1, 1, 1])
        np.testing.assert_allclose(answer.certificate.point, [1, 1])

    def test_a_vertex_that_touches_an_edge(self):
        X = np.array([[0, 0], [2, 2], [1, 1], [3, 0]], dtype=float)
        answer = assert_inseparable(X, [0, 0, 1, 1])
        np.testing.assert_allclose(answer.certificate.point, [1, 1])
        np.testing.assert_allclose(answer.certificate.weights, [0.5, 0.5, 1, 0])

    @pytest.mark.parametrize(("y", "separable"), [([0, 0, 1, 1, 1], True), ([0, 1, 1, 0, 0], False)])
    def test_points_on_a_line(self, y, separable):
        X = np.arange(5.0)[:, np.newaxis] * [0.1, 0.3, -0.7] + 5
        (assert_separable if separable else assert_inseparable)(X, y)

    def test_collinear_hulls_that_touch_in_their_ends(self):
        X = np.array([[0, 0], [1, 1], [2, 2], [2, 2], [3, 3]], dtype=float)
        assert_inseparable(X, [0, 0, 0, 1, 1])

    @pytest.mark.parametrize("n_others", [0, 3])
    def test_one_column(self, n_others):
        X = np.hstack([[[1.0], [2.0], [4.0], [3.0]], np.full((4, n_others), 7.0)])
        answer = assert_separable(X, [0, 0, 1, 1])
        assert answer.margin == pytest.approx(0.5)
        assert_inseparable(X, [0, 1, 1, 0][::-1] if n_others else [0, 1, 0, 1])

    def test_one_example_a_class(self):
        answer = assert_separable([[1.0, 1.0], [4.0, 5.0]], ["a", "b"])
        assert answer.margin > 0
        assert_inseparable([[1.0, 1.0], [1.0, 1.0]], ["a", "b"])

    def test_columns_that_are_all_constant(self):
        answer = assert_inseparable(np.full((6, 3), 2.5), [0, 1] * 3)
        np.testing.assert_array_equal(answer.certificate.point, [2.5] * 3)


class TestUnkindData:
    @pytest.mark.parametrize("offset", [0.0, 1e9, -1e12])
    @pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
    def test_offsets_and_sizes_of_columns_do_not_matter(self, offset, size):
        random = np.random.default_rng(0)
        X = np.round(random.standard_normal((200, 3)), 2)
        y = (X @ [1.0, -2.0, 0.5] > 0.1).astype(int)
        scales, shift = np.array([size, 1.0, 1 / size]), offset * np.array([size, 1.0, 1 / size])
        flipped = y.copy()
        flipped[np.abs(X @ [1.0, -2.0, 0.5]).argmax()] ^= 1
        clear = np.abs(X @ [1.0, -2.0, 0.5] - 0.1) > 0.05  # farther than the offset rounds
        assert_separable((X * scales + shift)[clear], y[clear])
        assert_inseparable(X * scales + shift, flipped)

    @pytest.mark.parametrize("gap", [1e-3, 1e-7, 1e-9, 1e-11])
    def test_a_narrow_gap_is_found_and_a_narrow_overlap_too(self, gap):
        """Beyond the tolerance of the solver multiplication decides."""
        random = np.random.default_rng(1)
        along, across = random.uniform(0, 1, 400), random.uniform(0, 1, 400)
        y = np.repeat([0, 1], 200)
        along[:200] *= -1
        along[[0, 200]] = [-gap / 2, gap / 2]
        rotation = np.array([[0.6, 0.8], [-0.8, 0.6]])
        assert_separable(np.column_stack([along, across]) @ rotation, y)
        corners = np.array([[0, 0.2], [0, 0.8], [1, 0.5]])
        low, high = np.vstack([corners * [-1, 1], [[gap, 0.5]]]), corners
        assert_inseparable(np.vstack([low, high]) @ rotation, [0] * 4 + [1] * 3)

    @pytest.mark.parametrize("x", [0.1, 1e9])
    def test_a_number_between_two_numbers_is_enough_to_part_them(self, x):
        between = np.nextafter(x, np.inf)
        assert_separable([[x, 3.0], [np.nextafter(between, np.inf), 3.0]], [1, 0])
        with pytest.raises(InvalidInputError, match=r"rounding hides whether.*Subtract what is common to all rows"):
            linear_separability([[x, 3.0], [between, 3.0]], [1, 0])

    @pytest.mark.parametrize("size", [1e-300, 1e-150, 1e150, 1e300])
    def test_numbers_near_the_ends_of_the_range(self, size):
        answer = linear_separability(size * SQUARE, [0, 0, 0, 1])
        assert hyperplane_holds(answer, size * SQUARE, [0, 0, 0, 1])
        assert answer.margin == pytest.approx(size * np.sqrt(0.125), rel=1e-12)
        assert_inseparable(size * SQUARE, [0, 1, 1, 0])

    def test_single_precision(self):
        random = np.random.default_rng(2)
        X = (random.standard_normal((300, 4)) + 100).astype(np.float32)
        y = (dense(X) @ [1, 2, 3, 4] > 1000).astype(int)
        assert assert_separable(X, y).coef.dtype == np.float64
        y[np.argmax(dense(X) @ [1, 2, 3, 4])] = 0
        assert_inseparable(X, y)

    @pytest.mark.parametrize("form", [sparse.csr_array, sparse.csc_matrix, sparse.coo_array])
    def test_sparse_matrices(self, form):
        X = sparse.random(500, 30, density=0.2, random_state=0, format="csr")
        y = (X @ np.random.default_rng(0).standard_normal(30) > 0.1).astype(int)
        assert_separable(form(X), y)
        y[np.abs(X).sum(axis=1).argmax()] ^= 1
        answer = linear_separability(form(X), y)
        assert answer.separable == is_separable(X.toarray(), y)
        assert_inseparable(form(X), np.random.default_rng(1).integers(0, 2, 500))

    def test_data_frames_and_texts(self):
        frame = pd.DataFrame(SQUARE, columns=["left", "right"])
        assert assert_separable(frame, pd.Series(["off", "off", "off", "on"])).classes.tolist() == ["off", "on"]
        assert_inseparable(frame, ["off", "on", "on", "off"])

    def test_more_columns_than_rows(self):
        random = np.random.default_rng(3)
        X = random.standard_normal((30, 200))
        assert_separable(X, random.integers(0, 2, 30))
        X[1] = X[0]
        assert_inseparable(X, [0, 1] * 15)


@pytest.mark.parametrize("separable", [True, False])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_many_examples_by_programs_over_a_few(separable, form, monkeypatch):
    monkeypatch.setattr(cutting_planes, "SMALL_PROGRAM", 40)
    monkeypatch.setattr(cutting_planes, "LARGEST_GRAM", 0)  # so that the first guess is a poor one
    sizes, solve = [], cutting_planes._widest_margin

    def spy(signed):
        sizes.append(signed.shape[0])
        return solve(signed)

    monkeypatch.setattr(cutting_planes, "_widest_margin", spy)
    random = np.random.default_rng(4)
    X = np.round(random.standard_normal((5000, 4)), 3)
    fields = X @ [1.0, -1.0, 2.0, 0.3]
    y = (fields > 0.2).astype(int)
    if not separable:
        y[np.argmin(np.abs(fields - 0.3))] = 0
    (assert_separable if separable else assert_inseparable)(form(X), y)
    assert len(sizes) > 1
    assert max(sizes) < 1000


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["a gap", "one label turned over", "no relation"])
def test_a_hundred_thousand_examples_take_seconds(kind):
    random = np.random.default_rng(0)
    X = random.standard_normal((100_000, 50))
    fields = X @ random.standard_normal(50)
    y = (fields > 0.3).astype(int) if kind != "no relation" else random.integers(0, 2, 100_000)
    if kind == "one label turned over":
        y[np.argmin(np.abs(fields - 1.0))] ^= 1
    (assert_separable if kind == "a gap" else assert_inseparable)(X, y)


@given(
    X=npst.arrays(np.int64, st.tuples(st.integers(2, 12), st.integers(1, 4)), elements=st.integers(-3, 3)),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=200, deadline=None)
def test_one_of_the_two_holds_and_a_plain_program_agrees_on_a_grid(X, seed):
    """Small integers: hulls that touch, points that coincide and columns that depend on each other are common."""
    y = np.random.default_rng(seed).integers(0, 2, len(X))
    y[:2] = 0, 1
    answer = linear_separability(X, y)
    assert hyperplane_holds(answer, X, y) != certificate_holds(answer, X, y)
    assert answer.separable == hyperplane_holds(answer, X, y) == is_separable(X.astype(float), y)


@given(seed=st.integers(0, 2**32 - 1), n_samples=st.integers(2, 40), n_features=st.integers(1, 8))
@settings(max_examples=150, deadline=None)
def test_one_of_the_two_holds_and_a_plain_program_agrees_on_random_points(seed, n_samples, n_features):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples, n_features)) * random.uniform(0.01, 100, n_features)
    y = random.integers(0, 2, n_samples)
    y[:2] = 0, 1
    answer = linear_separability(X, y)
    assert hyperplane_holds(answer, X, y) != certificate_holds(answer, X, y)
    assert answer.separable == is_separable(X / np.abs(X).max(axis=0), y)
    if answer.certificate is not None:  # a basic solution: Caratheodory
        assert np.count_nonzero(answer.certificate.weights) <= n_features + 2


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_the_perceptron_ends_where_the_answer_says_so(seed):
    random = np.random.default_rng(seed)
    X, y = random.integers(-2, 3, (7, 2)).astype(float), random.integers(0, 2, 7)
    if len(set(y)) == 2 and linear_separability(X, y).separable:
        assert Perceptron(max_iter=5000, random_state=0).fit(X, y).stop_reason_.code is StopCode.ALL_CORRECT


class TestSentences:
    def test_they_say_what_was_found(self):
        assert str(linear_separability(SQUARE, [0, 0, 0, 1])) == (
            "classes 0 and 1 are linearly separable: every example lies strictly on its side of the hyperplane, the "
            "nearest at a distance of 0.354"
        )
        assert str(linear_separability(SQUARE, [0, 1, 1, 0])) == (
            "classes 0 and 1 are not linearly separable: their convex hulls share the point (0.5, 0.5), a weighted "
            "mean of examples of either class, 4 in all"
        )
        assert "share the point, a" in str(linear_separability(np.ones((4, 9)), [0, 1, 0, 1]))
        assert repr(linear_separability(SQUARE, [0, 1, 1, 0])).startswith("LinearSeparability(separable=False: classes")

    def test_a_certificate_is_for_its_own_data(self):
        certificate = linear_separability(SQUARE, [0, 1, 1, 0]).certificate
        assert certificate.gap(SQUARE, [0, 1, 1, 0]) == 0
        assert certificate.gap(SQUARE * [[1], [1], [1], [0.5]], [0, 1, 1, 0]) > 0.1
        with pytest.raises(InvalidInputError, match=r"weights of 4 examples\. Got 3\. Pass the X and y"):
            certificate.gap(SQUARE[:3], [0, 1, 1])

    def test_the_results_are_frozen(self):
        answer = linear_separability(SQUARE, [0, 1, 1, 0])
        with pytest.raises(AttributeError):
            answer.separable = True
        with pytest.raises(AttributeError):
            answer.certificate.point = None


class TestRefusals:
    @pytest.mark.parametrize(
        ("X", "y", "sentence"),
        [
            ([[0.0], [np.nan]], [0, 1], r"Input X contains NaN.*Drop the rows with missing values"),
            ([[0.0], [np.inf]], [0, 1], r"Input X contains infinity"),
            (SQUARE, [1, 1, 1, 1], r"linear_separability needs examples of at least 2 classes\. Got one class, 1"),
            (SQUARE, ["a", "b", "c", "a"], r"compares two classes\. Got 3: 'a', 'b', 'c'\. .*\(X, y == 'a'\)"),
            (SQUARE, [0, 1], r"inconsistent numbers of samples"),
            (SQUARE, [0.5, 1.2, 0.1, 0.7], r"Unknown label type: continuous"),
            (SQUARE, [0, "a", 1, 1], r"Labels must be of one type"),
            (SQUARE, None, r"requires y to be passed"),
            (SQUARE, np.eye(4)[:, :2], r"y must be one label per example|should be a 1d array"),
            (SQUARE[0], [0, 1], r"Expected 2D array, got 1D array instead"),
            (np.empty((0, 2)), [], r"Found array with 0 sample"),
            ([["a", "b"], ["c", "d"]], [0, 1], r"could not convert string to float"),
        ],
    )
    def test_what_is_no_problem_of_two_classes(self, X, y, sentence):
        with pytest.raises(InvalidInputError, match=f"(?s){sentence}"):
            linear_separability(X, y)

    def test_a_solver_that_fails_is_not_taken_for_an_answer(self, monkeypatch):
        """Another method is tried; if all fail, that is said."""
        methods, real = [], linprog

        def failing(*args, method, **rest):
            methods.append(method)
            if len(methods) < 3:
                return OptimizeResult(status=4, message="numerical difficulties.", x=None)
            return real(*args, method=method, **rest)

        monkeypatch.setattr(cutting_planes.optimize, "linprog", failing)
        assert_inseparable(SQUARE, [0, 1, 1, 0])
        assert len(set(methods)) == 3
        monkeypatch.setattr(
            cutting_planes.optimize,
            "linprog",
            lambda *args, **rest: OptimizeResult(status=4, message="numerical difficulties.", x=None),
        )
        with pytest.raises(InvalidInputError, match=r"was not solved: numerical difficulties\. Drop columns"):
            linear_separability(SQUARE, [0, 1, 1, 0])
