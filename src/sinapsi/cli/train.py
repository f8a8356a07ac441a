"""``sinapsi train``: from a table to a run directory."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sinapsi.cli.exit_codes import INTERRUPTED


def train(
    network: Annotated[str, typer.Argument(metavar="NETWORK", help="A name from 'sinapsi list'.")],
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help="A .csv, .tsv, .parquet, .npy or .npz file, or iris, wine, breast-cancer, digits, diabetes.",
        ),
    ],
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column to predict, or to name units after.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A parameter, such as hidden_layer_sizes=64,32. Repeatable."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the run goes. [default: runs/NETWORK-DATA]")
    ] = None,
    test_fraction: Annotated[float, typer.Option(min=0.01, max=0.9, help="Share of the rows held out.")] = 0.2,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the division of the rows and of the network.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace an older run.")] = False,
) -> None:
    """Train a network on a table, judge it on rows held out, and save the run."""
    from sinapsi.cli import console
    from sinapsi.cli.discovery import discover, learns_alone, named_units
    from sinapsi.cli.lesson import learn
    from sinapsi.cli.networks import kebab_case, network_class, parse_settings
    from sinapsi.cli.runs import check_out, write_discovery, write_run
    from sinapsi.cli.scores import results_table
    from sinapsi.cli.tables import read_table

    kind = network_class(network)
    chosen = parse_settings(settings or [])
    folder = out or Path("runs") / f"{kebab_case(kind.__name__)}-{Path(data).stem}"
    check_out(folder, force=force)
    table = read_table(data)
    if learns_alone(kind):
        discovery = discover(table, kind, chosen, target=target, test_fraction=test_fraction, seed=seed)
        record = {"data": Path(data).name, "seed": seed, "test_fraction": test_fraction}
        console.show_notes(discovery.notes)
        header, cells = results_table(discovery.rows)
        console.show_table(header, cells, title=f"{discovery.n_held_out} of {table.frame.height} rows held out")
        if discovery.labels is not None:
            console.show_table(*named_units(discovery), title=f"units named after {discovery.labels.name!r}")
        _tell_the_end(discovery.network, discovery.seconds)
        console.show_notes(write_discovery(discovery, folder, record))
        _tell_where(folder, was_interrupted=discovery.was_interrupted)
        return
    lesson = learn(table, kind, chosen, target=target, test_fraction=test_fraction, seed=seed)
    record = {"data": Path(data).name, "seed": seed, "test_fraction": test_fraction}

    console.show_notes(lesson.notes)
    header, cells = results_table(lesson.rows)
    n_held_out = len(lesson.truth)
    console.show_table(header, cells, title=f"{lesson.target.name}: {n_held_out} of {table.frame.height} rows held out")
    _tell_the_end(lesson.network, lesson.seconds)
    console.show_notes(write_run(lesson, folder, record))
    _tell_where(folder, was_interrupted=lesson.was_interrupted)


def _tell_the_end(network: Any, seconds: float) -> None:
    from sinapsi.cli import console

    console.show_line(f"Stopped after {network.n_iter_} epochs, {seconds:.1f} s: {network.stop_reason_}.")


def _tell_where(folder: Path, *, was_interrupted: bool) -> None:
    from sinapsi.cli import console

    if was_interrupted:
        console.show_line(f"Interrupted by Ctrl-C: the best state so far was kept and is saved in {folder}.")
        raise typer.Exit(INTERRUPTED)
    console.show_line(f"Saved in {folder}. Next: sinapsi predict {folder} NEW.csv --out predictions.csv")
