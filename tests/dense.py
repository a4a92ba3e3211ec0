# SPDX-License-Identifier: Apache-2.0
"""A corpus that is denser than linking looks: few happenings, each told by far more articles than one is compared with, in words that
differ more or less, on the same days, and articles that were copied some hundred times with small changes. In what linking cuts off the
order of adding shows (docs/schema.md); `demarche relink` takes it out again."""
import random

STATES = {"France": ("French", "Paris"), "Germany": ("German", "Berlin"), "Japan": ("Japanese", "Tokyo"), "China": ("Chinese", "Beijing"),
          "Italy": ("Italian", "Rome"), "Spain": ("Spanish", "Madrid"), "Peru": ("Peruvian", "Lima"), "Kenya": ("Kenyan", "Nairobi")}
ACTS = ["{A} condemned {B} over the arrest of {n} fishermen near the {place} islands",
        "{A} imposed sanctions on {B}, citing the export of {n} machine tools to {place}",
        "{A} and {B} signed a treaty on trade in {good} after talks in {place}",
        "the foreign minister of {A} visited {B} to discuss {n} joint projects on {good} in {place}",
        "{A} expelled {n} diplomats of {B} and accused them of spying in {place}",
        "{A} urged {B} to release {n} prisoners held since the riots in {place}",
        "{A} rejected a demand of {B} to open its market for {good} from {place}",
        "{A} promised {B} aid of {n} million dollars for schools in {place}"]
HEADS = ["{act}.", "Officials in {capital} said that {act}.", "According to the foreign ministry in {capital}, {act}.", "On {day}, {act}.",
         "It was reported on {day} that {act}."]
MORE = ["The president of {C} called the step a mistake and asked for talks about {good}.", "{C} offered to mediate between {A} and {B}.",
        "Analysts in {place} said that prices of {good} would rise by {m} percent.", "The {D} parliament will debate the matter next week.",
        "A spokesman declined to say how many people of {place} were affected.", "Last year {C} had criticized {A} for a similar decision on {good}.",
        "{B} protested and recalled its ambassador from {capital}.", "{B} threatened to close its ports to ships of {A}.",
        "Thousands of people in {place} demonstrated against {A}.", "{C} supported {A} and promised to send observers to {place}."]
PLACES = [a + b for a in "Kal Dor Osta Brin Quel Tes Varn Ilmo Sado Per Loran Mira".split() for b in "mir vador nel dova marsk sith holan rana toth nica".split()]
GOODS = "steel rice copper timber wheat coal cotton fish sugar tea glass paper wool salt".split()
MONTHS = "January February March April May June July August September October November December".split()
COMMON = ("market house water morning people city street report number small large early later street school council paper office worker family "
          "season weather north south train river bridge winter summer music garden letter window coffee dinner market teacher student engineer "
          "factory hospital village church museum theatre library airport harbour station").split()
TOLD, COPIES = 90, 450  # articles of one happening; copies of one article, more than linking compares (400)


def capital_first(s):
    return s[0].upper() + s[1:]


def happening(rng):
    a, b, c = rng.sample(sorted(STATES), 3)
    return {"A": a, "B": b, "C": c, "D": STATES[c][0], "capital": STATES[a][1], "n": rng.randint(2, 99), "place": rng.choice(PLACES),
            "good": rng.choice(GOODS), "act": rng.choice(ACTS), "day": (1995, rng.randint(1, 2), rng.randint(1, 28))}


def article(rng, i, h):
    """Told a day or more later, with some facts left out or told otherwise: likenesses of every strength."""
    y, m, d = h["day"]
    late = rng.choice((0, 0, 1, 2))
    facts = dict(h, m=rng.randint(2, 40))
    if rng.random() < 0.25:
        facts["n"] = rng.randint(2, 99)
    if rng.random() < 0.2:
        facts["place"] = rng.choice(PLACES)
    if rng.random() < 0.15:
        facts["good"] = rng.choice(GOODS)
    facts["act"] = h["act"].format(**facts)
    facts["day"] = f"{d} {MONTHS[m - 1]} {y}"
    head = capital_first(rng.choice(HEADS).format(**facts))
    more = [w.format(**facts) for w in rng.sample(MORE, rng.randint(1, 4))]
    more.insert(rng.randint(0, len(more)), f"In other news there was talk of {' '.join(rng.choices(COMMON, k=rng.randint(15, 60)))}.")
    date = f"{y}-{m:02}-{min(28, d + late):02}"
    return {"id": f"dense-{i:06}", "text": f"{STATES[h['A']][1].upper()}, {min(28, d + late)} {MONTHS[m - 1]} {y} - {head} {' '.join(more)}",
            "date": date, "source": rng.choice(("Wire", "Herald", "Gazette", "Courier"))}


def copy_of(rng, i, base):
    """Its words with a few changed: some copies are alike enough, others only through a third."""
    words = base["text"].split(" ")
    for _ in range(rng.choice((1, 1, 2, 3, 5))):
        words[rng.randrange(4, len(words))] = rng.choice(PLACES)
    return dict(base, id=f"dense-{i:06}", text=" ".join(words) + f" ({rng.choice(PLACES)} desk {i})", source=rng.choice(("Wire", "Mirror")))


def articles(n, seed=1):
    rng = random.Random(seed)
    of, out, base, left = [happening(rng) for _ in range(max(4, n // TOLD))], [], None, 0
    for i in range(n):
        if i == n // 20 or (left == 0 and rng.random() < 1 / 1000):  # now and then one that many take over
            base, left = article(rng, i, rng.choice(of)), COPIES
        if left and rng.random() < 0.6:
            left -= 1
            out.append(copy_of(rng, i, base))
        else:
            out.append(article(rng, i, rng.choice(of)))
    return out
