"""The stops of the tour at which letters are recalled from spoiled copies."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

import sinapsi
from sinapsi.cli.networks import kebab_case
from sinapsi.cli.visit import SEED, Visit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FLIPPED = 0.15  # of the pixels of a letter
N_COPIES = 20  # of each letter
N_SHOWN = 8  # letters in the picture
IMAGE = (9, 7)  # pixels of a letter


@dataclass(frozen=True)
class MemoryStop:
    """A memory stores letters and must bring spoiled copies closer to them than they are.

    Parameters
    ----------
    network : str
        Class name on the contents page.
    characters : str
        What it stores.
    settings : mapping of str to object
        Parameters of the network.
    """

    network: str
    characters: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> str:
        """What it works on."""
        return f"{len(self.characters)} letters"

    def visit(self, *, quick: bool) -> Visit:
        """Store the letters, and recall copies of which some pixels are flipped.

        Parameters
        ----------
        quick : bool
            Makes no difference.

        Returns
        -------
        Visit
            What was seen.
        """
        from sinapsi.datasets import letters

        kind = getattr(sinapsi, self.network)  # imported before the clock starts
        memories = letters(self.characters).reshape(len(self.characters), -1)
        random = np.random.default_rng(SEED)
        wanted = np.tile(memories, (N_COPIES, 1))
        probes = np.where(random.random(wanted.shape) < FLIPPED, -wanted, wanted)
        seed = {"random_state": SEED} if "random_state" in kind._get_param_names() else {}
        began = time.perf_counter()
        network = kind(**seed, **self.settings).fit(memories)
        score = float(network.score(probes, wanted))
        seconds = time.perf_counter() - began
        baseline = float((probes * wanted).mean())

        def draw(ax: Axes) -> None:
            rows = (probes[:N_SHOWN], network.predict(probes[:N_SHOWN]))
            ax.imshow(np.concatenate([_side_by_side(row) for row in rows]), cmap="gray_r", vmin=-1, vmax=1)
            ax.set(xticks=[], yticks=[IMAGE[0] // 2, IMAGE[0] + IMAGE[0] // 2 + 1], yticklabels=["spoiled", "recalled"])
            ax.set_title(f"{self.network}: letters recalled", loc="left", fontweight="bold")

        return Visit(
            network=kebab_case(self.network),
            data=self.data,
            measure="overlap",
            score=score,
            baseline=baseline,
            linear=None,
            passed=score > (1 + baseline) / 2,  # more than half of the faults mended
            seconds=seconds,
            remark=str(network.stop_reason_),
            drawing=draw,
        )


def _side_by_side(states: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Images in a row, with a margin of paper around each."""
    images = np.pad(states.reshape(-1, *IMAGE), ((0, 0), (1, 0), (1, 1)), constant_values=-1)
    return np.concatenate(list(images), axis=1)
