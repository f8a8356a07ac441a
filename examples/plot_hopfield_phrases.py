"""
Half a phrase is enough
=======================

A text is a row of bits, and a row of bits is a pattern. A Hopfield network that stores phrases completes one from its
first half, from its second half, or from every other letter.
"""

import matplotlib.pyplot as plt
import numpy as np

from sinapsi import DenseAssociativeMemory, HopfieldNetwork
from sinapsi.plots import OverlapsDisplay
from sinapsi.plots.canvas import quieten_frame
from sinapsi.plots.palette import PETROFF_COLORS

phrases = [
    "a rolling stone gathers no moss, they say",
    "actions speak louder than words ever will",
    "all that glitters is not gold, I was told",
    "better late than never, and never be late",
    "the early bird catches the worm, so hurry",
    "the quick brown fox jumps over a lazy dog",
]


def patterns_of(texts):
    """Eight units a letter: the bits of its code, -1 for 0."""
    codes = np.array([list(text.encode("latin-1")) for text in texts], dtype=np.uint8)
    return 2.0 * np.unpackbits(codes, axis=1) - 1


def texts_of(patterns):
    """The way back."""
    return [bytes(row).decode("latin-1") for row in np.packbits(patterns > 0, axis=1)]


memories = patterns_of(phrases)
print(f"{memories.shape[0]} phrases in {memories.shape[1]} units")

# %%
# Letters are alike
# -----------------
# The codes of small letters all begin with 011. So the patterns are far from random: any two agree in six or seven bits
# of ten, overlaps of 0.2 to 0.4. Hebb's rule counts on overlaps near 0; it would warn here, and recall mixtures. The
# pseudo-inverse does not mind.

model = HopfieldNetwork(rule="pseudo_inverse", random_state=0).fit(memories)
OverlapsDisplay.from_estimator(model, memories, recalled=False, name="How alike the phrases are")

# %%
# Completion
# ----------
# NaN stands for a bit that is not known. What is known stays as it is; the rest is recalled.


def hidden(patterns, is_known):
    """Patterns of which only some letters are known."""
    return np.where(np.repeat(is_known, 8), patterns, np.nan)


place = np.arange(len(phrases[0]))
for title, is_known in {
    "the first half": place < 20,
    "the second half": place >= 20,
    "every other letter": place % 2 == 0,
    "the first five letters": place < 5,
}.items():
    print(f"\ngiven {title}:")
    for phrase, completed in zip(phrases, texts_of(model.complete(hidden(memories, is_known))), strict=True):
        shown = "".join(letter if known else "." for letter, known in zip(phrase, is_known, strict=True))
        print(f"  {shown}  ->  {completed}")

# %%
# Five letters are too few for "the e" and "the q": they agree in all but two bits, and in a mixture of both. A half is
# enough for all.
#
# A half may be noisy as well. With a tenth of its bits flipped, letters are wrong that ``complete`` keeps because it
# was told to; ``predict`` may change all units, and mends them once the phrase is complete.

random = np.random.default_rng(0)
noisy = np.where(random.random(memories.shape) < 0.1, -memories, memories)
guesses = model.complete(hidden(noisy, place < 20))
for before, after in zip(texts_of(guesses), texts_of(model.predict(guesses)), strict=True):
    print(f"  {before!r}  ->  {after}")

# %%
# How many phrases?
# -----------------
# More and more phrases of five random words, all of which have "and" in the same places, with the first 22 of 45
# letters given. How many are completed without a fault? These overlap by about 0.7, and half of a pattern is a poor
# probe: the pseudo-inverse is right about most of 40, and about few of 60. A dense memory whose energy is exponential
# in the overlaps completes nearly all of 400, more phrases than it has units.

words = "amber bread cloud dance eagle flame grape house ivory jewel knife lemon music night ocean piano queen"
words = np.array(f"{words} river stone tiger uncle valve water xenon yacht zebra".split())
corpus = [" and ".join(words[random.choice(len(words), size=5)]) for _ in range(400)]
networks = {
    "pseudo-inverse": HopfieldNetwork(rule="pseudo_inverse", random_state=0),
    "dense, exp(x)": DenseAssociativeMemory(interaction="exponential", random_state=0),
}
numbers = [5, 10, 20, 40, 60, 80, 120, 200, 400]
many = patterns_of(corpus)
half = hidden(many, np.arange(len(corpus[0])) < 22)
_, ax = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
for (name, network), color in zip(networks.items(), PETROFF_COLORS, strict=False):
    shares = []
    for number in numbers:
        network.fit(many[:number])
        shares.append((network.complete(half[:number]) == many[:number]).all(axis=1).mean())
    ax.plot(numbers, shares, marker="o", color=color, label=name)
    print(f"{name:15}", *(f"{number}: {share:.0%}" for number, share in zip(numbers, shares, strict=True)))
ax.set(xscale="log", xlabel=f"phrases stored in {many.shape[1]} units", ylabel="share completed without a fault")
ax.set_title("Phrases completed from their first half", loc="left", fontweight="bold")
ax.legend(fontsize="small")
quieten_frame(ax, grid=True)
plt.show()
