import json
import shutil

import numpy as np
import polars as pl
import pytest

from sinapsi import MLPClassifier, Perceptron, load, save
from sinapsi.cli.lesson import learn
from sinapsi.cli.runs import write_run
from sinapsi.cli.tables import read_table
from sinapsi.persistence import read_model, write_model


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    n = 150
    size, color = rng.normal(size=n), rng.choice(["red", "green"], n)
    kind = np.where(size + 2 * (color == "red") > 1, "ripe", "raw")
    return pl.DataFrame({"size": size, "color": color, "code": rng.choice(["01", "02"], n), "kind": kind})


@pytest.fixture(scope="module")
def trained(table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    table.write_csv(folder / "train.csv")
    settings = {"max_iter": 40, "hidden_layer_sizes": 8, "learning_rate": 0.01}
    lesson = learn(read_table(str(folder / "train.csv")), MLPClassifier, settings, target="kind")
    write_run(lesson, folder / "run", {})
    return folder / "run"


@pytest.fixture
def run(trained, tmp_path):
    """A run of its own for each test, to use or to damage."""
    return shutil.copytree(trained, tmp_path / "run")


@pytest.fixture
def predicted(sinapsi, run, tmp_path):
    """Predictions for a table, or what was said where there were none."""

    def predict(frame):
        frame.write_csv(tmp_path / "new.csv")
        out = tmp_path / "p.csv"
        out.unlink(missing_ok=True)
        answer = sinapsi("predict", run, tmp_path / "new.csv", "--out", out)
        if answer.exit_code != 0:
            assert not out.exists()
            return answer.said
        return pl.read_csv(out)

    return predict


def test_predictions_come_with_probabilities_and_agree_with_python(predicted, run, table):
    predictions = predicted(table.drop("kind"))
    assert predictions.columns == ["kind", "probability of raw", "probability of ripe"]
    assert predictions.height == table.height
    assert (predictions["kind"] == table["kind"]).mean() > 0.85
    surer = np.where(predictions["probability of ripe"] > 0.5, "ripe", "raw")
    assert (predictions["kind"].to_numpy() == surer).all()
    model = load(run)
    assert model.classes_.tolist() == ["raw", "ripe"]


def test_column_order_and_a_present_target_change_nothing(predicted, table):
    wanted = predicted(table.drop("kind"))
    assert predicted(table.select("kind", "code", "color", "size")).equals(wanted)


def test_a_single_row_is_predicted_as_among_others(predicted, table):
    everything = predicted(table)
    alone = predicted(table[7:8])
    assert alone["kind"][0] == everything["kind"][7]


def test_categories_that_look_like_numbers_stay_categories(sinapsi, tmp_path, table):
    """``01`` and ``02x`` in training; new data with ``01`` only are no number 1."""
    mixed = table.with_columns(code=table["code"].replace("02", "02x"))
    mixed.write_csv(tmp_path / "train.csv")
    mixed.filter(pl.col("code") == "01").write_csv(tmp_path / "new.csv")
    sinapsi("train", "perceptron", tmp_path / "train.csv", "--target", "kind", "--out", tmp_path / "run")
    answer = sinapsi("predict", tmp_path / "run", tmp_path / "new.csv")
    assert answer.exit_code == 0, answer.said


def test_predictions_are_shown_where_no_file_is_named(sinapsi, run, tmp_path, table):
    table.head(3).write_csv(tmp_path / "new.csv")
    answer = sinapsi("predict", run, tmp_path / "new.csv")
    assert answer.stdout.splitlines()[0] == "kind,probability of raw,probability of ripe"
    assert len(answer.stdout.splitlines()) == 4


def test_predictions_never_overwrite_a_file_unasked(sinapsi, run, tmp_path, table):
    data = tmp_path / "new.csv"
    table.write_csv(data)
    before = data.read_bytes()
    answer = sinapsi("predict", run, data, "--out", data)
    assert answer.exit_code == 1
    assert "exists already" in answer.said
    assert data.read_bytes() == before
    assert sinapsi("predict", run, data, "--out", tmp_path / "no" / "p.csv").exit_code == 1


@pytest.mark.parametrize(
    ("change", "messages"),
    [
        (lambda t: t.drop("size"), ["The columns 'size' of the training data are missing"]),
        (lambda t: t.rename({"size": "sise"}), ["'size'", "Did you mean 'sise'?"]),
        (lambda t: t.with_columns(weight=1.0), ["The columns 'weight' were not in the training data", "Remove"]),
        (lambda t: t.with_columns(color=pl.lit("blue")), ["'color' holds 'blue' in row 1", "'green', 'red'"]),
        (lambda t: t.with_columns(size=pl.lit("big")), ["'size' is expected to hold numbers", "row 1 holds 'big'"]),
        (lambda t: t.with_columns(size=pl.lit(float("-inf"))), ["'size' holds an infinite number in row 1"]),
        (lambda t: t.with_columns(color=pl.lit(None)), ["'color' has no value in row 1"]),
    ],
)
def test_columns_that_do_not_fit_are_told(predicted, table, change, messages):
    said = predicted(change(table))
    for message in messages:
        assert message in said


def test_missing_numbers_are_filled_and_said(sinapsi, run, tmp_path, table):
    table.head(4).with_columns(size=pl.Series([1.0, None, None, 2.0])).write_csv(tmp_path / "new.csv")
    answer = sinapsi("predict", run, tmp_path / "new.csv")
    assert answer.exit_code == 0
    assert "Column 'size': 2 missing numbers were filled with the training mean" in answer.said


def test_evaluate_judges_as_the_predictions_do(sinapsi, predicted, run, tmp_path, table):
    accuracy = (predicted(table)["kind"] == table["kind"]).mean()
    answer = sinapsi("evaluate", run, tmp_path / "new.csv")
    assert answer.exit_code == 0, answer.said
    majority = table["kind"].value_counts(sort=True)["count"][0] / table.height
    assert f"mlp-classifier {accuracy:.3f}" in answer.said
    assert f"(majority) {majority:.3f}" in answer.said


def test_evaluate_needs_the_target_and_tells_new_classes(sinapsi, run, tmp_path, table):
    table.drop("kind").write_csv(tmp_path / "without.csv")
    answer = sinapsi("evaluate", run, tmp_path / "without.csv")
    assert answer.exit_code == 1
    assert "has no column 'kind', the target to judge by" in answer.said
    table.head(10).with_columns(kind=pl.lit("rotten")).write_csv(tmp_path / "rotten.csv")
    answer = sinapsi("evaluate", run, tmp_path / "rotten.csv")
    assert "Class 'rotten' was never seen in training: its 10 rows count as mistakes." in answer.said
    assert "mlp-classifier 0.000" in answer.said


def test_regression_predicts_in_the_units_of_the_target(sinapsi, tmp_path):
    rng = np.random.default_rng(2)
    area = rng.uniform(20, 200, 120)
    frame = pl.DataFrame({"area": area, "price": 3000 * area + 50_000})
    frame.write_csv(tmp_path / "homes.csv")
    run = tmp_path / "run"
    sinapsi("train", "adaline-regressor", tmp_path / "homes.csv", "--target", "price", "--out", run)
    pl.DataFrame({"area": [100]}).write_csv(tmp_path / "new.csv")
    answer = sinapsi("predict", run, tmp_path / "new.csv")
    assert float(answer.stdout.split()[1]) == pytest.approx(350_000, rel=1e-6)
    answer = sinapsi("evaluate", run, tmp_path / "homes.csv")
    assert "adaline-regressor 1.000" in answer.said


def edit_config(run, change):
    path = run / "config.json"
    config = json.loads(path.read_text())
    change(config)
    path.write_text(json.dumps(config))


def flip_a_byte(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda run: (run / "config.json").unlink(),
        lambda run: (run / "weights.safetensors").unlink(),
        lambda run: (run / "config.json").write_text("{"),
        lambda run: (run / "config.json").write_text(""),
        lambda run: (run / "weights.safetensors").write_bytes(b""),
        lambda run: flip_a_byte(run / "weights.safetensors"),
        lambda run: flip_a_byte(run / "config.json"),
        lambda run: (run / "weights.safetensors").write_bytes((run / "weights.safetensors").read_bytes()[:-20]),
        lambda run: edit_config(run, lambda config: config.clear()),
    ],
    ids=[
        *("no config", "no weights", "cut config", "empty config", "empty weights", "flipped weight"),
        *("flipped config", "cut weights", "cleared config"),
    ],
)
def test_a_damaged_run_is_told_and_never_predicts(sinapsi, run, tmp_path, table, damage):
    table.write_csv(tmp_path / "new.csv")
    damage(run)
    for command in ("predict", "evaluate"):
        answer = sinapsi(command, run, tmp_path / "new.csv")
        assert answer.exit_code == 1
        assert "error" in answer.said
        assert answer.stdout == ""


@pytest.mark.parametrize("section", ["preparation", "run"])
def test_a_tampered_section_is_noticed(sinapsi, run, tmp_path, table, section):
    """Somebody edits a mean by hand."""
    table.write_csv(tmp_path / "new.csv")
    text = (run / "config.json").read_text()
    place = text.index(f'"{section}"')
    digit = next(index for index in range(place, len(text)) if text[index] in "12345678")
    (run / "config.json").write_text(text[:digit] + "9" + text[digit + 1 :])
    answer = sinapsi("predict", run, tmp_path / "new.csv")
    assert answer.exit_code == 1, answer.said


@pytest.mark.parametrize(
    "hostile",
    [
        lambda sections: sections.pop("run"),
        lambda sections: sections["preparation"]["columns"].pop(),
        lambda sections: sections["preparation"]["columns"][0].update(scale=0.0),
        lambda sections: sections["preparation"].update(columns=None),
        lambda sections: sections["preparation"]["target"].update(kind="number"),
        lambda sections: sections["run"].update(constant=[]),
    ],
    ids=["no section", "a column less", "scale 0", "no columns", "another kind of target", "no constant"],
)
def test_a_hostile_run_with_a_digest_of_its_own_is_refused(sinapsi, run, tmp_path, table, hostile):
    model, sections = read_model(run)
    hostile(sections)
    write_model(model, run, sections=sections)
    table.write_csv(tmp_path / "new.csv")
    answer = sinapsi("predict", run, tmp_path / "new.csv")
    assert answer.exit_code == 1
    assert answer.stdout == ""
    assert "run" in answer.said


def test_a_model_saved_from_python_is_no_run(sinapsi, tmp_path, table):
    model = Perceptron().fit([[0.0], [1.0]], ["raw", "ripe"])
    save(model, tmp_path / "model")
    table.write_csv(tmp_path / "new.csv")
    answer = sinapsi("predict", tmp_path / "model", tmp_path / "new.csv")
    assert answer.exit_code == 1
    assert "holds a Perceptron but not how to prepare raw columns" in answer.said


def test_no_run_at_all_is_told(sinapsi, tmp_path):
    answer = sinapsi("predict", tmp_path / "nothing", "iris")
    assert answer.exit_code == 1
    assert "There is no run" in answer.said
