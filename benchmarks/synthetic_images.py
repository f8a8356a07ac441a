"""Ten classes of 28 x 28 synthetic images with MNIST's statistics, since benchmarks download nothing.

Two forms: ``dense`` has a value everywhere and MNIST's mean energy, so that its numbers cost what any numbers cost;
``sparse`` has MNIST's pattern too: four pixels in five are zero, those at the border nearly always.
"""

import numpy as np

SIDE = 28  # pixels
N_CLASSES = 10
ENERGY = 0.1307**2 + 0.3081**2  # mean square of an MNIST pixel, from its published mean and standard deviation
INK = 0.19  # share of MNIST's pixels that are not zero
SIGNAL = 0.02  # share of the energy that tells the classes apart


def draw_images(kind: str, n_samples: int, dtype: type[np.floating], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Images and classes.

    Parameters
    ----------
    kind : {"dense", "sparse"}
        Form of the images.
    n_samples : int
        Number of images.
    dtype : type
        Floating type of the images.
    seed : int
        Seed of everything drawn.

    Returns
    -------
    X : array of shape (n_samples, 784)
        Images.
    y : array of shape (n_samples,)
        Classes, 0 to 9, in random order; the first ten examples show every class.
    """
    rng = np.random.default_rng(seed)
    classes = rng.integers(N_CLASSES, size=n_samples)
    classes[:N_CLASSES] = rng.permutation(N_CLASSES)
    prototypes = rng.standard_normal((N_CLASSES, SIDE * SIDE), dtype=np.float32)
    values = rng.standard_normal((n_samples, SIDE * SIDE), dtype=np.float32)
    values *= np.sqrt(1 - SIGNAL)
    values += np.sqrt(SIGNAL) * prototypes[classes]
    if kind == "sparse":
        values = _keep_ink(values)
    values *= np.sqrt(ENERGY / np.mean(values**2, dtype=np.float64))
    return np.ascontiguousarray(values, dtype=dtype), classes


def _keep_ink(values: np.ndarray) -> np.ndarray:
    """Set everything to zero but what stands out most, with more room for ink in the middle of the image."""
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    middle = (SIDE - 1) / 2
    squared_radius = ((row - middle) ** 2 + (column - middle) ** 2) / middle**2
    raised = values + (1.5 - 3.0 * squared_radius).astype(np.float32)
    threshold = np.quantile(raised[:1000], 1 - INK)
    return np.maximum(raised - threshold, 0)
