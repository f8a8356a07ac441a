"""Save a fitted model and load it again, without pickle and to the last bit.

A saved model is a directory with two files: ``config.json`` (class, parameters, everything small) and
``weights.safetensors`` (every array of numbers). Loading never executes anything: class names resolve only against
the contents page, callables are refused, and a digest over both files tells of damage.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as read_tensors
from safetensors.numpy import save as tensors_as_bytes
from sklearn.base import BaseEstimator, is_classifier
from sklearn.utils.validation import check_is_fitted

import sinapsi
from sinapsi.encoding import Arrays, decoded, encoded
from sinapsi.exceptions import ModelFileError

FORMAT_VERSION = 1  # of config.json; older ones stay readable
CONFIG_FILE = "config.json"
WEIGHTS_FILE = "weights.safetensors"
NOT_SAVED = ("_metadata_request",)  # how scikit-learn routes arguments to fit; it belongs to a pipeline, not to a model
ANSWERS = ("predict", "transform", "complete")  # the first of these that a network has is asked before it is given out
LARGEST_CONFIG = 64 * 2**20  # bytes; a config holds no weights


def save(model: Any, path: str | PathLike[str]) -> None:
    """Save a model as a directory, whole or not at all.

    Parameters
    ----------
    model : estimator
        A network of the contents page, fitted or not.
    path : str or path
        Directory to write. A model saved there before is replaced once the new one is complete; anything else there
        is left alone and refused.

    Raises
    ------
    ModelFileError
        If the model is no network of Sinapsi, holds something that cannot be saved (such as a function), or ``path``
        holds something else than a saved model.
    OSError
        If the disk refuses; what was there before stays whole.

    Examples
    --------
    >>> import tempfile
    >>> from sinapsi import Perceptron, load, save
    >>> model = Perceptron().fit([[0.0], [1.0]], ["low", "high"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/model.sinapsi")
    ...     load(f"{folder}/model.sinapsi").predict([[2.0]]).tolist()
    ['high']
    """
    target = Path(path).resolve()
    if target.exists() and not all((target / file).is_file() for file in (CONFIG_FILE, WEIGHTS_FILE)):
        raise ModelFileError(
            f"{target} exists and is no saved model. Expected a new name or an older model to replace; nothing was "
            "written."
        )
    with atomic_directory(target) as folder:
        write_model(model, folder)


def load(path: str | PathLike[str]) -> Any:
    """Load a saved model.

    Parameters
    ----------
    path : str or path
        Directory that :func:`save` (or ``sinapsi train``) wrote.

    Returns
    -------
    estimator
        The model; it predicts as the saved one, to the last bit.

    Raises
    ------
    ModelFileError
        If there is no model, it was damaged or changed since, or a newer Sinapsi wrote it.
    """
    return read_model(path)[0]


@contextlib.contextmanager
def atomic_directory(path: str | PathLike[str]) -> Iterator[Path]:
    """Fill a directory that takes its place only when it is complete.

    Parameters
    ----------
    path : str or path
        Where the directory shall be; parents are made. One that is there stays whole until the block has ended
        without an error, and is then replaced.

    Yields
    ------
    pathlib.Path
        A temporary directory beside it, to be filled.
    """
    target = Path(path).resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent))
    replaced = folder.with_suffix(".old")
    try:
        yield folder
        for file in folder.rglob("*"):
            _flush(file)
        folder.chmod(0o755)  # mkdtemp's own is for the owner only
        if target.exists():
            target.rename(replaced)
        folder.rename(target)
        _flush(target.parent)
    finally:
        if replaced.exists() and not target.exists():  # stopped between the two renames, perhaps by Ctrl-C
            replaced.rename(target)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(replaced, ignore_errors=True)


def _flush(path: Path) -> None:
    """Ask the system to write a file or a directory's entries to the disk now."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no directories
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_model(model: Any, folder: Path, sections: dict[str, Any] | None = None) -> None:
    """Write the two files of a model into a directory.

    Parameters
    ----------
    model : estimator
        A network of the contents page.
    folder : pathlib.Path
        An existing directory, for example of :func:`atomic_directory`.
    sections : dict, optional
        Further parts of ``config.json``, of plain JSON values; :func:`read_model` gives them back.

    Raises
    ------
    ModelFileError
        If the model cannot be saved.
    InvalidParameterError
        If a parameter is out of its range, for then it could not be loaded.
    """
    name = type(model).__name__
    if not isinstance(model, BaseEstimator) or _class_named(name) is not type(model):
        raise ModelFileError(
            f"Only networks of Sinapsi can be saved. Got {name}. For a scikit-learn pipeline save its network, and "
            "the other steps as scikit-learn recommends."
        )
    arrays = Arrays()
    parameters = model.get_params(deep=False)
    learned = {key: value for key, value in vars(model).items() if key not in parameters and key not in NOT_SAVED}
    config = {
        "format_version": FORMAT_VERSION,
        "sinapsi_version": sinapsi.__version__,
        "class": name,
        "parameters": encoded(parameters, arrays, "parameters"),
        "learned": encoded(learned, arrays, "learned"),
        **(sections or {}),
    }
    model._check_parameters()  # what is out of range could not be loaded
    weights = tensors_as_bytes(arrays.contents)
    config["digest"] = _digest(config, weights)
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=1), encoding="utf-8")
    (folder / WEIGHTS_FILE).write_bytes(weights)


def read_model(path: str | PathLike[str]) -> tuple[Any, dict[str, Any]]:
    """Read a model and the further sections of its config.

    Parameters
    ----------
    path : str or path
        A directory that holds the two files.

    Returns
    -------
    model : estimator
        The model.
    sections : dict
        What :func:`write_model` was given besides.

    Raises
    ------
    ModelFileError
        If anything is missing, damaged, tampered with or hostile.
    """
    folder = Path(path)
    config, tensors = _read_files(folder)
    kind = _class_named(config.pop("class", None))
    if kind is None:
        raise ModelFileError(
            f"{folder / CONFIG_FILE} names a class that is no network of Sinapsi {sinapsi.__version__}. "
            "Load it with the version that saved it, or save the model again."
        )
    try:
        model = kind(**decoded(config.pop("parameters"), tensors))
        learned = decoded(config.pop("learned"), tensors)
        _check_attributes(kind, learned)
        vars(model).update(learned)
        model._check_parameters()
        if learned:
            _check_that_it_works(model, tensors)
    except ModelFileError:
        raise
    except Exception as error:  # whatever a hostile file provokes, the reader learns that the file is at fault
        raise ModelFileError(f"{folder} holds no working model: {error}. Save the model again.") from error
    return model, {key: value for key, value in config.items() if key not in ("digest", "sinapsi_version")}


def _read_files(folder: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Config and tensors, after sizes and digest have been checked."""
    try:
        config_bytes = _regular_file(folder / CONFIG_FILE, LARGEST_CONFIG)
        weights = _regular_file(folder / WEIGHTS_FILE, _announced_size(folder / WEIGHTS_FILE))
        config = json.loads(config_bytes, parse_constant=_refuse_constant)
        digest = _digest(config, weights) if isinstance(config, dict) else None
    except OSError as error:
        raise ModelFileError(
            f"{folder} is no saved model: {error.strerror or error} ({Path(str(error.filename)).name}). Expected a "
            f"directory with {CONFIG_FILE} and {WEIGHTS_FILE}."
        ) from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(f"{folder / CONFIG_FILE} is damaged: {error}. Expected JSON that save wrote.") from error
    if not isinstance(config, dict) or not isinstance(config.get("format_version"), int):
        raise ModelFileError(f"{folder / CONFIG_FILE} is no config of a model: it has no format_version.")
    if config["format_version"] > FORMAT_VERSION:
        raise ModelFileError(
            f"{folder} has format_version {config['format_version']}; this Sinapsi reads up to {FORMAT_VERSION}. "
            "Install a newer Sinapsi."
        )
    if config.get("digest") != digest:
        raise ModelFileError(
            f"{folder} was damaged or changed after it was saved: its digest does not match. Restore both files, or "
            "save the model again."
        )
    del config["format_version"]
    try:
        return config, read_tensors(weights)
    except (SafetensorError, ValueError, KeyError) as error:
        raise ModelFileError(f"{folder / WEIGHTS_FILE} is damaged: {error}. Save the model again.") from error


def _refuse_constant(token: str) -> None:
    raise ValueError(f"{token} is no JSON")


def _regular_file(path: Path, largest: int) -> bytes:
    """The bytes of a file, if it is one (no link, no device) and not larger than it should be."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise ModelFileError(f"{path} is no regular file. Expected one that save wrote.")
    if status.st_size > largest:
        raise ModelFileError(f"{path} is damaged: it has {status.st_size} bytes, more than the {largest} expected.")
    return path.read_bytes()


def _announced_size(path: Path) -> int:
    """How many bytes a safetensors file must have, by its header: 8 of its length, the header, the tensors."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise ModelFileError(f"{path} is no regular file. Expected one that save wrote.")
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > LARGEST_CONFIG:
            raise ModelFileError(f"{path} is damaged: its header claims {length} bytes. Save the model again.")
        header = file.read(length)
    try:
        entries = json.loads(header, parse_constant=_refuse_constant)
        ends = [int(entry["data_offsets"][1]) for name, entry in entries.items() if name != "__metadata__"]
    except (ValueError, RecursionError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise ModelFileError(f"{path} is damaged: its header makes no sense. Save the model again.") from error
    return 8 + length + max(ends, default=0)


def _digest(config: dict[str, Any], weights: bytes) -> str:
    """SHA-256 over the weights and everything in the config but the digest itself."""
    canonical = json.dumps({key: value for key, value in config.items() if key != "digest"}, sort_keys=True)
    return hashlib.sha256(canonical.encode() + b"\0" + weights).hexdigest()


def _class_named(name: object) -> type[Any] | None:
    """The network of that name on the contents page."""
    module = sinapsi._CONTENTS.get(name) if isinstance(name, str) else None
    if module is None or module == "sinapsi":
        return None
    found: Any = getattr(import_module(module), str(name))
    return found if isinstance(found, type) and issubclass(found, BaseEstimator) else None


def _check_attributes(kind: type[Any], learned: object) -> None:
    """Refuse attributes that would stand before the methods of the class, and weights that are no numbers."""
    if not isinstance(learned, dict):
        raise ModelFileError("The config has no section of learned attributes. Save the model again.")
    for name, value in learned.items():
        if not isinstance(name, str) or not name.isidentifier() or hasattr(kind, name):
            raise ModelFileError(f"The config sets {name!r}, which is no learned attribute. Save the model again.")
        for array in value if isinstance(value, list) else [value]:
            if isinstance(array, np.ndarray) and array.dtype.kind == "f" and not np.isfinite(array).all():
                raise ModelFileError(f"{name} holds infinite numbers or NaN. Save the model again.")


def _check_that_it_works(model: Any, tensors: dict[str, NDArray[Any]]) -> None:
    """Refuse sizes that the weights do not bear out, then answer for one example."""
    n_features = vars(model).get("n_features_in_")
    n_numbers = sum(array.size for array in tensors.values())
    if not isinstance(n_features, int) or not 0 < n_features <= n_numbers:
        raise ModelFileError(
            f"The config speaks of {n_features} features, but there are {n_numbers} weights. Save the model again."
        )
    check_is_fitted(model)
    if hasattr(model, "feature_names_in_") and len(model.feature_names_in_) != n_features:
        raise ModelFileError(f"The config names {len(model.feature_names_in_)} features, not {n_features}.")
    twin = type(model)(**model.get_params(deep=False))  # without names of columns, which an array has not
    vars(twin).update({key: value for key, value in vars(model).items() if key != "feature_names_in_"})
    twin._check_learned()
    example = _example_for(twin, n_features)
    answer = next(getattr(twin, name) for name in ANSWERS if hasattr(twin, name))
    answer(example)
    if is_classifier(model):
        scores = np.asarray(
            twin.predict_proba(example) if hasattr(twin, "predict_proba") else twin.decision_function(example)
        )
        n_scores = 2 if scores.ndim == 1 else scores.shape[1]
        if n_scores != len(model.classes_):
            raise ModelFileError(f"The config names {len(model.classes_)} classes, but the weights know {n_scores}.")


def _example_for(model: Any, n_features: int) -> NDArray[Any]:
    """A row that the model takes: one that it dreams itself, for its units may be all but zeros; else zeros."""
    if not hasattr(model, "sample"):
        return np.zeros((1, n_features), dtype=np.float32)
    dreamed = model.sample(1, n_gibbs_steps=1)
    return np.asarray(dreamed[0] if isinstance(dreamed, tuple) else dreamed)
