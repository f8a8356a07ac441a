"""The commands put together, and what happens when one of them fails."""

from __future__ import annotations

import errno
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sinapsi.cli import console
from sinapsi.cli.cite import cite
from sinapsi.cli.evaluate import evaluate
from sinapsi.cli.exit_codes import FAILED, INTERRUPTED
from sinapsi.cli.list import list_networks
from sinapsi.cli.predict import predict
from sinapsi.cli.tour import tour
from sinapsi.cli.train import train
from sinapsi.exceptions import SinapsiError


class FailingKindly(TyperGroup):
    """A group of commands that answers bad input by a short message instead of a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command.

        Parameters
        ----------
        ctx : typer.Context
            The parsed command line.

        Returns
        -------
        object
            What the command gave.

        Raises
        ------
        typer.Exit
            With code 1 for bad input or a full disk, 130 after Ctrl-C.
        """
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            console.show_error("Interrupted. Nothing was written.")
            raise typer.Exit(INTERRUPTED) from None
        except OSError as error:
            console.show_error(_story_of(error))
        except MemoryError as error:
            console.show_error(f"The data do not fit into memory ({error}). Pass fewer rows or columns.")
        except (SinapsiError, ValueError, TypeError) as error:
            console.show_error(str(error))
        raise typer.Exit(FAILED)


def _story_of(error: OSError) -> str:
    """What an error of the file system means to the user."""
    where = f" {error.filename}" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"There is no room left on the disk to write{where}. Nothing half-written was kept, and what stood there "
            "before is whole. Free some space, or write to another disk, and run the command again."
        )
    return f"The system refused to read or write{where}: {error.strerror or error}. Check the path and its permissions."


application = typer.Typer(
    cls=FailingKindly,
    help="Neural networks from the McCulloch-Pitts neuron onward, from the shell.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
application.command("list")(list_networks)
for command in (train, predict, evaluate, tour, cite):
    application.command()(command)


def _show_version(asked: bool) -> None:
    if asked:
        import sinapsi

        console.output().print(f"sinapsi {sinapsi.__version__}", highlight=False)
        raise typer.Exit


@application.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Neural networks from the McCulloch-Pitts neuron onward, from the shell."""
