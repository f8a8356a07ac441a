"""How many examples an update sees."""

from __future__ import annotations

LARGEST, STEPS_A_PASS, SMALLEST = 100, 100, 10  # where the user leaves it: a hundred updates a pass, within bounds


def rows_a_batch(form: int | str, n_rows: int) -> int:
    """Give the size of a batch.

    Parameters
    ----------
    form : int or "auto"
        What the user asked for.
    n_rows : int
        Examples there are.

    Returns
    -------
    int
        At most ``n_rows``; "auto" is a hundredth of them, but at least 10 and at most 100.
    """
    if isinstance(form, str):
        return min(n_rows, LARGEST, max(SMALLEST, n_rows // STEPS_A_PASS))
    return min(n_rows, int(form))
