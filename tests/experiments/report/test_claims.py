import json
import pathlib

import pytest

from fashion_models.experiments.report import claims as reproduces
from fashion_models.experiments.report.claims import (
    ALIKE,
    CLAIMS,
    DOES_NOT,
    LEVEL,
    MORE,
    NOT_COMPARABLE,
    REPRODUCES,
    UNKNOWN,
    Claim,
    claims_summary,
    claims_table,
    findings,
    verdict_of,
)

RECORDED = pathlib.Path(__file__).resolve().parents[3] / 'experiments' / 'results'


@pytest.mark.parametrize(('rule', 'interval', 'difference', 'expected'), [
    (MORE, (0.001, 0.09), 0.03, REPRODUCES),
    (MORE, (-0.001, 0.09), 0.03, UNKNOWN),
    (MORE, (-0.02, 0.014), 0.03, DOES_NOT),     # not even half of it
    (MORE, (-0.02, 0.016), 0.03, UNKNOWN),
    (MORE, (-0.02, -0.001), 0.0, DOES_NOT),
    (MORE, (-0.02, 0.001), 0.0, UNKNOWN),
    (ALIKE, (-0.02, 0.02), 0.0, REPRODUCES),
    (ALIKE, (0.001, 0.019), 0.0, REPRODUCES),   # a difference, but not one worth the name
    (ALIKE, (-0.03, 0.01), 0.0, UNKNOWN),
    (ALIKE, (0.021, 0.05), 0.0, DOES_NOT),
    (ALIKE, (-0.05, -0.021), 0.0, DOES_NOT),
    (LEVEL, (0.72, 0.74), 0.0, NOT_COMPARABLE),
])
def test_verdicts(rule, interval, difference, expected):
    assert verdict_of(rule, interval, difference) == expected


def interval(value, low, high, both=True):
    return {'value': value, 'products': [low, high], 'both': [low, high] if both else None}


def write(folder, figures):
    folder.mkdir(parents=True)
    (folder / 'results.json').write_text(json.dumps({'figures': figures}))


@pytest.fixture
def results(tmp_path):
    for catalogue, second in (('one', interval(0.05, 0.02, 0.08)),
                              ('two', interval(-0.05, -0.08, -0.02, both=False))):
        write(tmp_path / 'some' / catalogue,
              {'a': {'x': interval(0.03, 0.01, 0.05)}, 'b': second})
    return tmp_path


CLAIM = Claim(
    'More.', '0.5 against 0.4', MORE, {'some': {'x': ('a', 'x'), '': ('b',)}}, {'x': 0.1, '': 0.1},
    {'some/two': 'It is too small.'})


def test_findings(results):
    one, two = findings(CLAIM, results)
    assert (one.results, one.verdict, one.reason) == ('some/one', REPRODUCES, '')
    assert one.figures == ('x +0.030 [+0.010, +0.050]', '+0.050 [+0.020, +0.080]')
    assert (two.results, two.verdict, two.reason) == ('some/two', DOES_NOT, 'It is too small.')


def test_results_without_the_figure_say_nothing(results):
    claim = Claim('More.', '', MORE, {'some': {'': ('c', 'nothing')}})
    assert findings(claim, results) == []
    assert findings(Claim('More.', '', MORE, {'other': {'': ('a',)}}), results) == []


def test_several_experiments_may_look_into_a_claim(results):
    write(results / 'other' / 'two', {'held out': {'x': interval(0.07, 0.06, 0.08, both=False)}})
    claim = Claim(
        'More.', '', MORE, {'other': {'x': ('held out', 'x')}, 'some': {'x': ('a', 'x')}},
        {'x': 0.1}, {'other/two': 'It is held out.'})
    assert [(own.results, own.figures[0][:8], own.reason) for own in findings(claim, results)] == [
        ('other/two', 'x +0.070', 'It is held out.'), ('some/one', 'x +0.030', ''),
        ('some/two', 'x +0.030', '')]


def test_summary(results, monkeypatch):
    (results / 'some' / 'two').rename(results / 'some' / 'embedded-2')
    level = Claim('So much.', '0.9', LEVEL, {'some': {'': ('b',)}})
    levels = Claim('Each.', '0.9', LEVEL, {'some': {'x': ('a', 'x'), 'y': ('b',)}})
    monkeypatch.setattr(reproduces, 'CLAIMS', (CLAIM, level, levels, Claim('What?', '', MORE, {})))
    rows = [row.split('\n     - ') for row in claims_summary(results).split('   * - ')[2:]]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ['More.', '0.5 against 0.4', DOES_NOT, REPRODUCES],
        ['So much.', '0.9', '-0.050 [-0.080, -0.020]', '0.050 [0.020, 0.080]'],
        ['Each.', '0.9', 'x 0.030, y -0.050', 'x 0.030, y 0.050'],
        ['What?', '', 'not recorded', 'not recorded']]


def test_table(results, monkeypatch):
    monkeypatch.setattr(reproduces, 'CLAIMS', (CLAIM,))
    table = claims_table(results)
    assert table.count('   * -') == 3
    assert '**reproduces**' in table
    assert '     - It is too small.' in table
    assert 'some/two: x +0.030 [+0.010, +0.050]; -0.050 [-0.080, -0.020]' in table


def test_every_claim_has_a_difference_for_each_of_its_intervals():
    for claim in CLAIMS:
        for places in claim.places.values():
            assert set(claim.differences) == (set(places) if claim.rule == MORE else set())


def test_the_cross_validation_looks_into_the_claims_on_several_images():
    """Its recorded results have every interval that they are judged by."""
    judged = [[own.results for own in findings(claim, RECORDED)] for claim in CLAIMS
              if 'cross_validation' in claim.places]
    assert len(judged) == 3
    assert all('cross_validation/shops' in results for results in judged)


def test_reasons_are_of_recorded_results():
    for claim in CLAIMS:
        assert set(claim.reasons) <= {own.results for own in findings(claim, RECORDED)}


def test_table_of_all_claims_before_any_result(tmp_path):
    assert claims_table(tmp_path).count('not recorded yet') == len(CLAIMS)
