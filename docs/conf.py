"""Sphinx configuration: the manual, with the gallery executed while it is built (`make docs`)."""

import inspect
from typing import Any

import sinapsi

project = "Sinapsi"
author = "The Sinapsi developers"
copyright = f"2026, {author}"
version = release = sinapsi.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "**/GALLERY_HEADER.rst"]
default_role = "py:obj"
add_module_names = False

html_theme = "pydata_sphinx_theme"
html_title = "Sinapsi"
html_theme_options = {"show_nav_level": 2, "navigation_with_keys": False}
html_show_sourcelink = False

autosummary_generate = True
autodoc_typehints = "none"  # the docstrings give type, default and range in words
# Members are listed by our own class template; numpydoc would list them a second time.
numpydoc_show_class_members = False

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"\.py$",  # every example runs, whatever its name
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "remove_config_comments": True,
    "capture_repr": (),  # what a program prints, not "<Legend object at 0x7fc1>" of its last line
    "matplotlib_animations": True,  # films run in the page, as images and JavaScript: no ffmpeg needed
    "min_reported_time": 5,  # seconds
    "show_signature": False,
}


def _skip_foreign_members(
    app: object, kind: str, name: str, member: object, skip: bool, options: dict[str, Any]
) -> bool | None:
    """Leave out what scikit-learn adds to every estimator (metadata routing): its texts point into its own manual."""
    home = getattr(inspect.unwrap(member) if callable(member) else member, "__module__", None) or ""
    routing = name.startswith("set_") and name.endswith("_request")
    return True if routing or home.startswith("sklearn.") else None


def setup(app: Any) -> None:
    """Connect the one handler above."""
    app.connect("autodoc-skip-member", _skip_foreign_members)
