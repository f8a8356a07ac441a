"""The picture on README's first screen is there, and light enough for a slow line."""

from pathlib import Path

from matplotlib.image import imread

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "first_screen.png"
MOST_BYTES = 150_000


def test_the_picture_is_there_and_small():
    assert PICTURE.stat().st_size < MOST_BYTES
    height, width = imread(PICTURE).shape[:2]
    assert width > 2 * height
    assert width >= 1000
