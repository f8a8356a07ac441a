"""The manual is whole: every public name has its place, and every picture of a chapter a program that draws it."""

import re
from pathlib import Path

import pytest

import sinapsi
from sinapsi import plots

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "chapters").glob("*.rst"))
PROGRAMS = {program.stem for program in (ROOT / "examples").glob("*.py")}
LOOK_UP = (ROOT / "docs" / "api.rst").read_text(encoding="utf-8").split()


@pytest.mark.parametrize("name", [name for name in sinapsi.__all__ if not name.startswith("_")])
def test_every_public_name_is_listed(name):
    assert name in LOOK_UP


@pytest.mark.parametrize("name", plots.__all__)
def test_every_display_is_listed(name):
    assert name in LOOK_UP


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_picture_of_a_chapter_links_to_the_program_that_draws_it(page):
    text = page.read_text(encoding="utf-8")
    figures = re.findall(r"images/sphx_glr_(\w+)_\d{3}\.png\n   :target: \.\./auto_examples/(\w+)\.html", text)
    assert len(figures) == text.count(".. figure::") > 0
    for drawn_by, target in figures:
        assert drawn_by == target
        assert target in PROGRAMS


def test_every_program_is_named_in_a_chapter():
    chapters = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert {program for program in PROGRAMS if f"auto_examples/{program}.html" not in chapters} == set()
