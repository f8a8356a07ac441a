"""A progress bar of epochs, loss and time left, silent when the output is no terminal."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class ProgressBar:
    """The bar of one fit.

    Parameters
    ----------
    title : str
        What is being fitted.
    n_epochs : int
        Largest number of epochs.
    """

    def __init__(self, title: str, n_epochs: int) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("epochs  loss {task.fields[loss]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task(title, total=n_epochs, loss="-")
        self._progress.start()

    def advance(self, epoch: int, loss: float) -> None:
        """Show that an epoch has ended.

        Parameters
        ----------
        epoch : int
            Its number.
        loss : float
            Its mean training error.
        """
        self._progress.update(self._task, completed=epoch, loss=f"{loss:.4g}")

    def close(self) -> None:
        """Leave the bar as it stands and give the terminal back."""
        self._progress.stop()
