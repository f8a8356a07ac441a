"""A phonetic map of real speech: nine men say two Japanese vowels in a row; the map names the speaker of each frame.

    pip download aeon==1.6.0 --no-deps && unzip aeon-1.6.0-*.whl 'aeon/datasets/data/JapaneseVowels/*'
    .venv-bench/bin/python benchmarks/headline_vowels.py aeon/datasets/data/JapaneseVowels

A frame is twelve cepstrum coefficients (Kudo, Toyama and Shimbo 1999). The map learns the frames of 270 training series
without knowing who speaks; its units are then named after the speakers, and a test series belongs to the speaker after
whom most of its frames' winners are named. The size of the map was chosen on a third of the training series held out;
all else is by default.
"""

import argparse
import sys
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
from claims import Claim, Effort, Measurement, settle
from sklearn.preprocessing import StandardScaler

from sinapsi import SelfOrganizingMap

SETTINGS = {"size": (24, 28), "random_state": 0}

Series = list[tuple[np.ndarray, str]]


def read_series(path: Path) -> Series:
    """Read series of the .ts format: dimensions separated by colons, the class at the end."""
    lines = path.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.strip().lower() == "@data") + 1
    series = []
    for line in filter(None, map(str.strip, lines[first:])):
        *dimensions, speaker = line.split(":")
        frames = np.array([[float(value) for value in dimension.split(",")] for dimension in dimensions]).T
        series.append((frames[~np.isnan(frames).any(axis=1)], speaker))  # (n_frames, 12)
    return series


def judge(learned: Series, judged: Series) -> dict[str, float]:
    """Learn the frames of some series and name the speakers of others."""
    frames = np.concatenate([each for each, _ in learned])
    speakers = np.concatenate([[speaker] * len(each) for each, speaker in learned])
    scaler = StandardScaler().fit(frames)
    X = scaler.transform(frames)
    start = perf_counter()
    model = SelfOrganizingMap(**SETTINGS).fit(X).label_units(speakers)
    seconds = perf_counter() - start
    right_frames, n_frames, right_series = 0, 0, 0
    for each, speaker in judged:
        named = model.classify(scaler.transform(each))
        right_frames += int((named == speaker).sum())
        n_frames += len(named)
        names, counts = np.unique(named, return_counts=True)
        right_series += int(names[counts.argmax()] == speaker)
    new = scaler.transform(np.concatenate([each for each, _ in judged]))
    return {
        "frames_right": right_frames / n_frames,
        "series_right": right_series / len(judged),
        "quantization_error": model.quantization_error(new),
        "topographic_error": model.topographic_error(new),
        "seconds_of_fit": seconds,
    }


def measure(folder: Path, effort: Effort) -> Measurement:
    """Judge on the test series."""
    learned, judged = (read_series(folder / f"JapaneseVowels_{part}.ts") for part in ("TRAIN", "TEST"))
    if effort.quick:
        learned, judged = learned[::3], learned[1::3]
    found = judge(learned, judged)
    words = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in found.items())
    return Measurement(found["series_right"], words, {**found, "settings": {k: str(v) for k, v in SETTINGS.items()}})


def main() -> int:
    """Read the folder from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="holds JapaneseVowels_TRAIN.ts and JapaneseVowels_TEST.ts")
    parser.add_argument("--quick", action="store_true", help="judge on training series held out; writes no result")
    options = parser.parse_args()
    claim = Claim(
        "headline_vowels",
        "Japanese vowels: share of 370 test series whose speaker a labeled map names",
        None,
        partial(measure, options.folder),
        unit="of the series",
        command="python benchmarks/headline_vowels.py FOLDER",
    )
    settle(claim, Effort(quick=options.quick))
    return 0


if __name__ == "__main__":
    sys.exit(main())
