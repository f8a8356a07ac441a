"""A map of more data than memory holds, or of data in shards, is the map of all data at once."""

import itertools

import joblib
import numpy as np
import polars as pl
import pytest
from distributed import Client, LocalCluster

from sinapsi import SelfOrganizingMap
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from tests.large_files import HAS_PEAKS, N_BYTES, large_file, learn_elsewhere

random = np.random.default_rng(0)
X = random.random((3000, 2)) @ random.standard_normal((2, 5)) + 0.1 * random.standard_normal((3000, 5))
GAPS = np.where(random.random(X.shape) < 0.1, np.nan, X)
PARAMETERS = {"size": [6, 6], "max_iter": 4}
CUTS = (0, 500, 512, 2100, 3000)


def shards(data: np.ndarray) -> list[np.ndarray]:
    return [data[start:end] for start, end in itertools.pairwise(CUTS)]


def same_map(model: SelfOrganizingMap, whole: SelfOrganizingMap) -> None:
    scale = np.abs(whole.prototypes_).max()
    np.testing.assert_allclose(model.prototypes_, whole.prototypes_, rtol=0, atol=1e-12 * scale)
    np.testing.assert_array_equal(model.hits_, whole.hits_)
    for column in ("loss", "quantization_error", "topographic_error", "radius"):
        np.testing.assert_allclose(model.history_[column], whole.history_[column], rtol=1e-10)


@pytest.mark.parametrize("data", [X, GAPS], ids=["complete", "gaps"])
@pytest.mark.parametrize("init", ["pca", "random", "sample"])
@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
def test_shards_make_the_same_map(data: np.ndarray, init: str, metric: str) -> None:
    options = {"size": (5, 6), "init": init, "metric": metric, "random_state": 0, "max_iter": 10}
    whole = SelfOrganizingMap(**options).fit(data)
    for source in (data, shards(data), lambda: iter(shards(data)), [(part, None) for part in shards(data)]):
        model = SelfOrganizingMap(**options).fit_batches(source)
        same_map(model, whole)
        assert not hasattr(model, "labels_")
        np.testing.assert_array_equal(model.predict(data), whole.labels_)


def test_the_cut_of_one_source_changes_no_bit() -> None:
    models = [
        SelfOrganizingMap(size=(5, 6), max_iter=10).fit_batches(lambda n=n: iter(np.array_split(X, n)))
        for n in (1, 7, 60)
    ]
    for model in models:
        np.testing.assert_array_equal(model.prototypes_, models[0].prototypes_)


def test_shards_go_through_two_processes() -> None:
    model = SelfOrganizingMap(size=(5, 6), max_iter=5).fit_batches(shards(GAPS), n_jobs=2)
    same_map(model, SelfOrganizingMap(size=(5, 6), max_iter=5).fit(GAPS))


@pytest.mark.slow
def test_shards_go_to_the_workers_of_a_cluster() -> None:
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(**options) as workers, Client(workers), joblib.parallel_config(backend="dask"):
        model = SelfOrganizingMap(size=(5, 6), max_iter=5).fit_batches(shards(GAPS))
    same_map(model, SelfOrganizingMap(size=(5, 6), max_iter=5).fit(GAPS))


@pytest.mark.slow
@pytest.mark.skipif(not HAS_PEAKS, reason="reads the peak of memory from /proc")
@pytest.mark.parametrize("kind", ["map", "parquet"])
def test_a_file_four_times_larger_than_what_may_be_used(tmp_path: object, kind: str) -> None:
    with large_file(tmp_path, kind) as (inputs, _):
        learned, growth = learn_elsewhere("SelfOrganizingMap", PARAMETERS, kind, tmp_path)
        assert growth < N_BYTES / 4
        whole = SelfOrganizingMap(**PARAMETERS).fit(np.array(inputs))
    np.testing.assert_allclose(learned["prototypes_"], whole.prototypes_, rtol=0, atol=1e-10)


def test_missing_values_in_parquet_are_missing_values(tmp_path: object) -> None:
    path = tmp_path / "data.parquet"  # type: ignore[operator]
    columns = {f"x{place}": pl.Series(GAPS[:, place]).fill_nan(None) for place in range(5)}
    pl.DataFrame({**columns, "name": ["a", "b"] * 1500}).write_parquet(path)
    model = SelfOrganizingMap(size=(5, 6), max_iter=5).fit_batches(path, target="name")
    same_map(model, SelfOrganizingMap(size=(5, 6), max_iter=5).fit(GAPS))
    with pytest.raises(InvalidInputError, match="the column 'name' holds String"):
        SelfOrganizingMap().fit_batches(path)


def test_online_learning_goes_through_the_batches_one_after_another() -> None:
    options = {"size": (5, 6), "learning": "online", "random_state": 0, "shuffle": False, "max_iter": 3}
    model = SelfOrganizingMap(**options).fit_batches(shards(X))
    whole = SelfOrganizingMap(**options).fit(X)
    assert model.history_["step"].tolist() == whole.history_["step"].tolist() == [3000, 6000, 9000]
    np.testing.assert_allclose(model.prototypes_, whole.prototypes_, rtol=1e-8)
    assert SelfOrganizingMap(**{**options, "shuffle": True}).fit_batches(shards(X)).topographic_error(X) < 0.1


def test_what_cannot_be_learned_from_names_its_shard() -> None:
    infinite = X[:10].copy()
    infinite[3, 1] = np.inf
    with pytest.raises(InvalidInputError, match=r"^shard 2 of 2 \(arrays\): Input X contains infinity"):
        SelfOrganizingMap().fit_batches([X, infinite])
    with pytest.raises(InvalidInputError, match="exhausted: a generator can be gone through once"):
        SelfOrganizingMap().fit_batches(part for part in [X])
    empty = X.copy()
    empty[:, 2] = np.nan
    with pytest.raises(InvalidInputError, match="Got none in column 2"):
        SelfOrganizingMap().fit_batches([empty[:1000], empty[1000:]])
    assert SelfOrganizingMap(max_iter=2).fit_batches([X[:1000], empty[1000:]]).prototypes_.shape[1] == 5
    for parameters in ({"measures": ("distortion",)}, {"validation_fraction": 0.1}):
        with pytest.raises(InvalidParameterError, match="sees a block of examples at a time"):
            SelfOrganizingMap(**parameters).fit_batches(X)
    with pytest.raises(InvalidInputError, match=r"Pass the examples: label_units\(y, X\)"):
        SelfOrganizingMap(max_iter=2).fit_batches(X).label_units(np.zeros(3000))
