import numpy as np
import pytest

from sinapsi.datasets import NAMES, load_named
from sinapsi.exceptions import InvalidParameterError


@pytest.mark.parametrize(
    ("name", "shape", "n_classes"),
    [
        ("iris", (150, 4), 3),
        ("wine", (178, 13), 3),
        ("breast-cancer", (569, 30), 2),
        ("digits", (1797, 64), 10),
        ("diabetes", (442, 10), None),
    ],
)
def test_each_set_has_its_known_size(name, shape, n_classes):
    data = load_named(name)
    assert data.X.shape == shape
    assert data.y.shape == shape[:1]
    assert len(data.feature_names) == shape[1] == len(set(data.feature_names))
    assert data.task == ("regression" if n_classes is None else "classification")
    if n_classes is not None:
        assert len(np.unique(data.y)) == n_classes


def test_every_name_loads():
    assert [load_named(name).name for name in NAMES] == list(NAMES)


def test_classes_carry_the_names_people_use():
    assert set(load_named("iris").y) == {"setosa", "versicolor", "virginica"}
    assert set(load_named("breast-cancer").y) == {"malignant", "benign"}


def test_diabetes_is_in_its_own_units():
    diabetes = load_named("diabetes")
    age = diabetes.X[:, diabetes.feature_names.index("age")]
    assert age.min() >= 18
    assert age.max() <= 100


def test_a_wrong_name_is_answered_by_the_closest():
    with pytest.raises(InvalidParameterError, match="Did you mean 'iris'"):
        load_named("irsi")
