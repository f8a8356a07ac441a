"""Shards learned by the workers of a Dask cluster give the weights of one process."""

import itertools
import os

import joblib
import numpy as np
import pytest
from distributed import Client, LocalCluster

from sinapsi import ELMClassifier
from sinapsi.exceptions import InvalidInputError

pytestmark = pytest.mark.slow

N_SAMPLES, N_FEATURES = 900, 6
CUTS = (0, 150, 400, 410, 900)


def examples():
    random = np.random.default_rng(0)
    X = random.standard_normal((N_SAMPLES, N_FEATURES))
    return X, np.array(["low", "middle", "high"])[np.digitize(np.tanh(X[:, 0] * X[:, 1]) + X[:, 2], (-0.5, 0.5))]


def shards():
    X, y = examples()
    return [(X[start:end], y[start:end]) for start, end in itertools.pairwise(CUTS)]


@pytest.fixture(scope="module")
def cluster():
    # Any free port for the page of the scheduler, which it has in any case: another test process has one too.
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(**options) as workers, Client(workers) as client:
        yield client


@pytest.mark.parametrize("alpha", [0.1, "gcv", "loo"])
def test_the_weights_are_those_of_one_process(cluster, alpha):
    model = ELMClassifier(n_hidden=40, alpha=alpha, random_state=0)
    with joblib.parallel_config(backend="dask"):
        model.fit_batches(shards())
    X, y = examples()
    for other in (
        ELMClassifier(n_hidden=40, alpha=alpha, random_state=0).fit_batches(shards()),
        ELMClassifier(n_hidden=40, alpha=alpha, random_state=0).fit(X, y),
    ):
        assert model.alpha_ == pytest.approx(other.alpha_, rel=1e-10)
        scale = np.abs(other.coef_).max()
        np.testing.assert_allclose(model.coef_, other.coef_, rtol=0, atol=1e-10 * scale)
        np.testing.assert_allclose(model.intercept_, other.intercept_, rtol=0, atol=1e-10 * scale)
        assert model.classes_.tolist() == other.classes_.tolist() == ["high", "low", "middle"]


class Where:
    """Batches that tell in which process they were read."""

    def __init__(self, folder, place):
        self.folder, self.place = folder, place

    def __iter__(self):
        (self.folder / f"{self.place}-{os.getpid()}").touch()
        return iter([shards()[self.place]])


def test_the_shards_are_read_by_the_workers(cluster, tmp_path):
    with joblib.parallel_config(backend="dask"):
        model = ELMClassifier(n_hidden=40, alpha=0.1, random_state=0)
        model.fit_batches([Where(tmp_path, place) for place in range(4)])
    readers = {file.name.split("-")[1] for file in tmp_path.iterdir()}
    workers = {str(pid) for pid in cluster.run(os.getpid).values()}
    assert readers - {str(os.getpid())} <= workers  # the first batch is looked at here
    assert len(readers & workers) == 2
    one = ELMClassifier(n_hidden=40, alpha=0.1, random_state=0).fit_batches(shards())
    np.testing.assert_allclose(model.coef_, one.coef_, rtol=0, atol=1e-10 * np.abs(one.coef_).max())


class Damaged:
    """A shard whose first pass (the classes) goes well, and whose second ends in the middle."""

    def __init__(self, folder):
        self.folder = folder

    def __iter__(self):
        X, y = examples()
        yield X[:50], y[:50]
        if (self.folder / "was read").exists():
            raise OSError("the disk is gone")
        (self.folder / "was read").touch()


def test_a_shard_that_fails_on_a_worker_is_named(cluster, tmp_path):
    sources = [*shards()[:2], Damaged(tmp_path), shards()[3]]
    message = r"^shard 3 of 4 \(Damaged\): OSError: the disk is gone"
    with joblib.parallel_config(backend="dask"), pytest.raises(InvalidInputError, match=message):
        ELMClassifier(n_hidden=40, alpha=0.1, random_state=0).fit_batches(sources)
    assert (tmp_path / "was read").exists()
