"""Memories that come in shards, or from a file larger than memory, make the weights of all memories at once."""

import itertools
import warnings

import joblib
import numpy as np
import pytest
from distributed import Client, LocalCluster

from sinapsi import HopfieldNetwork
from sinapsi.exceptions import InvalidInputError
from tests.large_files import HAS_PEAKS, N_BYTES, large_file, learn_elsewhere

random = np.random.default_rng(0)
FEW = random.choice([-1.0, 1.0], size=(15, 120))
MANY = random.choice([-1.0, 1.0], size=(700, 40))
CUTS = {15: (0, 1, 7, 15), 700: (0, 30, 39, 40, 41, 500, 700)}
pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataDimensionalityWarning"),
]


def shards(data: np.ndarray) -> list[np.ndarray]:
    return [data[start:end] for start, end in itertools.pairwise(CUTS[len(data)])]


@pytest.mark.parametrize("data", [FEW, MANY], ids=["few", "many"])
@pytest.mark.parametrize("rule", ["hebb", "pseudo_inverse"])
def test_shards_make_the_same_weights_to_the_last_bit(data: np.ndarray, rule: str) -> None:
    whole = HopfieldNetwork(rule=rule, random_state=0).fit(data)
    sources = (data, shards(data), lambda: iter(shards(data)), [(part, None) for part in shards(data)], shards(data))
    for number, source in enumerate(sources):
        model = HopfieldNetwork(rule=rule, random_state=0).fit_batches(source, n_jobs=2 if number == 4 else None)
        np.testing.assert_array_equal(model.weights_, whole.weights_)
        np.testing.assert_array_equal(model.predict(data[:20]), whole.predict(data[:20]))
        assert model.n_memories_ == len(data)
        assert model.history_["step"].tolist() == [len(data)]
        assert len(model.memories_) == (len(data) if data is FEW else 0)


@pytest.mark.slow
def test_shards_go_to_the_workers_of_a_cluster() -> None:
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(**options) as workers, Client(workers), joblib.parallel_config(backend="dask"):
        model = HopfieldNetwork().fit_batches(shards(MANY))
    np.testing.assert_array_equal(model.weights_, HopfieldNetwork().fit(MANY).weights_)


@pytest.mark.slow
@pytest.mark.skipif(not HAS_PEAKS, reason="reads the peak of memory from /proc")
@pytest.mark.parametrize("kind", ["map", "parquet"])
def test_a_file_four_times_larger_than_what_may_be_used(tmp_path: object, kind: str) -> None:
    with large_file(tmp_path, kind) as (inputs, _):
        learned, growth = learn_elsewhere("HopfieldNetwork", {"binarize": 0.5}, kind, tmp_path, warnings="ignore")
        assert growth < N_BYTES / 4
        states = np.where(np.array(inputs) > 0.5, np.float32(1), np.float32(-1))
    weights = (states.T @ states).astype(np.float64) / len(states)
    np.fill_diagonal(weights, 0.0)
    np.testing.assert_allclose(learned["weights_"], weights, rtol=0, atol=1e-12)


def test_more_memories_may_come_and_none_can_be_told_apart() -> None:
    model = HopfieldNetwork(random_state=0).fit_batches(shards(MANY))
    for ask in (model.overlap, model.forget):
        with pytest.raises(InvalidInputError, match="kept their sums only"):
            ask(MANY[:2])
    model.partial_fit(MANY[:3])
    assert model.n_memories_ == 703
    with pytest.warns(UserWarning, match="3 of 703 memories repeat another one"):
        again = HopfieldNetwork(random_state=0).fit(np.vstack([MANY, MANY[:3]]))
    np.testing.assert_array_equal(model.weights_, again.weights_)
    assert np.isfinite(model.dream(3).weights_).all()


def test_what_cannot_be_stored_names_its_shard() -> None:
    infinite = FEW.copy()
    infinite[3, 1] = np.inf
    with pytest.raises(InvalidInputError, match=r"^shard 2 of 2 \(arrays\): Input X contains infinity"):
        HopfieldNetwork().fit_batches([FEW, infinite])
    with pytest.raises(InvalidInputError, match=r"^shard 2 of 2 \(arrays\): With binarize=None"):
        HopfieldNetwork(binarize=None).fit_batches([FEW, FEW * 3])
    with pytest.raises(InvalidInputError, match="exhausted: a generator can be gone through once"):
        HopfieldNetwork().fit_batches(part for part in [FEW])
    model = HopfieldNetwork(random_state=0).fit(FEW)
    with pytest.raises(InvalidInputError, match="shard 2"):
        model.fit_batches([MANY, infinite])
    np.testing.assert_array_equal(model.memories_, FEW)  # as it was
    assert not hasattr(HopfieldNetwork(rule="storkey"), "fit_batches")


def test_an_overload_is_told() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        HopfieldNetwork().fit_batches(shards(MANY))
    assert "700 memories in 40 units are more than rule='hebb' bears" in str(caught[-1].message)
