"""Every neural network of a university course behind the scikit-learn protocol.

The contents page is the stub beside this file, ``__init__.pyi``: every public name, oldest network first.
It is read here, so that a name is listed once, and imported only when somebody asks for it:
``import sinapsi`` loads neither torch nor numba nor scikit-learn.
"""


def _contents() -> dict[str, str]:
    """Public name -> module that defines it, as the contents page says."""
    page: str = __loader__.get_data(__file__ + "i").decode()  # type: ignore[name-defined]  # set by the import system
    lines = [line.split() for line in page.splitlines()]
    return {words[3]: words[1] for words in lines if words[:1] == ["from"] and words[2:3] == ["import"]}


_CONTENTS = _contents()
__all__ = ["__version__", *_CONTENTS]  # noqa: PLE0604  -- the names are strings, read from the contents page


def __getattr__(name: str) -> object:
    from importlib import import_module, metadata

    if name == "__version__":
        return metadata.version("sinapsi")
    if name not in _CONTENTS:
        raise AttributeError(
            f"module 'sinapsi' has no attribute {name!r}. The public names are {', '.join(_CONTENTS)}."
        )
    module = _CONTENTS[name]
    found = import_module(f"sinapsi.{name}") if module == "sinapsi" else getattr(import_module(module), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
