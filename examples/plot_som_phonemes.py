"""
A phonetic typewriter
=====================

In 1988 Kohonen told of a typewriter that takes dictation by a map. Frames of sound find their places on the map; with
the places named after sounds, a spoken word is a path over the map, and the names along it are what was said. Here the
frames are the first three formants of ten English vowels, as men, women and children speak them, around the averages
that Peterson and Barney measured in 1952.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sinapsi import SelfOrganizingMap
from sinapsi.datasets import make_vowels
from sinapsi.plots import ClassMapDisplay
from sinapsi.plots.palette import INK

# %%
# The map of the vowels
# ---------------------
# A shorter vocal tract raises all formants by about a factor, so their logarithms are mapped: the factor becomes a
# step that is the same everywhere. The map knows no names. Still, vowels that are spoken alike lie side by side. Some
# have two regions: the *had* of men is on the left, that of women and children on the right.

X, y = make_vowels(3000, random_state=0)
hearing = make_pipeline(FunctionTransformer(np.log), StandardScaler()).fit(X)
model = SelfOrganizingMap(size=(12, 14), random_state=0).fit(hearing.transform(X))
model.label_units(y)
ClassMapDisplay.from_estimator(model, hearing.transform(X), y)

# %%
# Frames of other speakers
# ------------------------
# Named units classify frames that the map has not met. Neighboring vowels overlap, for ears too: Peterson and Barney's
# listeners heard what was meant in 87 % of the words *hod*, their lowest share; here *hod* and *hud* are the hardest.

X_new, y_new = make_vowels(3000, random_state=1)
heard = model.classify(hearing.transform(X_new))
print(f"{(heard == y_new).mean():.1%} of new frames named correctly")
for vowel in np.unique(y_new):
    wrong = heard[(y_new == vowel) & (heard != y_new)]
    names, counts = np.unique(wrong, return_counts=True)
    mostly = f", mostly taken for {names[counts.argmax()]}" if len(wrong) else ""
    print(f"  {vowel:6} {(heard[y_new == vowel] == vowel).mean():4.0%}{mostly}")

# %%
# Reading a glide
# ---------------
# The diphthong of *hide* glides from the vowel of *hod* to that of *hid*. A woman speaks it in forty frames; the
# typewriter writes a name as soon as four frames in a row agree on it.


def spoken(first, last, n_frames=40, seed=0):
    """Frames of a woman's voice that glide from one vowel to another."""
    (start,), (end,) = (make_vowels(10, speakers="woman", spread=0.0)[0][words == word] for word in (first, last))
    share = np.clip(np.linspace(-0.5, 1.5, n_frames), 0, 1)[:, np.newaxis]
    noise = 0.02 * np.random.default_rng(seed).standard_normal((n_frames, 3))
    return np.exp((1 - share) * np.log(start) + share * np.log(end) + noise)


words = make_vowels(10)[1]


def typed(frames, n_agreeing=4):
    """Names along the path, each when it has held for some frames."""
    names = model.classify(hearing.transform(frames))
    written = []
    for place in range(n_agreeing, len(names) + 1):
        recent = set(names[place - n_agreeing : place])
        if len(recent) == 1 and written[-1:] != list(recent):
            written.extend(recent)
    return written


glides = {"hide": ("hod", "hid"), "how": ("had", "hood"), "hoy": ("hawed", "hid")}
display = ClassMapDisplay.from_estimator(model, name="Paths of spoken glides")
for style, (word, (first, last)) in zip(("-", "--", ":"), glides.items(), strict=True):
    frames = spoken(first, last)
    path = model.grid_.positions[model.predict(hearing.transform(frames))]
    display.ax_.plot(*path.T, linestyle=style, color=INK, linewidth=2)
    display.ax_.annotate(word, path[0], xytext=(0, 6), textcoords="offset points", fontweight="bold", ha="center")
    print(f"{word}: {' - '.join(typed(frames))}")
plt.show()
