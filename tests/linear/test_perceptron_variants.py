"""Averaged, pocket and voted: what each answers with, and that it says the truth about why it ended."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import cross_val_score

from sinapsi import Perceptron, load, save
from sinapsi.exceptions import InvalidParameterError, ModelFileError
from sinapsi.linear.variants import voted
from sinapsi.stopping import StopCode
from tests.reference import linear as naive

VARIANTS = ["averaged", "pocket", "voted"]
SCHEMES = [(2, "one-vs-rest"), (3, "one-vs-rest"), (3, "kesler")]

runs_out = pytest.mark.filterwarnings("ignore:Perceptron. max_iter:sklearn.exceptions.ConvergenceWarning")
in_all_schemes = pytest.mark.parametrize(("n_classes", "multi_class"), SCHEMES)


def overlapping(n_classes=2, n_samples=120, n_features=4, seed=0, noise=1.0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples, n_features))
    fields = X @ random.standard_normal((n_features, n_classes))
    return X, (fields + noise * random.standard_normal(fields.shape)).argmax(axis=1)


def separable(n_classes=2, margin=0.5, seed=0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((400, 3))
    fields = np.sort(X @ random.standard_normal((3, n_classes)), axis=1)
    y = (X @ np.random.default_rng(seed + 1).standard_normal((3, n_classes))).argmax(axis=1)
    fields = X @ np.random.default_rng(seed + 1).standard_normal((3, n_classes))
    ordered = np.sort(fields, axis=1)
    is_clear = ordered[:, -1] - ordered[:, -2] > margin
    return X[is_clear], y[is_clear]


def course_of_weights(X, y, n_epochs, multi_class="one-vs-rest", class_weight=None, start=None):
    """Weights and biases after every presentation of the cyclic rule, by the naive rule: (n_presentations, ...)."""
    n_classes = len(np.unique(y))
    weights = np.ones(len(y)) if class_weight is None else np.array([class_weight[label] for label in y])
    together = multi_class == "kesler" and n_classes > 2
    n_outputs = 1 if n_classes == 2 else n_classes
    coef, intercept = np.zeros((n_outputs, X.shape[1])), np.zeros(n_outputs)
    course = []
    for i in list(range(len(y))) * n_epochs:
        if together:
            naive.learn_kesler(X, y, weights, [i], [1.0], coef, intercept)
        for k in () if together else range(n_outputs):
            signed = weights * np.where(y == (k if n_classes > 2 else 1), 1, -1)
            naive.learn_perceptron(X, signed, [i], [1.0], coef[k], intercept[k : k + 1])
        course.append((coef.copy(), intercept.copy()))
    return np.array([c for c, _ in course]), np.array([b for _, b in course])


@runs_out
class TestAveraged:
    @in_all_schemes
    @pytest.mark.parametrize("class_weight", [None, {0: 0.5, 1: 2.0, 2: 1.0}])
    def test_it_answers_with_the_mean_over_all_presentations(self, n_classes, multi_class, class_weight):
        X, y = overlapping(n_classes)
        class_weight = class_weight and {label: class_weight[label] for label in range(n_classes)}
        model = Perceptron(
            variant="averaged", order="cyclic", max_iter=5, multi_class=multi_class, class_weight=class_weight
        ).fit(X, y)
        coef, intercept = course_of_weights(X, y, 5, multi_class, class_weight)
        np.testing.assert_allclose(model.coef_, coef.mean(axis=0), rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(model.intercept_, intercept.mean(axis=0), rtol=1e-11, atol=1e-12)

    def test_a_neuron_that_has_settled_goes_on_being_counted(self):
        """Class 0 is parted from the rest soon, the others are not; its mean moves on toward its last weights."""
        X, y = overlapping(3)
        X = np.vstack([X, X[:20] + np.array([30, 0, 0, 0])])
        y = np.append(np.where(y == 0, 1, y), np.zeros(20, dtype=int))
        model = Perceptron(variant="averaged", order="cyclic", max_iter=30).fit(X, y)
        coef, intercept = course_of_weights(X, y, 30)
        assert (coef[-1][0] == coef[len(coef) // 2][0]).all()
        np.testing.assert_allclose(model.coef_, coef.mean(axis=0), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(model.intercept_, intercept.mean(axis=0), rtol=1e-10, atol=1e-12)

    def test_a_random_start_counts_by_the_time_it_lasted(self):
        X, y = overlapping()
        tiny = Perceptron(variant="averaged", init="random", random_state=3, learning_rate=1e-300, max_iter=1).fit(X, y)
        start = Perceptron(init="random", random_state=3, learning_rate=1e-300, max_iter=1).fit(X, y)
        np.testing.assert_allclose(tiny.coef_, start.coef_, rtol=1e-14)

    @pytest.mark.parametrize("order", ["shuffled", "cyclic", "worst"])
    @in_all_schemes
    def test_the_correcting_weights_go_on_as_in_the_standard_perceptron(self, order, n_classes, multi_class):
        X, y = overlapping(n_classes)
        X = np.round(4 * X)  # whole numbers, so that no rounding hides a difference
        parameters = {"order": order, "multi_class": multi_class, "random_state": 2}
        for variant in VARIANTS:
            standard, other = Perceptron(**parameters), Perceptron(variant=variant, **parameters)
            for _ in range(4):
                standard.partial_fit(X, y, classes=range(n_classes))
                other.partial_fit(X, y, classes=range(n_classes))
            assert other.n_updates_ == standard.n_updates_
            for column in ("loss", "misclassified", "step"):
                np.testing.assert_array_equal(other.history_[column], standard.history_[column])

    def test_it_generalizes_better_than_the_last_weights_on_overlapping_classes(self):
        """Freund and Schapire's finding, on the average over ten problems; the vote is as good."""
        scores = {
            variant: np.mean(
                [
                    cross_val_score(
                        Perceptron(variant=variant, stopping="max_iter(10)", random_state=0), *overlapping(seed=seed)
                    ).mean()
                    for seed in range(10)
                ]
            )
            for variant in ["standard", *VARIANTS]
        }
        assert scores["averaged"] > scores["standard"] + 0.03
        assert scores["voted"] > scores["standard"] + 0.03
        assert abs(scores["averaged"] - scores["voted"]) < 0.02
        assert scores["pocket"] > scores["standard"] + 0.01


def errors(model, X, y):
    """Examples on the wrong side or on the boundary, as learning counts them."""
    fields = model.decision_function(X)
    if fields.ndim == 1:
        return int((np.where(y == 1, 1, -1) * fields <= 0).sum())
    own = fields[np.arange(len(y)), y]
    fields[np.arange(len(y)), y] = -np.inf
    return int((own <= fields.max(axis=1)).sum())


@runs_out
class TestPocket:
    @pytest.mark.parametrize("order", ["shuffled", "cyclic", "worst"])
    @pytest.mark.parametrize(("n_classes", "multi_class"), [(2, "one-vs-rest"), (3, "kesler")])
    def test_more_passes_never_make_more_errors(self, order, n_classes, multi_class):
        """The ratchet; and never more than the last weights make."""
        X, y = overlapping(n_classes)
        parameters = {"order": order, "multi_class": multi_class, "random_state": 1}
        model = Perceptron(variant="pocket", warm_start=True, max_iter=1, **parameters)
        counted = [errors(model.fit(X, y), X, y) for _ in range(40)]
        assert (np.diff(counted) <= 0).all()
        assert len(set(counted)) > 1
        last = [errors(Perceptron(max_iter=n, **parameters).fit(X, y), X, y) for n in range(1, 41)]
        assert (np.array(counted) <= last).all()

    @pytest.mark.parametrize("n_classes", [2, 3])
    def test_each_neuron_has_a_pocket_of_its_own(self, n_classes):
        X, y = overlapping(n_classes)
        model = Perceptron(variant="pocket", order="cyclic", max_iter=20).fit(X, y)
        coef, intercept = course_of_weights(X, y, 20)
        for k in range(len(model.coef_)):
            signs = np.where(y == (k if n_classes > 2 else 1), 1, -1)
            met = [(signs * (X @ w[k] + b[k]) <= 0).sum() for w, b in zip(coef, intercept, strict=True)]
            kept = (signs * (X @ model.coef_[k] + model.intercept_[k]) <= 0).sum()
            assert kept <= np.median(met)
            places = (np.abs(coef[:, k] - model.coef_[k]) < 1e-9).all(axis=1)
            assert places.any()  # weights that there were, no mixture

    def test_class_weights_weigh_the_errors(self):
        X, y = overlapping(noise=2.0)
        for heavy in (0, 1):
            weights = {heavy: 10.0, 1 - heavy: 1.0}
            model = Perceptron(variant="pocket", class_weight=weights, max_iter=50, random_state=0).fit(X, y)
            assert (model.predict(X) == heavy).mean() > 0.6

    def test_another_part_of_the_data_is_judged_by_its_own_errors(self):
        """The weights in the pocket have few errors on the first part and all on the second: they must go."""
        X, y = separable()
        model = Perceptron(variant="pocket", random_state=0).fit(X, y)
        assert errors(model, X, y) == 0
        for _ in range(30):
            model.partial_fit(X, 1 - y)
        assert errors(model, X, 1 - y) == 0

    @pytest.mark.parametrize("seed", range(8))
    def test_weights_without_a_mistake_are_in_the_pocket(self, seed):
        X, y = separable(margin=0.05, seed=seed)
        model = Perceptron(variant="pocket", random_state=seed, max_iter=100_000).fit(X, y)
        assert model.stop_reason_.code is StopCode.ALL_CORRECT
        assert errors(model, X, y) == 0


@runs_out
class TestVoted:
    @in_all_schemes
    def test_all_weights_vote_as_often_as_they_survived(self, n_classes, multi_class):
        X, y = overlapping(n_classes)
        model = Perceptron(variant="voted", order="cyclic", max_iter=4, multi_class=multi_class).fit(X, y)
        coef, intercept = course_of_weights(X, y, 4, multi_class)
        fields = np.einsum("nf,pkf->npk", X, coef) + intercept
        if multi_class == "kesler":
            expected = np.eye(n_classes)[fields.argmax(axis=2)].mean(axis=1)
        else:
            expected = np.sign(fields).mean(axis=1)
        expected = expected[:, 0] if n_classes == 2 else expected
        np.testing.assert_allclose(model.decision_function(X), expected, atol=1e-12)
        np.testing.assert_allclose(model.coef_, coef[-1], atol=1e-12)

    def test_a_neuron_that_has_settled_goes_on_voting(self):
        X, y = overlapping(3)
        X = np.vstack([X, X[:20] + np.array([30, 0, 0, 0])])
        y = np.append(np.where(y == 0, 1, y), np.zeros(20, dtype=int))
        model = Perceptron(variant="voted", order="cyclic", max_iter=30).fit(X, y)
        coef, intercept = course_of_weights(X, y, 30)
        votes = np.sign(np.einsum("nf,pkf->npk", X, coef) + intercept).mean(axis=1)
        np.testing.assert_allclose(model.decision_function(X), votes, atol=1e-12)

    @pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
    @in_all_schemes
    def test_votes_are_counted_alike_in_small_portions(self, form, n_classes, multi_class, monkeypatch):
        X, y = overlapping(n_classes)
        model = Perceptron(variant="voted", max_iter=4, multi_class=multi_class, random_state=0).fit(form(X), y)
        at_once = model.decision_function(form(X))
        monkeypatch.setattr(voted, "FIELDS_AT_A_TIME", 700)
        np.testing.assert_allclose(model.decision_function(form(X)), at_once, atol=1e-12)
        np.testing.assert_allclose(
            [model.decision_function(form(X[[i]]))[0] for i in range(len(X))], at_once, atol=1e-12
        )

    def test_too_many_weights_are_refused_with_the_way_out(self, monkeypatch):
        X, y = overlapping()
        monkeypatch.setattr(voted, "LARGEST_ELECTORATE", 100 * 5 * 8)
        with pytest.raises(InvalidParameterError, match=r"more than 100 times 5 numbers.*variant='averaged'"):
            Perceptron(variant="voted", max_iter=100, random_state=0).fit(X, y)

    def test_a_refusal_leaves_the_model_as_it_was(self, monkeypatch):
        X, y = overlapping()
        model = Perceptron(variant="voted", max_iter=2, random_state=0).fit(X, y)
        before = model.decision_function(X), model.coef_.copy()
        monkeypatch.setattr(voted, "LARGEST_ELECTORATE", (model.n_updates_ + 30) * 5 * 8)
        with pytest.raises(InvalidParameterError):
            model.set_params(max_iter=100, warm_start=True).fit(X, y)
        np.testing.assert_array_equal(model.decision_function(X), before[0])
        np.testing.assert_array_equal(model.coef_, before[1])

    def test_what_is_kept_is_no_larger_than_needed(self):
        X, y = overlapping()
        model = Perceptron(variant="voted", max_iter=3, random_state=0).fit(X, y)
        assert [len(voters) for voters in model._memory["voters"]] == [model.n_updates_ + 1]
        assert model._memory["survivals"][0].sum() == 3 * len(X)


class TestWhyItEnds:
    @pytest.mark.parametrize("variant", VARIANTS)
    def test_it_says_that_everything_is_correct_only_where_that_is_true_of_the_answers(self, variant):
        said = set()
        for seed in range(30):
            X, y = separable(margin=0.02, seed=seed)
            model = Perceptron(variant=variant, random_state=seed, max_iter=100_000).fit(X, y)
            n_wrong = int((model.predict(X) != y).sum())
            assert model.stop_reason_.code is StopCode.ALL_CORRECT
            if n_wrong:
                others = "their mean over the run" if variant == "averaged" else "the vote of all weights"
                assert str(model.stop_reason_) == (
                    f"the last weights classify every example correctly, {others} misclassifies {n_wrong} of {len(X)}"
                )
            else:
                assert str(model.stop_reason_) == "every example is classified correctly"
            said.add(n_wrong > 0)
        assert said == ({False} if variant == "pocket" else {False, True})  # the test met both

    @runs_out
    @pytest.mark.parametrize("variant", VARIANTS)
    def test_patience_goes_back_to_all_that_was_remembered_then(self, variant):
        """Going on from the best weights is going on from a fit that ended there."""
        X, y = overlapping(n_samples=300)
        X = np.round(4 * X)
        parameters = {"variant": variant, "order": "cyclic", "init": "random", "random_state": 0}
        stopped = Perceptron(**parameters, stopping="patience(5)").fit(X[:200], y[:200], X_val=X[200:], y_val=y[200:])
        best = int(stopped.history_["validation_loss"].argmin()) + 1
        assert best < stopped.n_iter_
        ended_there = Perceptron(**parameters, max_iter=best).fit(X[:200], y[:200])
        for _ in range(2):
            np.testing.assert_array_equal(stopped.decision_function(X), ended_there.decision_function(X))
            for model in (stopped, ended_there):
                model.partial_fit(X[:200], y[:200])

    @pytest.mark.parametrize("variant", VARIANTS)
    def test_a_used_up_budget_is_told(self, variant):
        X, y = overlapping()
        with pytest.warns(ConvergenceWarning, match=r"max_iter=3 was used up"):
            model = Perceptron(variant=variant, max_iter=3, random_state=0).fit(X, y)
        assert model.stop_reason_.code is StopCode.MAX_ITER


@runs_out
class TestGoingOn:
    @pytest.mark.parametrize("variant", VARIANTS)
    @in_all_schemes
    def test_saved_and_loaded_it_learns_on_as_if_nothing_had_been(self, variant, n_classes, multi_class, tmp_path):
        X, y = overlapping(n_classes)
        parameters = {"variant": variant, "multi_class": multi_class, "random_state": 4, "warm_start": True}
        whole = Perceptron(max_iter=6, **parameters).fit(X, y)
        model = Perceptron(max_iter=3, **parameters).fit(X, y)
        save(model, tmp_path / "model")
        back = load(tmp_path / "model").fit(X, y)
        np.testing.assert_array_equal(back.decision_function(X), whole.decision_function(X))

    @pytest.mark.parametrize("first", ["standard", *VARIANTS])
    @pytest.mark.parametrize("then", ["standard", *VARIANTS])
    def test_another_variant_goes_on_from_the_correcting_weights(self, first, then):
        X, y = overlapping()
        X = np.round(4 * X)
        model = Perceptron(variant=first, order="cyclic", max_iter=2).fit(X, y)
        model.set_params(variant=then).partial_fit(X, y)
        whole = Perceptron(order="cyclic", max_iter=3).fit(X, y)
        assert model.n_updates_ == whole.n_updates_
        if then == "standard":
            np.testing.assert_array_equal(model.coef_, whole.coef_)

    @pytest.mark.parametrize(("variant", "multi_class"), [(v, m) for v in VARIANTS for m in ("one-vs-rest", "kesler")])
    def test_a_damaged_memory_is_not_learned_on_with(self, variant, multi_class):
        """The kernels trust its sizes; a file that was tampered with must not make them write elsewhere."""
        X, y = overlapping(3)
        model = Perceptron(variant=variant, multi_class=multi_class, max_iter=2, random_state=0).fit(X, y)
        whole = model._memory
        for name, kept in whole.items():
            is_list = isinstance(kept, list)
            for damaged in ([array[..., :-1] for array in kept] if is_list else kept[..., :-1], None, []):
                model._memory = {**whole, name: damaged}
                with pytest.raises(ModelFileError, match="remembers of its weights is damaged"):
                    model.partial_fit(X, y)
            model._memory = {other: array for other, array in whole.items() if other != name}
            with pytest.raises(ModelFileError, match="remembers of its weights is damaged"):
                model.partial_fit(X, y)
        model._memory = whole
        model.partial_fit(X, y)

    @pytest.mark.parametrize("variant", VARIANTS)
    def test_changing_the_parameter_does_not_change_the_answers(self, variant):
        X, y = overlapping()
        model = Perceptron(variant=variant, max_iter=2, random_state=0).fit(X, y)
        before = model.decision_function(X)
        model.set_params(variant="standard")
        np.testing.assert_array_equal(model.decision_function(X), before)


@runs_out
@given(seed=st.integers(0, 2**32 - 1), eta=st.sampled_from([0.25, 1.0, 8.0]), variant=st.sampled_from(VARIANTS))
@settings(max_examples=40, deadline=None)
def test_a_constant_rate_changes_no_answer_from_a_zero_start(seed, eta, variant):
    random = np.random.default_rng(seed)
    X, y = random.integers(-3, 4, (30, 3)).astype(float), random.integers(0, 2, 30)
    if len(set(y)) < 2:
        return
    one, other = (
        Perceptron(variant=variant, order="cyclic", max_iter=5, learning_rate=rate).fit(X, y) for rate in (1.0, eta)
    )
    np.testing.assert_array_equal(one.predict(X), other.predict(X))
