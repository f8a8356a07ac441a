import numpy as np
import pytest

from sinapsi.datasets import make_vowels
from sinapsi.exceptions import InvalidParameterError


def test_frames_scatter_around_the_published_averages():
    X, y = make_vowels(20_000, speakers="woman", random_state=0)
    frames = np.log(X[y == "had"])
    np.testing.assert_allclose(np.exp(frames.mean(axis=0)), [860, 2050, 2850], rtol=0.01)
    np.testing.assert_allclose(frames.std(axis=0), 0.06, rtol=0.1)
    assert {name: int((y == name).sum()) for name in np.unique(y)} == dict.fromkeys(np.unique(y), 2000)
    assert len(np.unique(y)) == 10


def test_all_kinds_of_speakers_speak():
    X, y = make_vowels(3000, spread=0.0, random_state=0)
    assert sorted(set(X[y == "heed", 1])) == [2290, 2790, 3200]


@pytest.mark.parametrize(
    "wrong", [{"n_samples": 0}, {"spread": -1.0}, {"spread": float("nan")}, {"speakers": "parrot"}]
)
def test_what_cannot_be_said_is_refused(wrong):
    with pytest.raises(InvalidParameterError, match=str(next(iter(wrong)))):
        make_vowels(**wrong)
