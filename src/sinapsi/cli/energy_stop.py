"""The stops of the tour at which networks that know how digits are distributed fill gaps and make codes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import sinapsi
from sinapsi.cli.networks import kebab_case
from sinapsi.cli.visit import SEED, Visit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_JUDGED = 100  # images that were not learned
N_SHOWN = 10  # images in the picture
QUICK_ROWS = 600
SIDE = 8  # pixels
INK = 0.5  # gray from which a pixel counts as lit

Images = NDArray[np.float64]


def _digits(*, quick: bool) -> tuple[Images, Images]:
    """Images (n_images, 64) from 0 to 1, to learn and to judge by."""
    from sklearn.datasets import load_digits

    images = load_digits().data / 16
    images = np.random.default_rng(SEED).permutation(images)
    learned = images[N_JUDGED : N_JUDGED + QUICK_ROWS] if quick else images[N_JUDGED:]
    return learned, images[:N_JUDGED]


@dataclass(frozen=True)
class FillingStop:
    """A machine learns digits, of black and white pixels, and fills the lower half of others.

    Parameters
    ----------
    network : str
        Class name on the contents page.
    settings, quick_settings : mapping of str to object
        Parameters of the network, and those that differ in the quick tour.
    """

    network: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    quick_settings: Mapping[str, Any] = field(default_factory=dict)
    data: str = "digits"

    def visit(self, *, quick: bool) -> Visit:
        """Learn, and fill gaps.

        Parameters
        ----------
        quick : bool
            Whether to take fewer rows, and the quick settings.

        Returns
        -------
        Visit
            What was seen; the baseline is the commonest state of each pixel.
        """
        kind = getattr(sinapsi, self.network)  # imported before the clock starts
        learned, wanted = (np.where(images > INK, 1.0, 0.0) for images in _digits(quick=quick))
        spoiled = wanted.copy()
        spoiled[:, SIDE * SIDE // 2 :] = np.nan
        began = time.perf_counter()
        network = kind(random_state=SEED, **{**self.settings, **(self.quick_settings if quick else {})}).fit(learned)
        seconds = time.perf_counter() - began
        filled = network.complete(spoiled)
        gaps = np.isnan(spoiled)
        usual = np.broadcast_to(learned.mean(axis=0) > INK, wanted.shape)
        score = float(((filled > INK) == wanted)[gaps].mean())
        baseline = float((usual == wanted)[gaps].mean())
        return Visit(
            network=kebab_case(self.network),
            data=self.data,
            measure="pixels right",
            score=score,
            baseline=baseline,
            linear=None,
            passed=score > baseline,
            seconds=seconds,
            remark=str(network.stop_reason_),
            drawing=_drawing(f"{self.network}: lower halves filled", (wanted, filled), ("digit", "filled")),
        )


@dataclass(frozen=True)
class CodeStop:
    """An autoencoder learns a short code for digits, and makes others again from it.

    Parameters
    ----------
    network : str
        Class name on the contents page.
    settings, quick_settings : mapping of str to object
        Parameters of the network, and those that differ in the quick tour.
    """

    network: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    quick_settings: Mapping[str, Any] = field(default_factory=dict)
    data: str = "digits"

    def visit(self, *, quick: bool) -> Visit:
        """Learn, and make images again.

        Parameters
        ----------
        quick : bool
            Whether to take fewer rows, and the quick settings.

        Returns
        -------
        Visit
            What was seen; the baseline is the mean image, the linear model as many principal components.
        """
        from sklearn.decomposition import PCA

        kind = getattr(sinapsi, self.network)
        learned, wanted = _digits(quick=quick)
        began = time.perf_counter()
        network = kind(random_state=SEED, **{**self.settings, **(self.quick_settings if quick else {})}).fit(learned)
        seconds = time.perf_counter() - began
        codes = network.transform(wanted)
        pca = PCA(codes.shape[1], random_state=SEED).fit(learned)
        again = network.inverse_transform(codes)

        def error(images: Images) -> float:
            return float(((images - wanted) ** 2).sum(axis=1).mean())

        score, baseline = error(again), error(np.broadcast_to(learned.mean(axis=0), wanted.shape))
        return Visit(
            network=kebab_case(self.network),
            data=self.data,
            measure="squared error",
            score=score,
            baseline=baseline,
            linear=error(pca.inverse_transform(pca.transform(wanted))),
            passed=score < baseline,
            seconds=seconds,
            remark=str(network.stop_reason_),
            drawing=_drawing(
                f"{self.network}: digits from {codes.shape[1]} numbers", (wanted, again), ("digit", "from its code")
            ),
        )


def _drawing(title: str, rows: tuple[Images, ...], names: tuple[str, ...]) -> Callable[[Axes], None]:
    def draw(ax: Axes) -> None:
        strips = [np.concatenate(list(row[:N_SHOWN].reshape(-1, SIDE, SIDE)), axis=1) for row in rows]
        ax.imshow(np.concatenate(strips), cmap="gray_r", vmin=0, vmax=1)
        middles = [SIDE * place + SIDE // 2 for place in range(len(rows))]
        ax.set(xticks=[], yticks=middles, yticklabels=names)
        ax.set_title(title, loc="left", fontweight="bold")

    return draw
