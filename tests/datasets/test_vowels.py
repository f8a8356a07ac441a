import numpy as np
import pytest

from sinapsi.datasets import make_vowels
from sinapsi.datasets.vowels import FORMANTS
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


def test_a_shorter_vocal_tract_raises_every_formant():
    averages = np.array(list(FORMANTS.values()))  # (vowels, speakers, formants)
    assert averages.shape == (10, 3, 3)
    assert (np.diff(averages, axis=1) > 0).all()  # men below women below children
    assert (np.diff(averages, axis=2) > 0).all()  # F1 below F2 below F3


def test_a_seed_repeats_and_another_one_differs():
    first, again, other = (make_vowels(30, random_state=seed)[0] for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    "wrong", [{"n_samples": 0}, {"spread": -1.0}, {"spread": float("nan")}, {"speakers": "parrot"}]
)
def test_what_cannot_be_said_is_refused(wrong):
    with pytest.raises(InvalidParameterError, match=str(next(iter(wrong)))):
        make_vowels(**wrong)
