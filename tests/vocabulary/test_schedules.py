"""Schedules: how the rates fall, and their short forms."""

import itertools

import numpy as np
import pytest

from sinapsi.exceptions import InvalidParameterError
from sinapsi.schedules import BY_NAME, Constant, Cosine, ExponentialDecay, InverseScaling, TwoPhases, schedule_named

EVERY_KIND = [
    Constant(0.1),
    InverseScaling(0.5),
    InverseScaling(0.5, power=1.0),
    ExponentialDecay(0.2),
    ExponentialDecay(0.2, tau=3.5),
    Cosine(0.1),
    Cosine(0.1, n_steps=7, final=0.01),
    TwoPhases(8.0, 1.0, 0.5),
    TwoPhases(8.0, 1.0, 1.0, n_ordering=30, n_convergence=1),
]
n = np.arange(2000)


def test_the_list_above_leaves_no_schedule_out():
    assert {schedule.short_name for schedule in EVERY_KIND} == set(BY_NAME)


@pytest.mark.parametrize("schedule", EVERY_KIND, ids=str)
class TestEverySchedule:
    def test_it_begins_at_the_initial_rate_and_never_rises(self, schedule):
        rates = schedule.rates(n)
        assert rates[0] == schedule.initial
        assert rates.shape == n.shape
        assert rates.dtype == np.float64
        assert (np.diff(rates) <= 0).all()
        assert (rates >= 0).all()

    def test_the_rate_of_one_step_is_that_of_the_array(self, schedule):
        assert [schedule.rate(int(step)) for step in (0, 1, 1999)] == schedule.rates([0, 1, 1999]).tolist()
        assert isinstance(schedule.rate(3), float)

    def test_constant_is_what_says_so(self, schedule):
        assert schedule.is_constant == (len(set(schedule.rates(n))) == 1)

    def test_text_and_object_give_each_other_back(self, schedule):
        assert schedule_named(str(schedule)) == schedule
        assert schedule_named(schedule) is schedule


def test_numpy_numbers_have_a_short_form_too():
    made = [InverseScaling(np.float64(0.25), power=np.float32(0.5)), Cosine(0.5, n_steps=np.int64(7))]
    assert [schedule_named(str(schedule)) for schedule in made] == made


def test_inverse_scaling_between_one_half_and_one_obeys_robbins_and_monro():
    """The sum of the rates grows without bound, that of their squares does not (seen as slopes of partial sums)."""
    many = np.arange(1, 2**20)
    for power in (0.6, 0.75, 1.0):
        rates = InverseScaling(1.0, power=power).rates(many - 1)
        np.testing.assert_allclose(rates, many**-power, rtol=1e-12)
        octaves = [slice(2**k, 2 ** (k + 1)) for k in range(8, 19)]
        sums = [rates[octave].sum() for octave in octaves]
        squares = [(rates[octave] ** 2).sum() for octave in octaves]
        assert min(sums) > 0.69  # each doubling of time adds at least log 2
        assert all(later < 0.9 * earlier for earlier, later in itertools.pairwise(squares))


def test_exponential_decay_falls_to_one_over_e_after_tau():
    assert ExponentialDecay(0.3, tau=40).rate(40) == pytest.approx(0.3 / np.e)


def test_cosine_is_half_way_down_in_the_middle_and_stays_at_the_end():
    schedule = Cosine(0.5, n_steps=100, final=0.1)
    assert schedule.rate(50) == pytest.approx(0.3)
    assert schedule.rate(100) == schedule.rate(10**6) == pytest.approx(0.1)


def test_two_phases_are_geometric_and_stay_at_the_end():
    schedule = TwoPhases(8.0, 2.0, 0.5, n_ordering=100, n_convergence=50)
    np.testing.assert_allclose(schedule.rates([0, 50, 100, 125, 150, 10**6]), [8.0, 4.0, 2.0, 1.0, 0.5, 0.5])


def test_a_number_is_the_constant_schedule():
    assert schedule_named(0.1) == Constant(0.1)
    assert schedule_named("inverse_scaling(0.1, power=0.5)") == InverseScaling(0.1, power=0.5)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Constant(0), "initial of the schedule 'constant' must be a number above 0. Got 0"),
        (lambda: schedule_named(-0.1), "must be a number above 0"),
        (lambda: schedule_named(np.nan), "must be a number above 0"),
        (lambda: schedule_named(np.inf), "must be a number above 0"),
        (lambda: schedule_named("constant"), "arguments that do not fit"),
        (lambda: InverseScaling(0.1, power=0), "power of the schedule 'inverse_scaling'"),
        (lambda: ExponentialDecay(0.1, tau=-1), "tau of the schedule 'exponential_decay'"),
        (lambda: Cosine(0.1, n_steps=0), "n_steps of the schedule 'cosine'"),
        (lambda: Cosine(0.1, final=-0.1), "the schedule 'cosine' must be a number of at least 0"),
        (lambda: Cosine(0.1, final=np.nan), "the schedule 'cosine' must be a number of at least 0"),
        (lambda: TwoPhases(1.0, 0.0, 0.5), "middle of the schedule 'two_phases'"),
        (lambda: TwoPhases(1.0, 1.0, 0.5, n_ordering=0), "n_ordering of the schedule 'two_phases'"),
        (lambda: schedule_named("cosin(0.1)"), "Unknown schedule 'cosin'. Did you mean 'cosine'?"),
        (lambda: schedule_named("cosine(0.1, width=3)"), "arguments that do not fit"),
    ],
)
def test_bad_settings_are_refused(make, sentence):
    with pytest.raises(InvalidParameterError, match=sentence):
        make()
