"""Where each network was first described; printed by ``sinapsi cite``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """A publication.

    Parameters
    ----------
    authors : str
        "Family, Given" joined by " and ", as BibTeX wants.
    year : int
        Year of publication.
    title : str
        Title.
    where : str
        Journal with volume and pages, or publisher.

    Examples
    --------
    >>> print(Reference("Rosenblatt, Frank", 1958, "The perceptron", "Psychological Review 65(6), 386-408"))
    Rosenblatt, Frank (1958). The perceptron. Psychological Review 65(6), 386-408.
    """

    authors: str
    year: int
    title: str
    where: str

    @property
    def key(self) -> str:
        """BibTeX key: first family name and year, for example ``rosenblatt1958``."""
        family = self.authors.split(",")[0]
        return "".join(letter for letter in family.lower() if letter.isalpha()) + str(self.year)

    def __str__(self) -> str:
        return f"{self.authors} ({self.year}). {self.title}. {self.where}."

    def bibtex(self) -> str:
        """Give the BibTeX entry.

        Returns
        -------
        str
            An ``@misc`` entry; ``where`` goes into ``howpublished``, so nothing is invented.
        """
        return (
            f"@misc{{{self.key},\n  author = {{{self.authors}}},\n  title = {{{self.title}}},\n"
            f"  year = {{{self.year}}},\n  howpublished = {{{self.where}}}\n}}"
        )


MCCULLOCH_PITTS_1943 = Reference(
    "McCulloch, Warren S. and Pitts, Walter",
    1943,
    "A logical calculus of the ideas immanent in nervous activity",
    "Bulletin of Mathematical Biophysics 5, 115-133",
)
ROSENBLATT_1958 = Reference(
    "Rosenblatt, Frank",
    1958,
    "The perceptron: a probabilistic model for information storage and organization in the brain",
    "Psychological Review 65(6), 386-408",
)
DUDA_HART_1973 = Reference(
    "Duda, Richard O. and Hart, Peter E.", 1973, "Pattern Classification and Scene Analysis", "Wiley"
)
WIDROW_HOFF_1960 = Reference(
    "Widrow, Bernard and Hoff, Marcian E.",
    1960,
    "Adaptive switching circuits",
    "IRE WESCON Convention Record 4, 96-104",
)
RUMELHART_1986 = Reference(
    "Rumelhart, David E. and Hinton, Geoffrey E. and Williams, Ronald J.",
    1986,
    "Learning representations by back-propagating errors",
    "Nature 323, 533-536",
)
