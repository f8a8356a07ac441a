"""Small data that ship, scikit-learn's bundled sets by name and generated ones for teaching; a reader for IDX files."""

from sinapsi.datasets.generated import logic_gate, two_blobs, two_spirals
from sinapsi.datasets.idx import read_idx
from sinapsi.datasets.letters import letters
from sinapsi.datasets.named import NAMES, Dataset, load_named
from sinapsi.datasets.vowels import make_vowels

__all__ = [
    "NAMES",
    "Dataset",
    "letters",
    "load_named",
    "logic_gate",
    "make_vowels",
    "read_idx",
    "two_blobs",
    "two_spirals",
]
