"""The grammar of short forms: what it takes, what it refuses, and that it evaluates nothing."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinapsi.exceptions import InvalidParameterError
from sinapsi.short_forms import ShortForm, parse_short_form


@dataclass(frozen=True)
class Pair(ShortForm):
    short_name = "pair"
    first: float
    second: float = 2.0
    label: str = "none"


@dataclass(frozen=True)
class Bare(ShortForm):
    short_name = "bare"


MAKERS = {"pair": Pair, "bare": Bare}


def parsed(text):
    return parse_short_form(text, MAKERS, "example")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bare", Bare()),
        ("bare()", Bare()),
        ("  bare  ", Bare()),
        ("pair(1)", Pair(1)),
        ("pair(1, 3.5)", Pair(1, 3.5)),
        ("pair(first=-1e-3)", Pair(-1e-3)),
        ("pair( 1 , label = 'a|b' )", Pair(1, label="a|b")),
        ("pair(second=5, first=4)", Pair(4, 5)),
    ],
)
def test_forms_that_read_like_the_call(text, expected):
    assert parsed(text) == expected


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (Bare(), "bare"),
        (Pair(1.5), "pair(first=1.5)"),
        (Pair(1.5, 2.0), "pair(first=1.5)"),  # what is as by default goes without saying
        (Pair(1, 3, "it's"), 'pair(first=1, second=3, label="it\'s")'),
    ],
)
def test_objects_say_their_form(made, text):
    assert str(made) == text
    assert parsed(text) == made


@given(first=st.floats(allow_nan=False, allow_infinity=False), second=st.integers(), label=st.text(max_size=8))
def test_every_setting_survives_the_round_trip(first, second, label):
    made = Pair(first, second, label)
    assert parsed(str(made)) == made


@pytest.mark.parametrize(
    "text",
    ["", " ", "pair(", "pair)", "pair 1", "1", "'pair'", "pair(1)(2)", "a.pair(1)", "pair[1]", "pair(1); bare",
     "lambda: 1", "pair(x)", "pair(1 + x)", "pair(first=f())", "bare and bare", "pair(*[1])", "pair(**{'first': 1})",
     "__import__('os')", "\x00", "(" * 300],
)  # fmt: skip
def test_anything_else_is_refused(text):
    with pytest.raises(InvalidParameterError, match="example"):
        parsed(text)


def test_nothing_is_evaluated():
    ran = []
    with pytest.raises(InvalidParameterError, match="is not a short form"):
        parse_short_form("pair(spy())", {"pair": Pair, "spy": lambda: ran.append(1)}, "example")
    with pytest.raises(InvalidParameterError):
        parsed("pair(first=__import__('sys').exit())")
    assert not ran


def test_deeply_nested_forms_do_not_break_the_interpreter():
    for text in ("pair(" + "[" * 5000 + "]" * 5000 + ")", "-" * 100_000 + "1", "pair(" * 2000 + ")" * 2000):
        with pytest.raises(InvalidParameterError, match=r"(not a|no) short form"):
            parsed(text)


@pytest.mark.parametrize("text", ["pair", "pair()", "pair(1, 2, 'a', 4)", "pair(1, first=2)", "pair(1, third=3)"])
def test_arguments_that_do_not_fit_are_refused_with_those_there_are(text):
    with pytest.raises(
        InvalidParameterError, match=r"has arguments that do not fit.*pair\(first, second=2\.0, label='none'\)"
    ):
        parsed(text)


def test_an_unknown_word_gets_the_nearest_and_the_list():
    with pytest.raises(InvalidParameterError) as caught:
        parsed("pear(1)")
    assert str(caught.value) == "Unknown example 'pear'. Did you mean 'pair'? Expected one of bare, pair."
    with pytest.raises(InvalidParameterError, match=r"^Unknown example 'xyz'\. Expected one of bare, pair\.$"):
        parsed("xyz")
