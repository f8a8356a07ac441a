from itertools import combinations

import numpy as np
import pytest

from sinapsi.datasets import letters
from sinapsi.exceptions import InvalidParameterError

CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALL = CAPITALS + "0123456789"


def test_the_alphabet_is_the_default_and_all_pixels_are_paper_or_ink():
    assert np.array_equal(letters(), letters(CAPITALS))
    images = letters(ALL)
    assert images.shape == (36, 9, 7)
    assert images.dtype == np.float64
    assert set(np.unique(images)) == {-1.0, 1.0}


def test_a_drawing_is_the_letter_it_is_named_for():
    rows = ["".join("#" if pixel > 0 else "." for pixel in row) for row in letters("L")[0]]
    assert rows == ["##....."] * 7 + ["#######"] * 2


def test_images_come_in_the_order_asked_and_as_often():
    images = letters("BAB")
    assert np.array_equal(images[0], letters("B")[0])
    assert np.array_equal(images[1], letters("A")[0])
    assert np.array_equal(images[2], images[0])


def test_any_two_drawings_differ_in_eight_pixels_at_least():
    images = dict(zip(ALL, letters(ALL), strict=True))
    distances = {first + second: int((images[first] != images[second]).sum()) for first, second in combinations(ALL, 2)}
    assert {pair: distance for pair, distance in distances.items() if distance < 8} == {}


@pytest.mark.parametrize("character", ALL)
def test_ink_touches_all_four_sides(character):
    (image,) = letters(character)
    assert image[0].max() == image[-1].max() == 1
    if character not in "I1":  # these two may be narrower
        assert image[:, 0].max() == image[:, -1].max() == 1


@pytest.mark.parametrize("scale", [1, 2, 3, np.int64(4)])
def test_scaling_turns_each_pixel_into_a_square(scale):
    images = letters(ALL, scale=scale)
    assert images.shape == (36, 9 * scale, 7 * scale)
    for image, drawing in zip(images, letters(ALL), strict=True):
        assert np.array_equal(image, np.kron(drawing, np.ones((scale, scale))))


@pytest.mark.parametrize(
    ("scale", "shape", "top", "left"),
    [
        (1, (9, 7), 0, 0),
        (1, (10, 8), 0, 0),  # one odd row and column: bottom and right
        (1, (11, 9), 1, 1),
        (1, [12, 7], 1, 0),
        (3, (28, 28), 0, 3),
    ],
)
def test_the_drawing_stands_in_the_middle_of_paper(scale, shape, top, left):
    images = letters(ALL, scale=scale, shape=shape)
    assert images.shape == (36, *shape)
    inside = (slice(None), slice(top, top + 9 * scale), slice(left, left + 7 * scale))
    assert np.array_equal(images[inside], letters(ALL, scale=scale))
    images[inside] = -1
    assert (images == -1).all()


def test_writing_into_an_image_does_not_change_the_next_one():
    letters("A")[:] = 0
    assert set(np.unique(letters("A"))) == {-1.0, 1.0}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: letters("A?B!?"), r"capitals A to Z and the digits 0 to 9. It has none of '\?', '!'. Pass 'AB'\.$"),
        (lambda: letters("Abc1"), r"none of 'b', 'c'. Pass upper case: 'ABC1'\.$"),
        (lambda: letters("a?"), r"none of 'a', '\?'. Pass upper case: 'A'\.$"),
        (lambda: letters("?"), r"none of '\?'. Pass some of these\.$"),
        (lambda: letters(""), r"string of at least one character. Got '' instead. Pass some of A to Z and 0 to 9"),
        (lambda: letters(["A", "B"]), r"string of at least one character. Got \['A', 'B'\] instead"),
        (lambda: letters("A", scale=0), r"scale of letters must be a whole number of at least 1. Got 0 .* scale=1"),
        (lambda: letters("A", scale=1.5), r"whole number of at least 1. Got 1.5"),
        (lambda: letters("A", scale=True), r"whole number of at least 1. Got True"),
        (lambda: letters("A", shape=(9, 6)), r"9 x 7 pixels at scale=1. Got \(9, 6\) .* at least shape=\(9, 7\)\.$"),
        (lambda: letters("A", scale=3, shape=(26, 28)), r"Got \(26, 28\) .* shape=\(27, 21\), or a smaller scale\.$"),
        (lambda: letters("A", shape=28), r"pair of whole numbers, \(height, width\). Got 28 .* shape=\(28, 28\)"),
        (lambda: letters("A", shape=(28, 28, 1)), r"pair of whole numbers"),
        (lambda: letters("A", shape=(28, 28.0)), r"pair of whole numbers"),
    ],
)
def test_errors_name_the_expectation_the_fact_and_the_way_out(wrong, message):
    with pytest.raises(InvalidParameterError, match=message):
        wrong()
