"""Spoken vowels as frames of formants, drawn around published averages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sinapsi.datasets.generated import Randomness
from sinapsi.exceptions import InvalidParameterError

# Averages of F1, F2, F3 in hertz of men, women and children: Peterson and Barney (1952), table II.
FORMANTS: Mapping[str, tuple[tuple[int, int, int], ...]] = MappingProxyType(
    {
        "heed": ((270, 2290, 3010), (310, 2790, 3310), (370, 3200, 3730)),
        "hid": ((390, 1990, 2550), (430, 2480, 3070), (530, 2730, 3600)),
        "head": ((530, 1840, 2480), (610, 2330, 2990), (690, 2610, 3570)),
        "had": ((660, 1720, 2410), (860, 2050, 2850), (1010, 2320, 3320)),
        "hod": ((730, 1090, 2440), (850, 1220, 2810), (1030, 1370, 3170)),
        "hawed": ((570, 840, 2410), (590, 920, 2710), (680, 1060, 3180)),
        "hood": ((440, 1020, 2240), (470, 1160, 2680), (560, 1410, 3310)),
        "who'd": ((300, 870, 2240), (370, 950, 2670), (430, 1170, 3260)),
        "hud": ((640, 1190, 2390), (760, 1400, 2780), (850, 1590, 3360)),
        "heard": ((490, 1350, 1690), (500, 1640, 1960), (560, 1820, 2160)),
    }
)
SPEAKERS = ("man", "woman", "child")


def make_vowels(
    n_samples: int = 1500, *, speakers: str | None = None, spread: float = 0.06, random_state: Randomness = None
) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """Generate frames of ten spoken vowels: three formants each, around the averages of Peterson and Barney [1]_.

    Parameters
    ----------
    n_samples : int, default=1500
        Number of frames, at least 1; the vowels by turns.
    speakers : {"man", "woman", "child"} or None, default=None
        Who speaks. None draws one of the three for every frame.
    spread : float, default=0.06
        Standard deviation of the logarithm of each formant, at least 0: 0.06 is about 6 %.
    random_state : int, Generator or None, default=None
        Seed.

    Returns
    -------
    X : array of shape (n_samples, 3)
        F1, F2 and F3 in hertz.
    y : array of str of shape (n_samples,)
        The word in which the vowel stands: "heed", "hid", "head", "had", "hod", "hawed", "hood", "who'd", "hud" or
        "heard".

    Raises
    ------
    InvalidParameterError
        If a number is out of its range, or nobody speaks like that.

    References
    ----------
    .. [1] Peterson, G. E. and Barney, H. L. (1952). Control methods used in a study of the vowels. Journal of the
       Acoustical Society of America 24(2), 175-184, table II. The averages are theirs; how frames scatter is made up.

    Examples
    --------
    >>> X, y = make_vowels(3, speakers="man", spread=0.0)
    >>> X.round().tolist()
    [[270.0, 2290.0, 3010.0], [390.0, 1990.0, 2550.0], [530.0, 1840.0, 2480.0]]
    >>> y.tolist()
    ['heed', 'hid', 'head']
    """
    if n_samples < 1 or not spread >= 0:
        raise InvalidParameterError(
            f"make_vowels expects n_samples of at least 1 and a spread of at least 0. Got {n_samples!r} and {spread!r}."
        )
    if speakers is not None and speakers not in SPEAKERS:
        raise InvalidParameterError(
            f"speakers must be one of {', '.join(SPEAKERS)}, or None. Got {speakers!r} instead."
        )
    rng = np.random.default_rng(random_state)
    vowel = np.arange(n_samples) % len(FORMANTS)
    speaker = rng.integers(3, size=n_samples) if speakers is None else np.full(n_samples, SPEAKERS.index(speakers))
    averages = np.array(list(FORMANTS.values()), dtype=np.float64)[vowel, speaker]  # (n_samples, 3)
    return averages * np.exp(spread * rng.standard_normal(averages.shape)), np.array(list(FORMANTS))[vowel]
