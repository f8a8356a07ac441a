"""Draw the picture of README's first screen: `python docs/make_first_screen.py` writes docs/images/first_screen.png.

Everything in it is a fit of this version: run it again when what it shows has changed.
"""

from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from PIL import Image
from sklearn.datasets import load_digits, load_iris

from sinapsi import MLPClassifier, Perceptron
from sinapsi.datasets import two_spirals
from sinapsi.plots import DecisionBoundaryDisplay, HistoryDisplay

PICTURE = Path(__file__).parent / "images" / "first_screen.png"


def draw_perceptron(ax: Axes) -> None:
    """Draw the line that a perceptron found between two species of iris."""
    flowers = load_iris()
    names = flowers.target_names[flowers.target]
    X, y = flowers.data[:100, 2:], names[:100]
    perceptron = Perceptron(init="random", random_state=4).fit(X, y)
    DecisionBoundaryDisplay.from_estimator(perceptron, X, y, name="Perceptron, 1958", ax=ax)
    ax.set(xlabel="petal length (cm)", ylabel="petal width (cm)")


def draw_spirals(ax: Axes) -> None:
    """Draw the regions that a multilayer perceptron gives to two spirals."""
    X, y = two_spirals(194)
    network = MLPClassifier(
        hidden_layer_sizes=(40, 40), activation="tanh", solver="lbfgs", alpha=0.003, max_iter=2000, random_state=1
    ).fit(X, y)
    DecisionBoundaryDisplay.from_estimator(
        network, X, y, name="Multilayer perceptron, 1986", grid_resolution=400, legend=False, ax=ax
    )
    ax.set(xlabel="", ylabel="", xticks=[], yticks=[])


def draw_history(ax: Axes) -> None:
    """Draw how a network learned to read digits, and why it stopped."""
    X, y = load_digits(return_X_y=True)
    network = MLPClassifier(hidden_layer_sizes=(64, 32), learning_rate=0.005, validation_fraction=0.1, random_state=0)
    HistoryDisplay.from_estimator(network.fit(X / 16, y), name="How it learned, why it stopped", log_scale=True, ax=ax)


def main() -> None:
    """Draw the three panels side by side."""
    mpl.use("Agg")
    figure, (left, middle, right) = plt.subplots(
        1, 3, figsize=(12.0, 3.6), layout="constrained", width_ratios=[1.0, 1.0, 1.15]
    )
    draw_perceptron(left)
    draw_spirals(middle)
    draw_history(right)
    drawn = BytesIO()
    figure.savefig(drawn, dpi=100)
    # 256 colors are enough for flat regions, and make a third of the bytes.
    Image.open(drawn).convert("RGB").quantize(256).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
