"""The code blocks of the chapter pages run and print what the pages say."""

import doctest
from pathlib import Path

import pytest

CHAPTERS = sorted((Path(__file__).parents[2] / "docs" / "chapters").glob("*.rst"))


def test_there_is_a_page_for_each_of_the_first_nine_chapters():
    assert [page.name[:2] for page in CHAPTERS][:9] == ["01", "02", "03", "04", "05", "06", "07", "08", "09"]


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.stem)
def test_the_code_on_the_page_runs(page):
    result = doctest.testfile(str(page), module_relative=False, encoding="utf-8", optionflags=doctest.ELLIPSIS)
    assert result.attempted > 10
    assert result.failed == 0, "the failed examples are printed above"
