"""Letters and digits as small black-and-white images, drawn in this file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Integral
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidParameterError

# 9 rows and 7 columns each. Strokes are two pixels thick, but a stem in the middle of seven columns is three, and a bar
# between two others is mostly one, to keep the white around it open. Any two drawings differ in 8 pixels or more.
_SHEET: Mapping[str, str] = MappingProxyType(
    {
        "ABCDEFGHI": """
            ..###..  #####..  ..####.  #####..  #######  #######  ..#####  ##...##  .#####.
            .#####.  ######.  .######  ######.  #######  #######  .######  ##...##  .#####.
            ##...##  ##..##.  ###..##  ##..###  ##.....  ##.....  ###....  ##...##  ..###..
            ##...##  ##..##.  ##.....  ##...##  ##.....  ##.....  ##.....  #######  ..###..
            ##...##  ######.  ##.....  ##...##  #####..  #####..  ##.####  #######  ..###..
            #######  ##...##  ##.....  ##...##  ##.....  #####..  ##.####  ##...##  ..###..
            #######  ##...##  ###..##  ##..###  ##.....  ##.....  ###..##  ##...##  ..###..
            ##...##  #######  .######  ######.  #######  ##.....  .######  ##...##  .#####.
            ##...##  ######.  ..####.  #####..  #######  ##.....  ..#####  ##...##  .#####.
        """,
        "JKLMNOPQR": """
            .....##  ##...##  ##.....  ##...##  ##...##  .#####.  ######.  .#####.  ######.
            .....##  ##..###  ##.....  ###.###  ###..##  #######  #######  #######  #######
            .....##  ##.###.  ##.....  #######  ####.##  ##...##  ##...##  ##...##  ##...##
            .....##  #####..  ##.....  #######  ####.##  ##...##  ##...##  ##...##  ##...##
            .....##  ####...  ##.....  ##.#.##  #######  ##...##  #######  ##...##  #######
            .....##  #####..  ##.....  ##.#.##  ##.####  ##...##  ######.  ##.#.##  ######.
            ##...##  ##.###.  ##.....  ##...##  ##.####  ##...##  ##.....  #######  ##.###.
            #######  ##..###  #######  ##...##  ##..###  #######  ##.....  .#####.  ##..###
            .#####.  ##...##  #######  ##...##  ##...##  .#####.  ##.....  ....###  ##...##
        """,
        "STUVWXYZ": """
            .#####.  #######  ##...##  ##...##  ##...##  ##...##  ##...##  #######
            #######  #######  ##...##  ##...##  ##...##  ##...##  ##...##  #######
            ##.....  ..###..  ##...##  ##...##  ##...##  .##.##.  ##...##  ....###
            ###....  ..###..  ##...##  ##...##  ##.#.##  .#####.  .##.##.  ...###.
            .#####.  ..###..  ##...##  ##...##  ##.#.##  ..###..  .#####.  ..###..
            ....###  ..###..  ##...##  .##.##.  #######  .#####.  ..###..  .###...
            .....##  ..###..  ##...##  .##.##.  #######  .##.##.  ..###..  ###....
            #######  ..###..  #######  ..###..  ###.###  ##...##  ..###..  #######
            .#####.  ..###..  .#####.  ...#...  ##...##  ##...##  ..###..  #######
        """,
        "0123456789": """
            ..###..  ..###..  .#####.  .#####.  ....##.  #######  ..####.  #######  ..###..  .#####.
            .#####.  .####..  #######  #######  ...###.  #######  .#####.  #######  .##.##.  #######
            .##.##.  #####..  ##...##  ##...##  ..####.  ##.....  ###....  .....##  .##.##.  ##...##
            ##...##  ..###..  ....###  .....##  .##.##.  ######.  ##.....  ....##.  ..###..  #######
            ##...##  ..###..  ...###.  ..####.  ##..##.  #######  ######.  ....##.  .#####.  .######
            ##...##  ..###..  ..###..  .....##  #######  .....##  #######  ...##..  ##...##  .....##
            .##.##.  ..###..  .###...  ##...##  #######  ##...##  ##...##  ...##..  ##...##  ....###
            .#####.  #######  #######  #######  ....##.  #######  #######  ..##...  #######  .#####.
            ..###..  #######  #######  .#####.  ....##.  .#####.  .#####.  ..##...  .#####.  .####..
        """,
    }
)


def _drawings(sheet: Mapping[str, str]) -> Iterable[tuple[str, NDArray[np.float64]]]:
    for characters, strip in sheet.items():
        rows = [line.split() for line in strip.strip().splitlines()]
        for character, drawing in zip(characters, zip(*rows, strict=True), strict=True):
            yield character, np.array([[1.0 if pixel == "#" else -1.0 for pixel in row] for row in drawing])


_DRAWINGS: Mapping[str, NDArray[np.float64]] = MappingProxyType(dict(_drawings(_SHEET)))


def letters(
    characters: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", *, scale: int = 1, shape: tuple[int, int] | None = None
) -> NDArray[np.float64]:
    """Draw letters and digits as images of -1 (paper) and +1 (ink).

    Parameters
    ----------
    characters : str, default="ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        What to draw, one image a character, in this order: capitals A to Z and digits 0 to 9, at least one.
    scale : int, default=1
        Side of the square of pixels that each pixel of the drawing becomes, at least 1.
    shape : tuple of two int or None, default=None
        Height and width of the whole image in pixels. The drawing stands in the middle, with paper around it; an odd
        row goes to the bottom and an odd column to the right. None leaves no paper around: ``(9 * scale, 7 * scale)``.

    Returns
    -------
    images : array of shape (n_characters, height, width)
        The images, -1 or +1.

    Raises
    ------
    InvalidParameterError
        If a character has no drawing or there is none at all, the scale is not a whole number of at least 1, or the
        shape does not hold the drawing.

    Examples
    --------
    >>> (image,) = letters("R")
    >>> for row in image:
    ...     print("".join("#" if pixel > 0 else "." for pixel in row))
    ######.
    #######
    ##...##
    ##...##
    #######
    ######.
    ##.###.
    ##..###
    ##...##

    The digits in the format of MNIST:

    >>> letters("0123456789", scale=3, shape=(28, 28)).shape
    (10, 28, 28)
    """
    _check_characters(characters)
    if not _is_whole(scale) or scale < 1:
        raise InvalidParameterError(
            f"The scale of letters must be a whole number of at least 1. Got {scale!r} instead. "
            "Pass scale=1 for 9 x 7 pixels, scale=2 for 18 x 14."
        )
    drawings = np.stack([_DRAWINGS[character] for character in characters])
    images = drawings.repeat(scale, axis=1).repeat(scale, axis=2)  # (n_characters, 9 * scale, 7 * scale)
    return images if shape is None else _centered(images, shape, scale)


def _centered(images: NDArray[np.float64], shape: tuple[int, int], scale: int) -> NDArray[np.float64]:
    if not isinstance(shape, tuple | list) or len(shape) != 2 or not all(_is_whole(length) for length in shape):
        raise InvalidParameterError(
            f"The shape of letters must be a pair of whole numbers, (height, width). Got {shape!r} instead. "
            "Pass for example shape=(28, 28)."
        )
    _, height, width = images.shape
    if shape[0] < height or shape[1] < width:
        way_out = f"Pass at least shape=({height}, {width})" + (", or a smaller scale." if scale > 1 else ".")
        raise InvalidParameterError(
            f"The shape of letters must hold the drawing, {height} x {width} pixels at scale={scale}. "
            f"Got {tuple(shape)!r} instead. {way_out}"
        )
    top, left = (shape[0] - height) // 2, (shape[1] - width) // 2
    whole = np.full((len(images), *shape), -1.0)
    whole[:, top : top + height, left : left + width] = images
    return whole


def _check_characters(characters: str) -> None:
    if not isinstance(characters, str) or not characters:
        raise InvalidParameterError(
            "The characters of letters must be a string of at least one character. "
            f"Got {characters!r} instead. Pass some of A to Z and 0 to 9."
        )
    unknown = [character for character in dict.fromkeys(characters) if character not in _DRAWINGS]
    if unknown:
        possible = "".join(character for character in characters.upper() if character in _DRAWINGS)
        has_lower_case = any(character.upper() in _DRAWINGS for character in unknown)
        way_out = f"Pass {'upper case: ' if has_lower_case else ''}{possible!r}." if possible else "Pass some of these."
        raise InvalidParameterError(
            "letters has drawings of the capitals A to Z and the digits 0 to 9. "
            f"It has none of {', '.join(map(repr, unknown))}. {way_out}"
        )


def _is_whole(number: object) -> bool:
    return isinstance(number, Integral) and not isinstance(number, bool)
