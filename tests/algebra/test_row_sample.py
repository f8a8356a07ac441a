"""A random sample of distinct rows: the same for every cut, order and precision, and fair."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse, stats

from sinapsi.algebra.row_sample import RowSample, keys_of

N_ROWS, N_FEATURES = 40, 3
RANDOM = np.random.default_rng(0)
ROWS = RANDOM.standard_normal((N_ROWS, N_FEATURES))
ROWS[25:] = ROWS[:15]  # fifteen come twice
TARGETS = RANDOM.standard_normal((N_ROWS, 2))
WEIGHTS = RANDOM.uniform(0.5, 2, N_ROWS)


def sample_of(rows, targets, weights=None, size=10, seed=7):
    return RowSample(size, seed).add(rows, targets, weights)


def assert_same(one, other):
    np.testing.assert_array_equal(one.rows, other.rows)
    np.testing.assert_allclose(one.targets, other.targets, rtol=1e-12)
    np.testing.assert_allclose(one.weights, other.weights, rtol=1e-12)
    assert one.n_distinct == other.n_distinct
    assert one.is_all == other.is_all


sizes = st.sampled_from([1, 10, 24, 25, 26, 100])  # there are 25 distinct rows


class TestCuts:
    @given(order=st.permutations(range(N_ROWS)), cuts=st.lists(st.integers(1, N_ROWS - 1), max_size=6), size=sizes)
    def test_no_order_and_no_cut_changes_it(self, order, cuts, size):
        expected = sample_of(ROWS, TARGETS, WEIGHTS, size)
        sample = RowSample(size, 7)
        for start, end in itertools.pairwise([0, *sorted(cuts), N_ROWS]):
            part = order[start:end]
            sample.add(ROWS[part], TARGETS[part], WEIGHTS[part])
        assert_same(sample, expected)
        assert sample.is_all == (size >= 25)
        assert sample.n_distinct == min(size, 25)

    @given(cuts=st.lists(st.integers(1, N_ROWS - 1), min_size=1, max_size=5, unique=True), data=st.data(), size=sizes)
    def test_samples_of_shards_join_in_any_order(self, cuts, data, size):
        bounds = itertools.pairwise([0, *sorted(cuts), N_ROWS])
        shards = [sample_of(ROWS[i:j], TARGETS[i:j], WEIGHTS[i:j], size) for i, j in bounds]
        first, *others = data.draw(st.permutations(shards))
        for other in others:
            first.join(other)
        assert_same(first, sample_of(ROWS, TARGETS, WEIGHTS, size))

    def test_an_empty_shard_joins(self):
        expected = sample_of(ROWS, TARGETS)
        assert_same(RowSample(10, 7).join(sample_of(ROWS, TARGETS)), expected)
        assert_same(sample_of(ROWS, TARGETS).join(RowSample(10, 7)), expected)
        assert_same(sample_of(ROWS, TARGETS).add(ROWS[:0], TARGETS[:0]), expected)

    def test_what_is_taken_in_stays_as_it_was(self):
        before = ROWS.copy(), TARGETS.copy()
        sample = sample_of(ROWS, TARGETS, size=100)
        sample.add(ROWS, -TARGETS)
        np.testing.assert_array_equal(ROWS, before[0])
        np.testing.assert_array_equal(TARGETS, before[1])
        np.testing.assert_allclose(sample.targets, 0, atol=1e-15)


class TestContents:
    def test_a_repeated_row_has_the_sum_of_the_weights_and_the_mean_target(self):
        sample = sample_of(ROWS, TARGETS, WEIGHTS, size=100)
        for row, target, weight in zip(sample.rows, sample.targets, sample.weights, strict=True):
            same = (row == ROWS).all(axis=1)
            assert weight == pytest.approx(WEIGHTS[same].sum())
            np.testing.assert_allclose(target, np.average(TARGETS[same], axis=0, weights=WEIGHTS[same]), rtol=1e-12)
        assert sample.weights.sum() == pytest.approx(WEIGHTS.sum())

    def test_a_row_twice_is_the_row_with_weight_two(self):
        twice = sample_of(np.repeat(ROWS, 2, axis=0), np.repeat(TARGETS, 2, axis=0))
        assert_same(twice, sample_of(ROWS, TARGETS, np.full(N_ROWS, 2.0)))

    def test_rows_of_weight_0_are_not_there(self):
        weights = np.where(np.arange(N_ROWS) % 2, WEIGHTS, 0)
        odd = slice(1, None, 2)
        for size in (5, 100):
            assert_same(sample_of(ROWS, TARGETS, weights, size), sample_of(ROWS[odd], TARGETS[odd], WEIGHTS[odd], size))
        none = sample_of(ROWS, TARGETS, np.zeros(N_ROWS))
        assert (none.n_distinct, none.is_all) == (0, True)

    def test_another_seed_gives_another_sample(self):
        samples = {sample_of(ROWS, TARGETS, seed=seed).rows.tobytes() for seed in range(20)}
        assert len(samples) == 20

    def test_every_row_is_kept_about_equally_often(self):
        """100 rows, 20 kept, 1000 seeds: each about 200 times. The rows are near and regular, the keys must not be."""
        rows = np.arange(1.0, 101.0)[:, np.newaxis]
        counts = np.zeros(100)
        for seed in range(1000):
            counts[sample_of(rows, rows, size=20, seed=seed).rows[:, 0].astype(int) - 1] += 1
        # Keeping without putting back: a count has the variance 1000 * 0.2 * 0.8, and all of them sum to 20,000.
        statistic = ((counts - 200) ** 2).sum() / (1000 * 0.2 * 0.8 * 100 / 99)
        assert 0.001 < stats.chi2(99).sf(statistic) < 0.999

    def test_pairs_of_rows_are_kept_independently_of_their_likeness(self):
        """Neighbors are together as often as strangers: 20 / 100 * 19 / 99 of the seeds."""
        rows = np.arange(1.0, 101.0)[:, np.newaxis] / 128
        together = 0
        for seed in range(1000):
            kept = np.zeros(100, dtype=bool)
            kept[(sample_of(rows, rows, size=20, seed=seed).rows[:, 0] * 128).astype(int) - 1] = True
            together += (kept[:-1] & kept[1:]).sum()
        expected = 1000 * 99 * 0.2 * 19 / 99
        assert abs(together - expected) < 5 * np.sqrt(expected)

    def test_the_order_is_random_too(self):
        rows = np.arange(1.0, 6.0)[:, np.newaxis]
        firsts = [int(sample_of(rows, rows, seed=seed).rows[0, 0]) for seed in range(500)]
        assert stats.chisquare(np.bincount(firsts, minlength=6)[1:]).pvalue > 0.001


class TestKeys:
    @given(seed=st.integers(0, 2**63 - 1))
    def test_single_precision_has_the_keys_of_the_same_numbers_in_double(self, seed):
        single = ROWS.astype(np.float32)
        np.testing.assert_array_equal(keys_of(single, seed), keys_of(single.astype(np.float64), seed))

    def test_rounding_to_single_precision_keeps_the_same_sample(self):
        """The order is decided by the numbers in single precision, so both precisions choose the same examples."""
        double, single = sample_of(ROWS, TARGETS), sample_of(ROWS.astype(np.float32), TARGETS)
        np.testing.assert_array_equal(single.rows, double.rows.astype(np.float32))

    def test_rows_equal_in_single_precision_only_are_two(self):
        rows = np.array([[1.0, 2.0], [1.0, 2.0 + 1e-12]])
        assert len(np.unique(keys_of(rows, 0))) == 2
        assert sample_of(rows, np.zeros((2, 1))).n_distinct == 2

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_sparse_rows_have_the_keys_of_dense_ones(self, dtype):
        rows = np.where(RANDOM.random((50, 20)) < 0.2, RANDOM.standard_normal((50, 20)), 0).astype(dtype)
        rows[3] = 0
        np.testing.assert_array_equal(keys_of(sparse.csr_matrix(rows), 5), keys_of(rows, 5))
        sample = RowSample(12, 5).add(sparse.csr_matrix(rows), np.zeros((50, 1)))
        np.testing.assert_array_equal(sample.rows.toarray(), RowSample(12, 5).add(rows, np.zeros((50, 1))).rows)

    def test_a_stored_0_and_columns_out_of_order_change_no_key(self):
        tidy = sparse.csr_matrix([[0.0, 1.0, 2.0]])
        stored = sparse.csr_matrix((np.array([2.0, 0.0, 1.0]), np.array([2, 0, 1]), np.array([0, 3])), shape=(1, 3))
        np.testing.assert_array_equal(keys_of(stored, 3), keys_of(tidy, 3))

    @pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix])
    def test_minus_0_is_0(self, make):
        negative = np.array([[-0.0, 1.0], [2.0, -0.0]])
        np.testing.assert_array_equal(keys_of(make(negative), 1), keys_of(make(np.abs(negative)), 1))

    def test_rows_of_small_integers_do_not_collide(self):
        rows = np.array(list(itertools.product([0.0, 1.0, 2.0], repeat=10)))
        for seed in range(5):
            keys = keys_of(rows, seed)
            assert len(np.unique(keys)) == 3**10
            assert len(np.unique(keys >> np.uint64(32))) > 3**10 - 10  # 2^32 high halves: 0.4 collisions are expected

    def test_what_stands_in_which_column_matters(self):
        rows = np.array(list(itertools.permutations([1.0, -1.0, 2.0, 0.5, 0.0])))
        assert len(np.unique(keys_of(rows, 0))) == len(rows)

    def test_every_bit_of_the_keys_is_even(self):
        """Of 60,000 regular rows, each bit is set in half."""
        rows = np.arange(60_000.0).reshape(-1, 1)
        bits = (keys_of(rows, 9)[:, np.newaxis] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
        assert np.abs(bits.mean(axis=0) - 0.5).max() < 5 * 0.5 / np.sqrt(60_000)

    def test_integers_have_the_keys_of_floats(self):
        rows = np.arange(12).reshape(4, 3)
        np.testing.assert_array_equal(keys_of(rows, 2), keys_of(rows.astype(float), 2))
