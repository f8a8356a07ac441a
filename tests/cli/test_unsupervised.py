"""A map from the shell: it learns without answers, and says where rows lie."""

import csv
import json

import numpy as np
import polars as pl
import pytest
from sklearn.base import BaseEstimator

from sinapsi import load
from sinapsi.cli.discovery import answers_of, discover, learns_alone
from sinapsi.cli.splitting import hold_out
from sinapsi.cli.tables import Table
from sinapsi.exceptions import InvalidParameterError
from sinapsi.persistence import read_model, write_model


def test_a_map_learns_all_columns_without_a_target(sinapsi, flowers, flowers_csv, tmp_path, figures_wanted):
    path, frame = flowers_csv, flowers
    frame.drop("species").write_csv(path)
    result = sinapsi("train", "self-organizing-map", path, "--out", tmp_path / "run")
    assert result.exit_code == 0, result.said
    assert "quantization error" in result.stdout
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    held_out = metrics["held_out"]
    assert held_out["rows"] == 30
    assert held_out["network"]["quantization_error"] < 0.5 * held_out["one_prototype"]["quantization_error"]
    assert {file.stem for file in (tmp_path / "run" / "figures").iterdir()} == {"history", "u-matrix", "hits", "planes"}
    model = load(tmp_path / "run")
    assert model.n_features_in_ == 4
    assert not hasattr(model, "unit_classes_")


def test_a_target_names_units_and_is_not_learned(sinapsi, flowers, flowers_csv, tmp_path):
    path, frame = flowers_csv, flowers
    result = sinapsi("train", "self-organizing-map", path, "--target", "species", "--out", tmp_path / "run")
    assert "Column 'species' was not learned from; the units are named after it." in result.said
    assert load(tmp_path / "run").n_features_in_ == 4
    answers = tmp_path / "answers.csv"
    result = sinapsi("predict", tmp_path / "run", path, "--out", answers)
    assert f"150 answers were written to {answers}" in result.said
    rows = list(csv.DictReader(answers.read_text().splitlines()))
    assert list(rows[0]) == ["unit", "row", "column", "class"]
    right = np.mean([row["class"] == str(species) for row, species in zip(rows, frame["species"], strict=True)])
    assert right > 0.9
    judged = sinapsi("evaluate", tmp_path / "run", path).stdout
    assert "topographic error" in judged
    assert "accuracy" in judged
    frame.drop("species").write_csv(path)
    assert "accuracy" not in sinapsi("evaluate", tmp_path / "run", path).stdout
    assert sinapsi("predict", tmp_path / "run", path).stdout.splitlines()[0] == "unit,row,column,class"


def test_missing_numbers_stay_missing(sinapsi, flowers, flowers_csv, tmp_path):
    path, frame = flowers_csv, flowers
    holes = frame.drop("species").with_columns(
        pl.when(pl.int_range(150) % 5 == 0).then(None).otherwise(pl.col("petal_width")).alias("petal_width")
    )
    holes.write_csv(path)
    result = sinapsi("train", "self-organizing-map", path, "--out", tmp_path / "run")
    assert result.exit_code == 0, result.said
    assert "filled" not in result.said
    assert sinapsi("predict", tmp_path / "run", path).exit_code == 0


def test_categories_become_inputs(sinapsi, flowers, flowers_csv, tmp_path):
    path, frame = flowers_csv, flowers
    frame.with_columns(color=pl.Series(["red", "blue", "red"] * 50)).drop("species").write_csv(path)
    assert sinapsi("train", "self-organizing-map", path, "--out", tmp_path / "run").exit_code == 0
    assert load(tmp_path / "run").n_features_in_ == 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--target", "colour"], "has no column 'colour'"),
        (["--set", "size=0"], "'size' parameter"),
        (["--target", "sepal_length"], "quantity rather than classes"),
    ],
)
def test_what_cannot_be_done_is_said(sinapsi, flowers_csv, tmp_path, arguments, message):
    result = sinapsi("train", "self-organizing-map", flowers_csv, *arguments, "--out", tmp_path / "run")
    assert result.exit_code == 1
    assert message in result.said
    assert not (tmp_path / "run").exists()


def test_a_damaged_run_is_refused(sinapsi, flowers, flowers_csv, tmp_path):
    sinapsi("train", "self-organizing-map", flowers_csv, "--out", tmp_path / "run")
    frame = flowers.drop("sepal_width")
    frame.write_csv(flowers_csv)
    result = sinapsi("predict", tmp_path / "run", flowers_csv)
    assert result.exit_code == 1
    assert "sepal_width" in result.said


def trained(sinapsi, data, run, *arguments):
    result = sinapsi("train", "self-organizing-map", data, *arguments, "--out", run)
    assert result.exit_code == 0, result.said
    return result


def test_named_units_are_counted(sinapsi, flowers_csv, tmp_path):
    result = trained(sinapsi, flowers_csv, tmp_path / "run", "--target", "species")
    classes = load(tmp_path / "run").unit_classes_.tolist()
    shares = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines() if line.strip()}
    for name in ("setosa", "versicolor", "virginica"):
        n_units = classes.count(name)
        assert shares[name] == [str(n_units), f"{100 * n_units / len(classes):.0f}", "%", "33", "%"]


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "manhattan", "chebyshev"])
def test_one_prototype_is_measured_as_the_map_measures(sinapsi, flowers_csv, tmp_path, metric):
    run = tmp_path / "run"
    trained(sinapsi, flowers_csv, run, "--target", "species", "--set", f"metric={metric}")
    baseline = json.loads((run / "metrics.json").read_text())["held_out"]["one_prototype"]["quantization_error"]
    single = tmp_path / "single"
    trained(sinapsi, flowers_csv, single, "--target", "species", "--set", f"metric={metric}", "--set", "size=1")
    alone = json.loads((single / "metrics.json").read_text())["held_out"]["network"]["quantization_error"]
    assert baseline == pytest.approx(alone, rel=1e-12)


def test_categories_are_told_where_no_column_is_kept_out(sinapsi, flowers_csv, tmp_path):
    result = trained(sinapsi, flowers_csv, tmp_path / "run")
    assert "The categories of 'species' are learned from like the numbers." in result.said
    assert load(tmp_path / "run").n_features_in_ == 4 + 3


def test_missing_numbers_are_counted_everywhere(sinapsi, flowers, tmp_path):
    holes = flowers.with_columns(petal_width=pl.when(pl.int_range(150) % 5 > 0).then("petal_width"))
    holes.write_csv(tmp_path / "t.csv")
    said = "30 numbers stay missing ('petal_width')"
    run = tmp_path / "run"
    assert said in trained(sinapsi, tmp_path / "t.csv", run, "--target", "species").said
    for command in ("predict", "evaluate"):
        assert said in sinapsi(command, run, tmp_path / "t.csv").said


def test_a_row_without_any_value_is_told_by_its_number_in_the_file(sinapsi, flowers, tmp_path):
    numbers = flowers.drop("species")
    numbers.write_csv(tmp_path / "whole.csv")
    trained(sinapsi, tmp_path / "whole.csv", tmp_path / "run")
    holes = numbers.with_columns(pl.when(~pl.int_range(150).is_in([5, 140])).then(pl.all()))
    holes.write_csv(tmp_path / "t.csv")
    commands = [
        ("train", "self-organizing-map", tmp_path / "t.csv", "--out", tmp_path / "no"),
        ("predict", tmp_path / "run", tmp_path / "t.csv"),
        ("evaluate", tmp_path / "run", tmp_path / "t.csv"),
    ]
    for command in commands:
        result = sinapsi(*command)
        assert result.exit_code == 1
        assert "Row 6 (and 1 more) has no value in any column that is learned from" in result.said
    assert not (tmp_path / "no").exists()


def test_a_column_known_only_in_rows_held_out_is_told_by_its_name(sinapsi, flowers, tmp_path):
    _, held_out, _ = hold_out(None, 150, 0.2, 0)
    known = {int(held_out[0]): 1.0, int(held_out[1]): 2.0}
    flowers.drop("species").with_columns(rare=pl.Series([known.get(row) for row in range(150)])).write_csv(
        tmp_path / "t.csv"
    )
    result = sinapsi("train", "self-organizing-map", tmp_path / "t.csv", "--out", tmp_path / "run")
    assert result.exit_code == 1
    assert "There is no value of 'rare' in any of the 120 rows to learn from" in result.said


def test_a_plain_array_is_learned_whole(sinapsi, flowers, tmp_path):
    np.save(tmp_path / "t.npy", flowers.drop("species").to_numpy())
    trained(sinapsi, tmp_path / "t.npy", tmp_path / "run")
    assert load(tmp_path / "run").n_features_in_ == 4
    assert len(sinapsi("predict", tmp_path / "run", tmp_path / "t.npy").stdout.splitlines()) == 151


def test_labels_may_stand_first_in_an_array(sinapsi, flowers, tmp_path):
    X = flowers.drop("species").to_numpy()
    np.save(tmp_path / "t.npy", np.column_stack([np.repeat([0, 1, 2], 50), X]))
    np.save(tmp_path / "new.npy", X)
    trained(sinapsi, tmp_path / "t.npy", tmp_path / "run", "--target", "0")
    with_labels = sinapsi("predict", tmp_path / "run", tmp_path / "t.npy")
    assert with_labels.exit_code == 0
    assert sinapsi("predict", tmp_path / "run", tmp_path / "new.npy").stdout == with_labels.stdout


@pytest.mark.parametrize("y", [np.arange(150), np.zeros(150, dtype=int), np.linspace(0, 1, 150)])
def test_answers_that_are_no_classes_are_left_out_and_said(sinapsi, flowers, tmp_path, y):
    np.savez(tmp_path / "t.npz", X=flowers.drop("species").to_numpy(), y=y)
    result = trained(sinapsi, tmp_path / "t.npz", tmp_path / "run")
    assert "Left out: 'y' (set apart in the data as the answer)." in result.said
    assert sinapsi("evaluate", tmp_path / "run", tmp_path / "t.npz").exit_code == 0


def test_evaluate_tells_what_it_cannot_judge_by(sinapsi, flowers, flowers_csv, tmp_path):
    trained(sinapsi, flowers_csv, tmp_path / "run", "--target", "species")
    flowers.drop("species").write_csv(tmp_path / "without.csv")
    assert (
        "has no column 'species', so there is no accuracy"
        in sinapsi("evaluate", tmp_path / "run", tmp_path / "without.csv").said
    )
    flowers.head(5).with_columns(species=pl.lit("rosa")).write_csv(tmp_path / "new.csv")
    said = sinapsi("evaluate", tmp_path / "run", tmp_path / "new.csv").said
    assert "Class 'rosa' was never seen in training: its 5 rows count as mistakes." in said


@pytest.mark.parametrize(
    "hostile",
    [
        lambda sections: sections["preparation"].update(target=None),
        lambda sections: sections["preparation"]["target"].update(kind="number"),
        lambda sections: sections["preparation"]["columns"].pop(),
    ],
    ids=["no labels", "labels that are numbers", "a column less"],
)
def test_a_hostile_run_is_refused(sinapsi, flowers_csv, tmp_path, hostile):
    run = tmp_path / "run"
    trained(sinapsi, flowers_csv, run, "--target", "species")
    model, sections = read_model(run)
    hostile(sections)
    write_model(model, run, sections=sections)
    result = sinapsi("evaluate", run, flowers_csv)
    assert result.exit_code == 1
    assert "damaged" in result.said
    assert result.stdout == ""


@pytest.mark.parametrize("data", ["missing.csv", "empty.csv", "names.csv"])
def test_files_without_anything_to_learn_are_refused(sinapsi, tmp_path, data):
    (tmp_path / "empty.csv").write_text("")
    pl.DataFrame({"name": [f"n{row}" for row in range(20)]}).write_csv(tmp_path / "names.csv")
    result = sinapsi("train", "self-organizing-map", tmp_path / data, "--out", tmp_path / "run")
    said = {"missing.csv": "There is no file", "empty.csv": "is empty", "names.csv": "No column is left to learn from"}
    assert result.exit_code == 1
    assert said[data] in result.said


def test_a_network_that_needs_answers_still_asks_for_them(sinapsi, flowers_csv, tmp_path):
    result = sinapsi("train", "perceptron", flowers_csv, "--out", tmp_path / "run")
    assert result.exit_code == 1
    assert "none of them is marked as the one to predict. Name it by --target" in result.said


class _Mean(BaseEstimator):
    """Stands for the networks to come: it scores rows, and has neither units nor gaps."""

    def fit(self, X, y=None):
        self.mean_ = X.mean(axis=0)
        return self

    def score(self, X, y=None):
        return -float(((X - self.mean_) ** 2).mean())


class _Coder(_Mean):
    def transform(self, X):
        return X[:, :2]


class _Memory(_Mean):
    def predict(self, X):
        return np.sign(X)


@pytest.mark.parametrize(("kind", "n_answers"), [(_Coder, 2), (_Memory, 4)])
def test_other_networks_without_answers_are_scored_alone(flowers, kind, n_answers):
    holes = flowers.drop("species").with_columns(petal_width=pl.when(pl.int_range(150) > 0).then("petal_width"))
    assert learns_alone(kind)
    discovery = discover(Table(holes, "flowers"), kind, {})
    assert [list(row.scores) for row in discovery.rows] == [["score"]]
    assert any("1 missing number was filled with the training mean" in note for note in discovery.notes)
    answers = answers_of(discovery.network, discovery.X, [])
    assert answers.columns == [f"answer {number}" for number in range(1, n_answers + 1)]
    assert len(answers.write_csv().splitlines()) == 151
    with pytest.raises(InvalidParameterError, match="no use for --target"):
        discover(Table(flowers, "flowers"), kind, {}, target="species")


@pytest.fixture
def bits_csv(tmp_path):
    """Thirty rows of two patterns, a few of their bits flipped."""
    random = np.random.default_rng(0)
    patterns = random.integers(0, 2, size=(2, 24))
    rows = np.where(random.random((30, 24)) < 0.12, 1, 0) ^ patterns[np.arange(30) % 2]
    frame = pl.DataFrame({f"bit {number}": column for number, column in enumerate(rows.T)})
    frame.write_csv(tmp_path / "bits.csv")
    return tmp_path / "bits.csv", patterns


def test_a_memory_completes_what_is_missing(sinapsi, bits_csv, tmp_path):
    path, patterns = bits_csv
    settings = ("--set", "binarize=0", "--set", "rule=hebb")
    result = sinapsi("train", "hopfield-network", path, *settings, "--out", tmp_path / "run")
    assert result.exit_code == 0, result.said
    assert "score" in result.stdout
    assert "note: 24 memories in 24 units are more than rule='hebb' bears" in " ".join(result.said.split())
    frame = pl.read_csv(path).head(2).with_columns([pl.lit(None, dtype=pl.Int64).alias(f"bit {n}") for n in range(8)])
    frame.write_csv(tmp_path / "holes.csv")
    answers = tmp_path / "answers.csv"
    result = sinapsi("predict", tmp_path / "run", tmp_path / "holes.csv", "--out", answers)
    assert "16 missing numbers were completed by what the network remembers." in " ".join(result.said.split())
    assert "-1 and +1: not above, or above the training mean" in " ".join(result.said.split())
    completed = pl.read_csv(answers)
    assert completed.columns == frame.columns
    assert (completed.to_numpy()[:, :8] == 2 * patterns[:, :8] - 1).all()
    result = sinapsi("predict", tmp_path / "run", path, "--out", tmp_path / "recalled.csv")
    assert "completed" not in result.said
    assert (pl.read_csv(tmp_path / "recalled.csv").to_numpy()[:2] == 2 * patterns - 1).all()


def test_a_memory_of_numbers_answers_in_standard_deviations(sinapsi, flowers, flowers_csv, tmp_path):
    flowers.drop("species").write_csv(flowers_csv)
    result = sinapsi("train", "modern-hopfield-network", flowers_csv, "--set", "beta=20", "--out", tmp_path / "run")
    assert result.exit_code == 0, result.said
    result = sinapsi("predict", tmp_path / "run", flowers_csv)
    assert "note: Numbers are answered in standard deviations." in result.said
    assert "petal_length" in result.said
