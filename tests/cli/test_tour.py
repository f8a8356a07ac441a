import re
from dataclasses import replace

import pytest

from sinapsi.cli import tour_stops
from sinapsi.cli.networks import kebab_case, network_names
from sinapsi.cli.tour_stops import STOPS, GatesStop, LearningStop


def test_every_network_of_the_contents_page_has_a_stop():
    assert sorted(stop.network for stop in STOPS) == sorted(network_names())


@pytest.fixture
def short_tour(monkeypatch):
    monkeypatch.setattr(tour_stops, "STOPS", (GatesStop(), LearningStop("Perceptron", "iris")))


def test_the_quick_tour_shows_every_network_and_writes_nothing(sinapsi, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = sinapsi("tour", "--quick")
    assert answer.exit_code == 0, answer.said
    for stop in STOPS:
        assert kebab_case(stop.network) in answer.said
    assert answer.said.count(" better") == len(STOPS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.usefixtures("figures_wanted")
def test_the_whole_tour_beats_its_baselines_and_shows_a_picture_of_each(sinapsi, tmp_path):
    answer = sinapsi("tour", "--out", tmp_path / "tour")
    assert answer.exit_code == 0, answer.said
    page = (tmp_path / "tour" / "index.html").read_text()
    assert len(re.findall('src="data:image/png;base64,', page)) == len(STOPS)
    for stop in STOPS:
        assert kebab_case(stop.network) in page


def test_the_tour_learns_on_rows_it_is_not_judged_by():
    visit = LearningStop("Perceptron", "iris").visit(quick=True)
    assert visit.baseline == pytest.approx(1 / 3, abs=0.05)
    assert visit.score > 0.8
    assert visit.linear > 0.8


def test_a_network_that_does_not_beat_its_baseline_fails_the_tour(sinapsi, tmp_path, monkeypatch):
    lazy = LearningStop("MLPRegressor", "diabetes", {"max_iter": 1, "learning_rate": 1e-9, "hidden_layer_sizes": 2})
    monkeypatch.setattr(tour_stops, "STOPS", (GatesStop(), lazy))
    monkeypatch.setattr(tour_stops, "beats", lambda *_: False)
    answer = sinapsi("tour", "--out", tmp_path / "tour")
    assert answer.exit_code == 1
    assert "Expected every network to beat its baseline. mlp-regressor did not." in answer.said
    assert "FAILED" in (tmp_path / "tour" / "index.html").read_text()


def test_ctrl_c_in_a_fit_leaves_the_tour(sinapsi, tmp_path, monkeypatch):
    monkeypatch.setattr(tour_stops, "STOPS", (LearningStop("Perceptron", "iris"), GatesStop()))
    monkeypatch.setattr("sinapsi.cli.lesson.Lesson.was_interrupted", True)
    answer = sinapsi("tour", "--out", tmp_path / "tour")
    assert answer.exit_code == 130
    assert "neuron" not in answer.said
    assert not (tmp_path / "tour").exists()


def test_a_stop_that_breaks_down_fails_the_tour_and_the_others_go_on(sinapsi, tmp_path, monkeypatch):
    broken = LearningStop("Perceptron", "iris", {"learning_rate": -1})
    monkeypatch.setattr(tour_stops, "STOPS", (broken, GatesStop()))
    answer = sinapsi("tour", "--quick")
    assert answer.exit_code == 1
    assert "perceptron did not" in answer.said
    assert "learning_rate" in answer.said
    assert answer.said.count(" better") == 1


def test_a_neuron_that_is_wrong_once_fails(monkeypatch):
    assert GatesStop().visit(quick=False).passed
    monkeypatch.setattr(GatesStop, "GATES", (("and", (1.0, 1.0), -0.5),))
    visit = GatesStop().visit(quick=False)
    assert not visit.passed
    assert visit.score == 0.5


@pytest.mark.usefixtures("short_tour")
def test_without_matplotlib_the_page_has_its_table(sinapsi, tmp_path):
    assert sinapsi("tour", "--out", tmp_path / "tour").exit_code == 0
    page = (tmp_path / "tour" / "index.html").read_text()
    assert "sinapsi[plots]" in page.replace("&#x27;", "'")
    assert "perceptron" in page
    assert "<img" not in page


def test_stops_are_plain_values():
    stop = LearningStop("Perceptron", "iris")
    assert replace(stop, data="wine") == LearningStop("Perceptron", "wine")
