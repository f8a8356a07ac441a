"""``sinapsi list``: every network there is."""

from __future__ import annotations


def list_networks() -> None:
    """List every network: its name, its chapter of the course, what it is."""
    import sinapsi
    from sinapsi.cli.console import show_table
    from sinapsi.cli.networks import kebab_case, network_names, purpose_of

    kinds = [getattr(sinapsi, name) for name in network_names()]
    rows = [(kebab_case(kind.__name__), str(getattr(kind, "_chapter", "")), purpose_of(kind)) for kind in kinds]
    show_table(("network", "chapter", "what it is"), rows)
