"""A refactor keeps the results: fixed-seed fits agree with those recorded."""

import json
from typing import Any

import numpy as np
import pytest

from tests.contracts.recorded_fits import FILE, fits, summary

RECORDED: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
FITS = fits()
RECORD = "python -m tests.contracts.recorded_fits records them anew"


def test_every_fit_is_recorded_and_no_other() -> None:
    assert list(RECORDED) == list(FITS), RECORD


@pytest.mark.parametrize("name", FITS)
def test_a_fit_gives_what_it_gave(name: str) -> None:
    now, recorded = summary(*FITS[name]), RECORDED[name]
    assert list(now) == list(recorded), RECORD
    for place, value in recorded.items():
        if isinstance(value, list) and isinstance(value[0], float):
            # A number near 0 is the difference of larger ones, here of size 1.
            np.testing.assert_allclose(now[place], value, rtol=1e-6, atol=1e-9, err_msg=f"{place}; {RECORD}")
        else:
            assert now[place] == value, f"{place}; {RECORD}"
