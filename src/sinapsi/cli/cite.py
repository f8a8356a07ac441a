"""``sinapsi cite``: whom to cite for a network."""

from __future__ import annotations

from typing import Annotated

import typer


def cite(
    network: Annotated[str, typer.Argument(metavar="NETWORK", help="For example perceptron or MLPClassifier.")],
) -> None:
    """Show who described a network first, as text and as BibTeX."""
    from sinapsi.cli.console import show_line
    from sinapsi.cli.networks import network_class

    references = getattr(network_class(network), "_references", ())
    for reference in references:
        show_line(str(reference))
    for reference in references:
        show_line("\n" + reference.bibtex())
