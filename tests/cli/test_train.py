import csv
import json
import math

import numpy as np
import polars as pl
import pytest

from sinapsi import load

QUICK = ("--set", "max_iter=30", "--set", "hidden_layer_sizes=8")


def metrics_of(run):
    return json.loads((run / "metrics.json").read_text())


@pytest.mark.usefixtures("figures_wanted")
def test_a_run_holds_what_was_promised(sinapsi, flowers_csv, tmp_path):
    run = tmp_path / "runs" / "flowers"
    answer = sinapsi("train", "mlp-classifier", flowers_csv, "--target", "species", *QUICK, "--out", run)
    assert answer.exit_code == 0, answer.said
    files = {str(path.relative_to(run)) for path in run.rglob("*") if path.is_file()}
    assert files >= {"config.json", "weights.safetensors", "history.csv", "metrics.json"}
    assert files >= {"figures/history.png", "figures/confusion.png"}
    assert (run / "figures/history.png").read_bytes().startswith(b"\x89PNG")
    diagnosis = (run / "diagnosis.txt").read_text()
    assert diagnosis.startswith("MLPClassifier 4-8-3 on 120 examples")
    assert "ended because the budget of 30" in diagnosis or "max_iter=30" in diagnosis

    with (run / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == list(range(1, 31))
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])

    metrics = metrics_of(run)
    assert metrics["held_out"]["rows"] == 30
    assert metrics["training"]["rows"] == 120
    assert metrics["fit"]["epochs"] == 30
    held_out = metrics["held_out"]
    assert held_out["network"]["accuracy"] > held_out["constant"]["accuracy"] == pytest.approx(1 / 3)


def test_the_table_shows_the_network_beside_honest_baselines(sinapsi, flowers_csv, tmp_path):
    run = tmp_path / "run"
    answer = sinapsi("train", "perceptron", flowers_csv, "--target", "species", "--out", run)
    scores = metrics_of(run)["held_out"]
    assert f"perceptron {scores['network']['accuracy']:.3f}" in answer.said
    assert f"linear model (LogisticRegression) {scores['linear_model']['accuracy']:.3f}" in answer.said
    assert "always 'setosa' (majority) 0.333" in answer.said
    assert "species: 30 of 150 rows held out" in answer.said
    assert f"Saved in {run}" in answer.said


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet", "npy", "npz"])
def test_every_format_learns_the_same(sinapsi, flowers, tmp_path, suffix):
    path = tmp_path / f"flowers.{suffix}"
    codes = {name: code for code, name in enumerate(flowers["species"].unique().sort())}
    numbers = flowers.with_columns(species=flowers["species"].replace_strict(codes, return_dtype=pl.Int64))
    X, y = numbers.drop("species").to_numpy(), numbers["species"].to_numpy()
    write = {
        "csv": numbers.write_csv,
        "tsv": lambda file: numbers.write_csv(file, separator="\t"),
        "parquet": numbers.write_parquet,
        "npy": lambda file: np.save(file, numbers.to_numpy()),
        "npz": lambda file: np.savez(file, X=X, y=y),
    }[suffix]
    write(path)
    target = () if suffix.startswith("np") else ("--target", "species")
    run, reference = tmp_path / "run", tmp_path / "reference"
    assert sinapsi("train", "perceptron", path, *target, "--out", run).exit_code == 0
    numbers.write_csv(tmp_path / "reference.csv")
    sinapsi("train", "perceptron", tmp_path / "reference.csv", "--target", "species", "--out", reference)
    assert metrics_of(run)["held_out"] == metrics_of(reference)["held_out"]


@pytest.mark.parametrize(("network", "data"), [("perceptron", "wine"), ("AdalineClassifier", "iris")])
def test_names_train_without_a_target(sinapsi, tmp_path, network, data):
    answer = sinapsi("train", network, data, "--out", tmp_path / "run")
    assert answer.exit_code == 0, answer.said
    scores = metrics_of(tmp_path / "run")["held_out"]
    assert scores["network"]["accuracy"] > scores["constant"]["accuracy"] + 0.2


def test_an_array_can_have_its_target_first(sinapsi, tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 3))
    table = np.column_stack([X @ [1.0, -2.0, 0.5] + 7, X])
    np.save(tmp_path / "train.npy", table)
    np.save(tmp_path / "new.npy", X[:5])
    run, out = tmp_path / "run", tmp_path / "p.csv"
    answer = sinapsi("train", "adaline-regressor", tmp_path / "train.npy", "--target", "0", "--out", run)
    assert answer.exit_code == 0, answer.said
    assert sinapsi("predict", run, tmp_path / "new.npy", "--out", out).exit_code == 0
    assert pl.read_csv(out)["x0"].to_numpy() == pytest.approx(table[:5, 0], abs=1e-6)


@pytest.mark.usefixtures("figures_wanted")
def test_regression_is_judged_in_the_units_of_the_user(sinapsi, tmp_path):
    run = tmp_path / "run"
    settings = ("--set", "hidden_layer_sizes=16", "--set", "max_iter=60", "--set", "learning_rate=0.01")
    answer = sinapsi("train", "mlp-regressor", "diabetes", *settings, "--out", run)
    assert answer.exit_code == 0, answer.said
    scores = metrics_of(run)["held_out"]
    assert 30 < scores["network"]["mae"] < scores["constant"]["mae"] < 100  # points of disease progression
    assert scores["network"]["r2"] > 0.3
    drawn = {path.name for path in (run / "figures").iterdir()}
    assert drawn == {"history.png", "regression.png", "error-histogram.png"}
    assert "always 15" in answer.said


def test_categories_dates_identifiers_and_gaps_are_handled_and_said(sinapsi, tmp_path):
    rng = np.random.default_rng(1)
    n = 200
    color = rng.choice(["red", "green", "blue"], n)
    frame = pl.DataFrame(
        {
            "id": [f"customer {row}" for row in range(n)],
            "day": [f"2024-01-{1 + row % 28:02d}" for row in range(n)],
            "unit": ["kg"] * n,
            "size": [None if row % 20 == 0 else float(row % 7) for row in range(n)],
            "color": [None if row % 50 == 0 else str(name) for row, name in enumerate(color)],
            "bought": rng.choice([True, False], n),
            "class": ["warm" if name == "red" else "cold" for name in color],
        }
    )
    frame.write_csv(tmp_path / "t.csv")
    run = tmp_path / "run"
    answer = sinapsi("train", "perceptron", tmp_path / "t.csv", "--target", "class", "--out", run)
    assert answer.exit_code == 0, answer.said
    assert "Left out: 'id' (a value of its own in every row" in answer.said
    assert "Left out: 'day' (dates or times" in answer.said
    assert "Left out: 'unit' (the same value in every row)" in answer.said
    assert "Column 'size': 10 missing numbers were filled with the training mean" in answer.said
    assert metrics_of(run)["held_out"]["network"]["accuracy"] > 0.9  # all but the colors that are missing
    assert load(run).n_features_in_ == 1 + 4 + 1  # size, colors and the missing one, bought


def test_the_seed_decides_the_run(sinapsi, flowers_csv, tmp_path):
    def weights(name, seed):
        run = tmp_path / name
        command = ("train", "mlp-classifier", flowers_csv, "--target", "species", *QUICK, "--seed", seed, "--out", run)
        assert sinapsi(*command).exit_code == 0
        return b"".join(layer.tobytes() for layer in load(run).coefs_)

    assert weights("a", 1) == weights("b", 1) != weights("c", 2)


def test_a_class_of_one_row_is_learned_and_said(sinapsi, flowers, tmp_path):
    rare = pl.concat([flowers, flowers.head(1).with_columns(species=pl.lit("rara"))])
    rare.write_csv(tmp_path / "t.csv")
    answer = sinapsi("train", "perceptron", tmp_path / "t.csv", "--target", "species", "--out", tmp_path / "run")
    assert answer.exit_code == 0
    assert "Class 'rara' has a single row" in answer.said
    assert "rara" in load(tmp_path / "run").classes_


def test_an_older_run_is_replaced_only_when_asked(sinapsi, flowers_csv, tmp_path):
    run = tmp_path / "run"
    command = ("train", "perceptron", flowers_csv, "--target", "species", "--out", run)
    assert sinapsi(*command).exit_code == 0
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    answer = sinapsi(*command, "--seed", 1)
    assert answer.exit_code == 1
    assert "holds a run already. Choose another --out, or replace it by --force" in answer.said
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before
    assert sinapsi(*command, "--seed", 1, "--force").exit_code == 0
    assert json.loads((run / "config.json").read_text()) != before


def test_force_never_replaces_what_is_no_run(sinapsi, flowers_csv, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter.txt").write_text("dear")
    (home / "config.json").write_text("{}")  # as many programs have
    for out in (home, home / "letter.txt"):
        answer = sinapsi("train", "perceptron", flowers_csv, "--target", "species", "--out", out, "--force")
        assert answer.exit_code == 1
        assert "is in the way and is no run of sinapsi" in answer.said
    assert (home / "letter.txt").read_text() == "dear"


def test_without_matplotlib_there_are_no_figures_and_one_line_says_so(sinapsi, flowers_csv, tmp_path):
    run = tmp_path / "run"
    answer = sinapsi("train", "perceptron", flowers_csv, "--target", "species", "--out", run)
    assert answer.exit_code == 0
    assert answer.said.count("pip install 'sinapsi[plots]'") == 1
    assert not (run / "figures").exists()
    assert (run / "metrics.json").is_file()


def test_a_diverging_fit_is_kept_and_told(sinapsi, tmp_path):
    answer = sinapsi(
        *("train", "adaline-regressor", "diabetes", "--set", "solver=lms", "--set", "learning_rate=50"),
        *("--set", "max_iter=50", "--out", tmp_path / "run"),
    )
    assert answer.exit_code == 0, answer.said
    metrics = metrics_of(tmp_path / "run")
    assert metrics["fit"]["stop_code"] == "DIVERGED"
    assert "became" in answer.said
    assert math.isfinite(metrics["held_out"]["network"]["rmse"])


@pytest.mark.parametrize(
    ("content", "target", "message"),
    [
        ("", "b", "is empty"),
        ("a,b\n", "b", "has no rows of data"),
        ("a,b\n1,x\n2", "b", "Line 3"),
        ("a,b\n1,x\n2,y\n3,x\n", "c", "no column 'c' to predict"),
        ("a,b\n1,x\n2,\n3,x\n", "b", "missing in 1 of 3 rows, first in row 2"),
        ("a,b\n1,x\n2,x\n3,x\n", "b", "one class"),
        ("a,b\n1,x\n", "b", "a single row"),
        ("a,b\n1,x\ninf,y\n3,x\n", "a", "a quantity|infinite"),
        ("a,b\n1,x\ninf,y\n3,x\n", "b", "infinite number in row 2"),
        ("a,b\n1,x\n1,y\n1,x\n", "b", "No column is left to learn from"),
    ],
)
def test_bad_tables_are_refused_before_anything_is_written(sinapsi, tmp_path, content, target, message):
    (tmp_path / "t.csv").write_text(content)
    answer = sinapsi("train", "perceptron", tmp_path / "t.csv", "--target", target, "--out", tmp_path / "run")
    assert answer.exit_code == 1
    assert any(part in answer.said for part in message.split("|")), answer.said
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("network", "setting", "message"),
    [
        ("mlp-classifier", "hidden_layer_sizes=0", "hidden_layer_sizes"),
        ("mlp-classifier", "hidden_layer_sizes=8,0", "hidden_layer_sizes"),
        ("mlp-classifier", "max_itr=3", "Did you mean 'max_iter'"),
        ("mlp-classifier", "solver=adamm", "solver"),
        ("perceptron", "learning_rate=-1", "learning_rate"),
        ("perceptron", "max_iter=ten", "max_iter"),
        ("perceptron", "stopping=gaol(1)", "Did you mean 'goal'"),
    ],
)
def test_bad_settings_are_explained(sinapsi, flowers_csv, tmp_path, network, setting, message):
    run = tmp_path / "run"
    answer = sinapsi("train", network, flowers_csv, "--target", "species", "--set", setting, "--out", run)
    assert answer.exit_code == 1
    assert message in answer.said
    assert not run.exists()
