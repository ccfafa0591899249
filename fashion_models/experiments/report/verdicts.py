"""The verdict on a claim of the article: by a fixed rule, from recorded intervals alone.

==========  ========================================================================================
rule        verdict
==========  ========================================================================================
``MORE``    The article finds a difference. It *reproduces* if our whole 95 % interval is above 0,
            *but smaller* if it is also below half the article's difference; *does not* if it is
            below that half and not above 0; and otherwise *cannot be told*.
``ALIKE``   The article finds none. That *reproduces* if our whole interval is within 0.02 of 0,
            *does not* if the whole interval is outside, and otherwise *cannot be told*.
``LEVEL``   A number on the article's own catalogue, which is private: *not comparable*.
``NEAR``    Nothing that we can measure decides it: *not tested*. What comes near is shown.
==========  ========================================================================================

A claim about several intervals has the verdict of the one that supports it least. A claim that
several experiments examine gets a verdict from each.
"""

import dataclasses
import os
import pathlib

from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import RESULTS, load_record

MORE, ALIKE, LEVEL, NEAR = 'more', 'alike', 'level', 'near'
REPRODUCES, DOES_NOT, UNKNOWN = 'reproduces', 'does not', 'cannot be told'
SMALLER = 'reproduces, but smaller'
NOT_COMPARABLE, NOT_TESTED = 'not comparable', 'not tested'
MARGIN = 0.02


@dataclasses.dataclass(frozen=True)
class Claim:
    """A claim of the article.

    Attributes:
        claim (str): In a sentence.
        article (str): The article's figure.
        rule (str): MORE, ALIKE, LEVEL or NEAR.
        places (dict): From each experiment that bears on it to its intervals there: from an
            interval's name to its place in the figures, a tuple of keys and positions.
        differences (dict): From each interval's name to the article's own difference, for MORE;
            0 where the article gives no number.
        reasons (dict): From results, such as ``'main_table/embedded'``, to the reason that we see
            for their verdict.
    """

    claim: str
    article: str
    rule: str
    places: dict
    differences: dict = dataclasses.field(default_factory=dict)
    reasons: dict = dataclasses.field(default_factory=dict)


def verdict_of(rule: str, interval: tuple[float, ...], difference: float = 0.0) -> str:
    """The verdict on one interval.

    Args:
        rule (str): MORE, ALIKE, LEVEL or NEAR.
        interval (tuple of float): Its ends.
        difference (float): The article's.
    """
    low, high = interval
    if rule == MORE:
        if low > 0:
            return SMALLER if high < difference / 2 else REPRODUCES
        return DOES_NOT if high < difference / 2 else UNKNOWN
    if rule == ALIKE:
        if low >= -MARGIN and high <= MARGIN:
            return REPRODUCES
        return DOES_NOT if low > MARGIN or high < -MARGIN else UNKNOWN
    return NOT_COMPARABLE if rule == LEVEL else NOT_TESTED


@dataclasses.dataclass(frozen=True)
class Finding:
    """What one experiment's results on one catalogue say about a claim.

    Attributes:
        results (str): Experiment and catalogue, such as ``'main_table/embedded'``.
        figures (tuple of str): One line for each interval.
        verdict (str): By the claim's rule.
        reason (str): The one that we see, or ``''``.
    """

    results: str
    figures: tuple
    verdict: str
    reason: str


def findings(claim: Claim, folder: str | os.PathLike) -> list[Finding]:
    """What the recorded results say about a claim.

    Args:
        claim (Claim): The claim.
        folder: Folder of the results of all experiments.

    Returns:
        list of Finding: One for each experiment and catalogue whose results have the figures.
    """
    found = []
    paths = [
        (path, places) for experiment, places in claim.places.items()
        for path in sorted(pathlib.Path(folder, experiment).glob(f'*/{RESULTS}'))]
    for path, places in paths:
        figures = load_record(path).get('figures')
        intervals = {name: _look_up(figures, place) for name, place in places.items()}
        if None in intervals.values():
            continue
        verdicts = {
            verdict_of(claim.rule, _widest(interval), claim.differences.get(name, 0.0))
            for name, interval in intervals.items()}
        verdict = next(own for own in (
            DOES_NOT, UNKNOWN, SMALLER, REPRODUCES, NOT_COMPARABLE, NOT_TESTED) if own in verdicts)
        results = path.parent.relative_to(folder).as_posix()
        found.append(Finding(
            results, tuple(_line(claim.rule, name, record) for name, record in intervals.items()),
            verdict, claim.reasons.get(results, '')))
    return found


def _look_up(figures, place):
    for key in place:
        try:
            figures = figures[key]
        except (KeyError, IndexError, TypeError):
            return None
    return figures


def _widest(record):
    return record['both'] or record['products']


def _line(rule, name, record):
    low, high = _widest(record)
    form = '{:.3f} [{:.3f}, {:.3f}]' if rule in (LEVEL, NEAR) else '{:+.3f} [{:+.3f}, {:+.3f}]'
    text = form.format(record['value'], low, high)
    return f'{name} {text}' if name and name != ALL else text
