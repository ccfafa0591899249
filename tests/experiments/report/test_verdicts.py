import pytest

from fashion_models.experiments.report.verdicts import (
    ALIKE,
    DOES_NOT,
    LEVEL,
    MORE,
    NEAR,
    NOT_COMPARABLE,
    NOT_TESTED,
    REPRODUCES,
    SMALLER,
    UNKNOWN,
    Claim,
    findings,
    verdict_of,
)


@pytest.mark.parametrize(('rule', 'interval', 'difference', 'expected'), [
    (MORE, (0.001, 0.09), 0.03, REPRODUCES),
    (MORE, (0.001, 0.014), 0.03, SMALLER),      # there, but not even half of it
    (MORE, (0.001, 0.014), 0.0, REPRODUCES),
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
    (NEAR, (0.1, 0.2), 0.0, NOT_TESTED),
])
def test_verdicts(rule, interval, difference, expected):
    assert verdict_of(rule, interval, difference) == expected


def test_findings(results, claim):
    one, two = findings(claim, results)
    assert (one.results, one.verdict, one.reason) == ('some/one', REPRODUCES, '')
    assert one.figures == ('x +0.030 [+0.010, +0.050]', '+0.050 [+0.020, +0.080]')
    assert (two.results, two.verdict, two.reason) == ('some/two', DOES_NOT, 'It is too small.')


def test_results_without_the_figure_say_nothing(results):
    claim = Claim('More.', '', MORE, {'some': {'': ('c', 'nothing')}})
    assert findings(claim, results) == []
    assert findings(Claim('More.', '', MORE, {'other': {'': ('a',)}}), results) == []


def test_several_experiments_may_look_into_a_claim(record, results):
    record('other/two', {'held out': {'x': [0.07, 0.06, 0.08]}})
    claim = Claim(
        'More.', '', MORE, {'other': {'x': ('held out', 'x')}, 'some': {'x': ('a', 'x')}},
        {'x': 0.1}, {'other/two': 'It is held out.'})
    assert [(own.results, own.figures[0][:8], own.reason) for own in findings(claim, results)] == [
        ('other/two', 'x +0.070', 'It is held out.'), ('some/one', 'x +0.030', ''),
        ('some/two', 'x +0.030', '')]


def test_a_place_may_lead_through_a_list(record, results):
    record('sizes/one', {'compared': [{'x': 0}, {'x': (0.07, 0.06, 0.08)}]})
    claim = Claim('More.', '', MORE, {'sizes': {'': ('compared', 1, 'x')}}, {'': 0.1})
    assert [own.figures for own in findings(claim, results)] == [('+0.070 [+0.060, +0.080]',)]
    for nowhere in ('compared', 2, 'x'), ('compared', 'x'), ('compared', 0, 'x', 'y'):
        assert findings(Claim('More.', '', MORE, {'sizes': {'': nowhere}}), results) == []
