"""Networks with an energy from the shell: what they learn, beside what they are judged, and what they answer."""

import csv
import json

import numpy as np
import polars as pl
import pytest

from sinapsi import load
from sinapsi.datasets import load_named

QUICK = {
    "boltzmann-machine": ("max_iter=20",),
    "restricted-boltzmann-machine": ("max_iter=20", "n_hidden=10"),
    "rbm-classifier": ("max_iter=20", "n_hidden=10"),
    "dbn-regressor": ("max_iter=20", "pretraining_max_iter=5", "hidden_layer_sizes=8,8"),
    "dbn-classifier": ("max_iter=20", "pretraining_max_iter=5", "hidden_layer_sizes=8,8"),
    "deep-belief-network": ("max_iter=20", "pretraining_max_iter=40", "hidden_layer_sizes=20,20"),
    "deep-autoencoder": ("max_iter=20", "pretraining_max_iter=5", "hidden_layer_sizes=8,2"),
}


@pytest.fixture
def numbers_csv(flowers, tmp_path):
    flowers.drop("species").write_csv(tmp_path / "numbers.csv")
    return tmp_path / "numbers.csv"


@pytest.fixture
def holes_csv(flowers, tmp_path):
    """Every fifth petal has no width."""
    holes = flowers.with_columns(petal_width=pl.when(pl.int_range(150) % 5 > 0).then("petal_width"))
    holes.write_csv(tmp_path / "holes.csv")
    return tmp_path / "holes.csv"


def trained(sinapsi, network, data, run, *arguments):
    settings = [part for setting in QUICK[network] for part in ("--set", setting)]
    result = sinapsi("train", network, data, *settings, *arguments, "--out", run)
    assert result.exit_code == 0, result.said
    return result


def held_out(run):
    return json.loads((run / "metrics.json").read_text())["held_out"]


def answered(sinapsi, run, data):
    out = run.parent / "answers.csv"
    result = sinapsi("predict", run, data, "--out", out, "--force")
    assert result.exit_code == 0, result.said
    return result.said, list(csv.DictReader(out.read_text().splitlines()))


def test_a_boltzmann_machine_is_judged_beside_columns_by_themselves(sinapsi, numbers_csv, tmp_path):
    result = trained(sinapsi, "boltzmann-machine", numbers_csv, tmp_path / "run")
    assert "log-likelihood (nats a row)" in result.said
    assert "each column by itself" in result.said
    scores = held_out(tmp_path / "run")
    assert scores["network"]["log_likelihood"] > scores["columns_alone"]["log_likelihood"] + 0.5
    X = np.loadtxt(numbers_csv, delimiter=",", skiprows=1)
    shares = (X.mean(axis=0) < X).mean(axis=0)  # of all rows, not only of those to learn from
    alone = (shares * np.log(shares) + (1 - shares) * np.log(1 - shares)).sum()
    assert scores["columns_alone"]["log_likelihood"] == pytest.approx(alone, abs=0.1)
    assert "log-likelihood (nats a row)" in sinapsi("evaluate", tmp_path / "run", numbers_csv).said


def test_columns_by_themselves_are_normal_beside_gaussian_units(sinapsi, numbers_csv, tmp_path):
    trained(sinapsi, "restricted-boltzmann-machine", numbers_csv, tmp_path / "run")
    alone = held_out(tmp_path / "run")["columns_alone"]["log_likelihood"]
    assert alone == pytest.approx(-2 * (np.log(2 * np.pi) + 1), abs=0.5)  # four columns of deviation 1


def test_units_without_a_likelihood_are_judged_by_what_they_make_again(sinapsi, numbers_csv, tmp_path):
    settings = ("--set", "hidden=rectified", "--set", "learning_rate=0.001")
    trained(sinapsi, "restricted-boltzmann-machine", numbers_csv, tmp_path / "run", *settings)
    scores = held_out(tmp_path / "run")
    assert list(scores) == ["rows", "network", "mean"]
    assert scores["network"]["squared_error"] < scores["mean"]["squared_error"]
    _, rows = answered(sinapsi, tmp_path / "run", numbers_csv)
    assert list(rows[0]) == ["sepal_length", "sepal_width", "petal_length", "petal_width"]


def test_a_machine_completes_what_is_missing_and_says_how_likely_the_others_are(
    sinapsi, flowers, numbers_csv, tmp_path
):
    trained(sinapsi, "restricted-boltzmann-machine", numbers_csv, tmp_path / "run")
    holes = flowers.drop("species").with_columns(petal_width=pl.when(pl.int_range(150) % 5 > 0).then("petal_width"))
    holes.write_csv(tmp_path / "holes.csv")
    said, rows = answered(sinapsi, tmp_path / "run", tmp_path / "holes.csv")
    assert "30 missing numbers were completed by what the network remembers." in said
    assert "Numbers are answered in standard deviations." in said
    widths = np.array([float(row["petal_width"]) for row in rows])
    known = flowers["petal_width"].to_numpy()
    gaps = np.arange(150) % 5 == 0
    assert np.corrcoef(widths[gaps], known[gaps])[0, 1] > 0.9
    assert [row["log-likelihood"] == "" for row in rows] == gaps.tolist()
    assert all(np.isfinite(float(row["log-likelihood"])) for row in rows if row["log-likelihood"])


def test_a_boltzmann_machine_answers_states(sinapsi, flowers, numbers_csv, tmp_path):
    trained(sinapsi, "boltzmann-machine", numbers_csv, tmp_path / "run")
    flowers.drop("species").with_columns(petal_width=pl.lit(None, dtype=pl.Float64)).write_csv(tmp_path / "t.csv")
    said, rows = answered(sinapsi, tmp_path / "run", tmp_path / "t.csv")
    assert "0 and 1: not above, or above the training mean" in said
    states = np.array([float(row["petal_width"]) for row in rows])
    assert set(states) == {0.0, 1.0}
    assert (states == (flowers["petal_width"] > flowers["petal_width"].mean()).to_numpy()).mean() > 0.9


def test_a_classifier_that_completes_does_so_before_it_predicts(sinapsi, flowers_csv, holes_csv, tmp_path):
    trained(sinapsi, "rbm-classifier", flowers_csv, tmp_path / "run", "--target", "species")
    said, rows = answered(sinapsi, tmp_path / "run", holes_csv)
    assert "30 missing numbers were completed by what the network remembers." in said
    assert next(iter(rows[0])) == "species"
    judged = sinapsi("evaluate", tmp_path / "run", holes_csv).said
    assert "30 missing numbers were completed" in judged
    assert "filled with the training mean" not in judged
    said, _ = answered(sinapsi, tmp_path / "run", flowers_csv)
    assert "completed" not in said


@pytest.mark.parametrize("network", ["dbn-classifier", "deep-belief-network"])
def test_deep_classifiers_learn_from_the_shell(sinapsi, flowers_csv, holes_csv, network, tmp_path):
    trained(sinapsi, network, flowers_csv, tmp_path / "run", "--target", "species")
    assert held_out(tmp_path / "run")["network"]["accuracy"] > 0.5
    said, _ = answered(sinapsi, tmp_path / "run", holes_csv)
    assert "30 missing numbers were filled with the training mean" in said


def test_a_deep_regressor_learns_from_the_shell(sinapsi, numbers_csv, tmp_path):
    settings = ("--set", "learning_rate=0.01")
    trained(sinapsi, "dbn-regressor", numbers_csv, tmp_path / "run", "--target", "petal_width", *settings)
    assert held_out(tmp_path / "run")["network"]["r2"] > 0.5
    assert list(answered(sinapsi, tmp_path / "run", numbers_csv)[1][0]) == ["petal_width"]


def test_an_autoencoder_is_judged_beside_principal_components(sinapsi, numbers_csv, tmp_path):
    trained(sinapsi, "deep-autoencoder", numbers_csv, tmp_path / "run", "--set", "learning_rate=0.03")
    scores = held_out(tmp_path / "run")
    assert scores["pca"]["squared_error"] < scores["mean"]["squared_error"]
    assert scores["network"]["squared_error"] < scores["mean"]["squared_error"]
    assert "PCA, components: 2" in trained(sinapsi, "deep-autoencoder", numbers_csv, tmp_path / "again").said
    _, rows = answered(sinapsi, tmp_path / "run", numbers_csv)
    assert list(rows[0]) == ["code 1", "code 2"]


def pixels(tmp_path, largest):
    data = load_named("digits")
    table = np.round(data.X[:300] / data.X.max() * largest).astype(int)
    pl.DataFrame({f"p{number}": column for number, column in enumerate(table.T)}).write_csv(tmp_path / "pixels.csv")
    return tmp_path / "pixels.csv"


@pytest.mark.parametrize(("largest", "settings"), [(255, ("--set", "visible=binary")), (1, ())])
def test_units_that_are_probabilities_get_numbers_from_0_to_1(sinapsi, tmp_path, largest, settings):
    trained(sinapsi, "restricted-boltzmann-machine", pixels(tmp_path, largest), tmp_path / "run", *settings)
    assert load(tmp_path / "run").visible_ == "binary"
    scores = held_out(tmp_path / "run")
    assert scores["network"]["log_likelihood"] > scores["columns_alone"]["log_likelihood"]
    said, rows = answered(sinapsi, tmp_path / "run", tmp_path / "pixels.csv")
    assert "from 0 to 1: from the lowest to the highest number of training" in said
    table = np.array([[float(value) for name, value in row.items() if name != "log-likelihood"] for row in rows])
    assert (table.min(), table.max()) == (0.0, 1.0)


def test_real_numbers_are_standardized(sinapsi, tmp_path):
    trained(sinapsi, "restricted-boltzmann-machine", pixels(tmp_path, 255), tmp_path / "run")
    assert load(tmp_path / "run").visible_ == "gaussian"


def test_a_column_that_is_constant_in_training_does_no_harm(sinapsi, flowers, tmp_path):
    rare = flowers.with_columns(place=pl.Series(["here"] * 149 + ["there"]))  # known in a single row
    rare.write_csv(tmp_path / "t.csv")
    for network in ("rbm-classifier", "dbn-classifier", "deep-belief-network"):
        for seed in range(3):
            run = tmp_path / f"{network}-{seed}"
            trained(sinapsi, network, tmp_path / "t.csv", run, "--target", "species", "--seed", str(seed))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("boltzmann-machine", "--set", "binarize=None"), "With binarize=None X must have two values"),
        (("restricted-boltzmann-machine", "--set", "visible=softmax"), "each row must sum to 1"),
        (("restricted-boltzmann-machine", "--set", "visible=ternary"), "'visible' parameter"),
        (("restricted-boltzmann-machine", "--target", "petal_width"), "no use for --target"),
        (("deep-autoencoder", "--set", "loss=log_loss"), "is for columns from 0 to 1"),
        (("deep-belief-network", "--set", "hidden_layer_sizes=5", "--target", "petal_width"), "petal_width"),
        (("rbm-classifier",), "Name it by --target"),
    ],
)
def test_what_cannot_be_done_is_said(sinapsi, numbers_csv, tmp_path, arguments, message):
    network, *settings = arguments
    result = sinapsi("train", network, numbers_csv, *settings, "--out", tmp_path / "run")
    assert result.exit_code == 1
    assert message in result.said
    assert not (tmp_path / "run").exists()


def test_labels_that_are_learned_from_are_told_with_a_way_out_that_is_one(sinapsi, flowers_csv, tmp_path):
    result = trained(sinapsi, "restricted-boltzmann-machine", flowers_csv, tmp_path / "run")
    assert "The categories of 'species' are learned from like the numbers. Leave a column of labels out" in result.said
