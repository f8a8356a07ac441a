"""``sinapsi tour``: every network at work on real data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sinapsi.cli.exit_codes import FAILED

if TYPE_CHECKING:
    from sinapsi.cli.visit import Stop, Visit

HEADER = ("network", "data", "score", "baseline", "linear", "time", "verdict")
TITLE = "On rows held out: accuracy, or R² for regressors"
INTRODUCTION = (
    "Each network learned real data that ship, with standardized inputs and a fixed seed, and was judged on rows held "
    "out. The baseline always answers the majority class or the mean, and every network must beat it; the linear model "
    "for comparison is scikit-learn's LogisticRegression or Ridge. R² is the share of the variance that is explained."
)


def tour(
    quick: Annotated[bool, typer.Option("--quick", help="Fewer rows and epochs, no page.")] = False,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the page goes.")] = Path("tour"),
) -> None:
    """Show every network on real data, beside honest baselines; fail if one does not beat its baseline."""
    from sinapsi.cli import console
    from sinapsi.cli.tour_stops import STOPS

    visits = []
    for number, stop in enumerate(STOPS, start=1):
        visit = visit_of(stop, quick=quick)
        visits.append(visit)
        console.show_line(f"{number}/{len(STOPS)}  {told(visit)}")
    console.show_table(HEADER, [cells_of(visit) for visit in visits], title=TITLE)
    if not quick:
        console.show_line(f"The same with pictures: {write_page(visits, out)}")
    failed = [visit.network for visit in visits if not visit.passed]
    if failed:
        console.show_error(f"Expected every network to beat its baseline. {', '.join(failed)} did not.")
        raise typer.Exit(FAILED)


def visit_of(stop: Stop, *, quick: bool) -> Visit:
    """Visit a stop; one that breaks down is shown as failed, and the tour goes on.

    Parameters
    ----------
    stop : Stop
        The stop.
    quick : bool
        Whether fewer rows and epochs will do.

    Returns
    -------
    Visit
        What was seen.
    """
    from sinapsi.cli.networks import kebab_case
    from sinapsi.cli.visit import Visit

    try:
        return stop.visit(quick=quick)
    except Exception as error:
        remark = f"{type(error).__name__}: {error}"
        return Visit(kebab_case(stop.network), stop.data, "", None, None, None, False, 0.0, remark)


def told(visit: Visit) -> str:
    """Tell a visit in one line.

    Parameters
    ----------
    visit : Visit
        What was seen.

    Returns
    -------
    str
        Network, data, score, and why learning stopped.
    """
    from sinapsi.cli.scores import shown

    score = f"{visit.measure} {shown(visit.score)} ({visit.remark})" if visit.measure else visit.remark
    return f"{visit.network} on {visit.data}: {score}"


def cells_of(visit: Visit) -> tuple[str, ...]:
    """Write a visit as a row of the table.

    Parameters
    ----------
    visit : Visit
        What was seen.

    Returns
    -------
    tuple of str
        One cell for each heading.
    """
    from sinapsi.cli.scores import shown

    verdict = "better" if visit.passed else "FAILED"
    scores = (shown(visit.score), shown(visit.baseline), shown(visit.linear))
    return (visit.network, visit.data, *scores, f"{visit.seconds:.1f} s", verdict)


def write_page(visits: Sequence[Visit], out: Path) -> Path:
    """Write the tour as an HTML page.

    Parameters
    ----------
    visits : sequence of Visit
        What was seen.
    out : Path
        Directory of the page, made if needed.

    Returns
    -------
    Path
        The page.
    """
    from sinapsi.cli.figures import NO_FIGURES, can_draw, png_of
    from sinapsi.cli.output_files import write_file
    from sinapsi.report import Picture, Section, Table, page

    table = Table(HEADER, tuple(cells_of(visit) for visit in visits))
    drawn = [visit for visit in visits if visit.drawing] if can_draw() else []
    pictures = tuple(Picture(png_of(visit.drawing), told(visit)) for visit in drawn if visit.drawing)
    sections = [
        Section(TITLE, table=table),
        Section("Pictures", () if can_draw() else (NO_FIGURES,), pictures=pictures),
    ]
    out.mkdir(parents=True, exist_ok=True)
    path = out / "index.html"
    write_file(path, page("The Sinapsi tour", INTRODUCTION, sections).encode())
    return path
