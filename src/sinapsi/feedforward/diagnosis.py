"""What a doctor would look at in a fitted multilayer perceptron: a report with numbers, verdicts and advice."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from sinapsi.activations import Floats, Logistic, Relu, Softmax, Tanh
from sinapsi.feedforward.backpropagation import mean_error, outputs_of
from sinapsi.feedforward.network import Network
from sinapsi.losses import is_squared_error
from sinapsi.stopping import StopCode, StopReason
from sinapsi.validation import ExampleSet

FEWEST_PER_WEIGHT = 4  # examples for each weight: the course's rule of thumb asks for 4 to 10
PLENTY_PER_WEIGHT = 10
USELESS_SHARE = 0.99  # of the error of a constant answer; a network above it has learned nothing
CONSTANT_SHARE = 1e-3  # of the error of silent outputs; targets met so closely were learned, though they be constant
OVERFIT_RATIO = 1.5  # validation loss over training loss
LARGEST_OFFSET = 3.0  # standard deviations; columns with a mean farther from 0 were hardly standardized
SMALLEST_SCALE, LARGEST_SCALE = 0.1, 10.0  # of a column's standard deviation
FLAT = 0.05  # of the largest slope; below, a sigmoid unit hardly learns from an example
MOSTLY = 0.95  # of the examples; a unit flat for so many is saturated
MANY_UNITS = 0.1  # of a layer; more of them dead or saturated are worth a word
WIDTH = 100  # characters of a line of the report


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    subject : str
        What it is.
    verdict : {"good", "watch", "bad"}
        How it looks.
    fact : str
        What was found.
    advice : str, default=""
        What to do about it.
    """

    subject: str
    verdict: str
    fact: str
    advice: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """The report; ``print`` shows it.

    Parameters
    ----------
    title : str
        Which network, on what.
    n_examples : int
        Examples looked at.
    n_parameters : int
        Weights and biases of the network.
    findings : tuple of Finding
        What was looked at, in order.
    """

    title: str
    n_examples: int
    n_parameters: int
    findings: tuple[Finding, ...]

    @property
    def examples_per_weight(self) -> float:
        """Examples for each weight and bias; the course's rule of thumb asks for 4 to 10."""
        return self.n_examples / self.n_parameters

    def __getitem__(self, subject: str) -> Finding:
        for finding in self.findings:
            if finding.subject == subject:
                return finding
        raise KeyError(
            f"{subject!r} is not among the findings: {', '.join(finding.subject for finding in self.findings)}."
        )

    def __str__(self) -> str:
        marks = {"good": "+", "watch": "?", "bad": "!"}
        width = max(len(finding.subject) for finding in self.findings)
        lines = [self.title]
        for finding in self.findings:
            words = f"{finding.fact}. {finding.advice}".strip()
            head = f" {marks[finding.verdict]} {finding.subject.ljust(width)}  "
            lines.append(textwrap.fill(words, WIDTH, initial_indent=head, subsequent_indent=" " * len(head)))
        return "\n".join(lines)


def diagnosis_of(
    title: str,
    network: Network,
    parameters: Floats,
    examples: ExampleSet,
    held_out: ExampleSet | None,
    reason: StopReason,
    effective_parameters: float | None,
) -> Diagnosis:
    """Look a fitted network over.

    Parameters
    ----------
    title : str
        Name of the estimator.
    network : Network
        The plan.
    parameters : array of shape (n_parameters,)
        Weights and biases.
    examples : ExampleSet
        The examples it learned from.
    held_out : ExampleSet or None
        Others, to see how well it generalizes.
    reason : StopReason
        Why its training ended.
    effective_parameters : float or None
        Those that the data decide, where the solver knows.

    Returns
    -------
    Diagnosis
        The report.
    """
    coefs, intercepts = network.views(parameters)
    findings = [
        _on_examples(network, len(examples), effective_parameters),
        _on_training(reason),
        _on_inputs(examples.inputs),
        *_on_hidden_layers(network, coefs, intercepts, examples.inputs),
        *_on_reach(network, examples.targets),
        _on_fit(network, coefs, intercepts, examples),
    ]
    if held_out is not None:
        findings.append(_on_generalization(network, coefs, intercepts, examples, held_out))
    shape = "-".join(map(str, network.sizes))
    return Diagnosis(f"{title} {shape} on {len(examples)} examples", len(examples), len(parameters), tuple(findings))


def _on_examples(network: Network, n_examples: int, effective: float | None) -> Finding:
    n_weights = network.n_parameters
    share = n_examples / n_weights
    fact = f"{share:.3g} for each of the {n_weights} weights and biases"
    if effective is not None:
        fact += f", of which the data decide {effective:.3g}"
        n_weights = max(1, round(effective))
    if n_examples >= FEWEST_PER_WEIGHT * n_weights:
        plenty = n_examples >= PLENTY_PER_WEIGHT * n_weights
        return Finding("examples", "good", fact + (", plenty" if plenty else ", within the rule of 4 to 10"))
    bayesian = ", or solver='bayesian'" if is_squared_error(network.loss) else ""
    advice = f"Use fewer hidden units, more examples, a larger alpha, early stopping{bayesian}."
    if len(network.sizes) == 3:
        n_in, _, n_out = network.sizes
        most = int((n_examples / FEWEST_PER_WEIGHT - n_out) // (n_in + n_out + 1))
        advice = f"At most {max(most, 0)} hidden units would leave 4 for each. " + advice
    return Finding("examples", "bad" if share < 1 else "watch", f"{fact}; the rule asks for 4 to 10", advice)


def _on_training(reason: StopReason) -> Finding:
    advice = {
        StopCode.MAX_ITER: "Raise max_iter if the loss was still falling (plots.HistoryDisplay shows it).",
        StopCode.TIME_LIMIT: "Give it more time if the loss was still falling.",
        StopCode.MAX_STEPS: "Allow more steps if the loss was still falling.",
        StopCode.INTERRUPTED: "Fit again with warm_start=True to go on.",
        StopCode.DIVERGED: "Lower learning_rate, or standardize X.",
    }.get(reason.code, "")
    verdict = "bad" if reason.code is StopCode.DIVERGED else "watch" if advice else "good"
    return Finding("training", verdict, f"ended because {reason}", advice)


def _on_inputs(inputs: Any) -> Finding:
    if sparse.issparse(inputs):
        return Finding("inputs", "good", "sparse; whether columns are of one size was not looked at")
    mean, scale = inputs.mean(axis=0, dtype=np.float64), inputs.std(axis=0, dtype=np.float64)
    constant = scale <= 1e-12 * np.maximum(np.abs(mean), 1)
    odd = ~constant & ((np.abs(mean) > LARGEST_OFFSET * scale) | (scale < SMALLEST_SCALE) | (scale > LARGEST_SCALE))
    facts, advice = [], ""
    if odd.any():
        facts.append(f"{_of(odd, 'column')} are far from mean 0 and deviation 1 (first: column {odd.argmax()})")
        advice = "Standardize X, for example with sklearn.preprocessing.StandardScaler in a Pipeline."
    if constant.any():
        facts.append(f"{_of(constant, 'column')} never change and teach nothing (first: column {constant.argmax()})")
        advice = advice or "Drop them."
    if not facts:
        return Finding("inputs", "good", f"all {len(mean)} columns are of ordinary size and change")
    return Finding("inputs", "bad" if odd.mean() > 0.5 else "watch", "; ".join(facts), advice)


def _on_hidden_layers(
    network: Network, coefs: Sequence[Floats], intercepts: Sequence[Floats], inputs: Any
) -> Iterator[Finding]:
    below = inputs
    for layer, (coef, intercept) in enumerate(zip(coefs[:-1], intercepts[:-1], strict=True)):
        activation = network.activations[layer]
        fields = np.asarray(below @ coef) + intercept
        slopes = activation.derivative(fields)
        below = activation.value(fields)
        if isinstance(activation, Relu):
            idle, what = (slopes == 0).all(axis=0), "never fire"
            advice = "A lower learning_rate, init='he' or activation='tanh' keeps units alive."
        elif isinstance(activation, Tanh | Logistic):
            largest = activation.derivative(np.zeros(1))[0]
            idle, what = (slopes < FLAT * largest).mean(axis=0) >= MOSTLY, "are saturated for nearly all examples"
            advice = "Smaller starting weights, standardized inputs or a larger alpha keep units on their slopes."
        else:
            continue
        name = f"hidden layer {layer + 1}"
        if idle.mean() <= MANY_UNITS:
            yield Finding(name, "good", f"{np.count_nonzero(~idle)} of {len(idle)} units take part")
        else:
            yield Finding(name, "bad" if idle.mean() > 0.5 else "watch", f"{_of(idle, 'unit')} {what}", advice)


def _on_reach(network: Network, targets: Floats) -> Iterator[Finding]:
    """Targets that the output units can never give; of interest where they are bounded."""
    low, high = {Logistic: (0.0, 1.0), Tanh: (-1.0, 1.0), Softmax: (0.0, 1.0), Relu: (0.0, np.inf)}.get(
        type(network.activations[-1]), (-np.inf, np.inf)
    )
    outside = (targets < low) | (targets > high)
    if outside.any():
        share = np.count_nonzero(outside) / np.count_nonzero(~np.isnan(targets))
        yield Finding(
            "targets",
            "bad",
            f"{share:.0%} lie beyond [{low:g}, {high:g}], which output units '{network.activations[-1]}' never leave",
            "Scale y, or use output_activation='identity'.",
        )


def _on_fit(network: Network, coefs: Sequence[Floats], intercepts: Sequence[Floats], examples: ExampleSet) -> Finding:
    error = _error(network, coefs, intercepts, examples)
    known = ~np.isnan(examples.targets)
    means = np.where(known, examples.targets, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    constant = np.tile(means, (len(examples), 1)).astype(examples.targets.dtype)
    baseline = mean_error(network, constant, examples.targets, examples.weights)
    silent = mean_error(network, np.zeros_like(constant), examples.targets, examples.weights)
    fact = f"training loss {error:.4g}; a constant answer would cost {baseline:.4g}"
    is_constant = baseline <= np.finfo(examples.targets.dtype).eps * silent
    if error <= (CONSTANT_SHARE * (silent or 1.0) if is_constant else USELESS_SHARE * baseline):
        return Finding("fit", "good", fact)
    advice = "Check learning_rate, standardize X, train longer, use more hidden units or solver='lbfgs'."
    return Finding("fit", "bad", fact + ", so the network has learned nothing", advice)


def _on_generalization(
    network: Network,
    coefs: Sequence[Floats],
    intercepts: Sequence[Floats],
    examples: ExampleSet,
    held_out: ExampleSet,
) -> Finding:
    own, other = (_error(network, coefs, intercepts, each) for each in (examples, held_out))
    fact = f"loss {other:.4g} on {len(held_out)} examples held out, {own:.4g} on those learned from"
    if other <= OVERFIT_RATIO * own:
        return Finding("generalization", "good", fact)
    advice = (
        "It over-fits: larger alpha, fewer hidden units, early stopping (validation_fraction=0.1) or more examples."
    )
    return Finding("generalization", "watch" if other <= OVERFIT_RATIO**3 * own else "bad", fact, advice)


def _error(network: Network, coefs: Sequence[Floats], intercepts: Sequence[Floats], examples: ExampleSet) -> float:
    outputs = outputs_of(network, coefs, intercepts, examples.inputs)
    return mean_error(network, outputs, examples.targets, examples.weights)


def _of(claims: Any, noun: str) -> str:
    return f"{np.count_nonzero(claims)} of {len(claims)} {noun}s"
