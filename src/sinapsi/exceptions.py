"""The errors of Sinapsi.

::

    SinapsiError
    ├── InvalidInputError        (ValueError)    data that a network cannot learn from
    ├── InvalidParameterError    (ValueError)    a constructor parameter out of its range
    ├── ModelFileError           (ValueError)    a saved model that is damaged, tampered with or hostile
    ├── DataFileError            (ValueError)    a table that cannot be read
    └── MissingDependencyError   (ImportError)   an optional package that is not installed

Every message says what was expected, what came, and the way out. Where scikit-learn demands a ``TypeError`` or a
``NotFittedError``, those are raised; a fit that diverges or is interrupted warns (``ConvergenceWarning``) and keeps
its last good state.
"""


class SinapsiError(Exception):
    """Base of all errors that Sinapsi raises itself."""


class InvalidInputError(SinapsiError, ValueError):
    """Data that a network cannot learn from or answer for."""


class InvalidParameterError(SinapsiError, ValueError):
    """A constructor parameter of a wrong type or out of its range."""


class ModelFileError(SinapsiError, ValueError):
    """A saved model that is missing, damaged, tampered with, or of a newer format."""


class DataFileError(SinapsiError, ValueError):
    """A file of data that cannot be read."""


class MissingDependencyError(SinapsiError, ImportError):
    """An optional package that is not installed; the message names the extra to install."""
