import matplotlib as mpl
import pytest

mpl.use("Agg")


@pytest.fixture(autouse=True)
def _figures_are_closed():
    yield
    from matplotlib import pyplot

    pyplot.close("all")


@pytest.fixture
def without_matplotlib(monkeypatch):
    """Make matplotlib look as if it were not installed."""
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)


@pytest.fixture
def shown():
    """Give the small print and other texts of axes as one line, as a reader sees them."""

    def texts_of(ax):
        return " ".join(text.get_text() for text in ax.texts).replace("\n", " ")

    return texts_of
