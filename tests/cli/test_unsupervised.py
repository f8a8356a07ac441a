"""A map from the shell: it learns without answers, and says where rows lie."""

import csv
import json

import numpy as np
import polars as pl
import pytest

from sinapsi import load


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
