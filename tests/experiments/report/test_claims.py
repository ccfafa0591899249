import pathlib

from fashion_models.experiments.report import claims as module
from fashion_models.experiments.report.claims import CLAIMS, claims_summary, claims_table
from fashion_models.experiments.report.verdicts import LEVEL, MORE, NEAR, Claim, findings

RECORDED = pathlib.Path(__file__).resolve().parents[3] / 'experiments' / 'results'


def test_summary(record, results, claim, monkeypatch):
    (results / 'some' / 'two').rename(results / 'some' / 'embedded-2')
    record('many/embedded', {'b': (0.04, 0.01, 0.09)})
    record('many/embedded-2', {'b': (0.05, 0.01, 0.09)})
    record('many/embedded-3', {'b': (0.02, -0.01, 0.09)})
    monkeypatch.setattr(module, 'WHERE', {'many/embedded-3': 'elsewhere'})
    level = Claim('So much.', '0.9', LEVEL, {'some': {'': ('b',)}})
    levels = Claim('Each.', '0.9', LEVEL, {'some': {'x': ('a', 'x'), 'y': ('b',)}})
    monkeypatch.setattr(module, 'CLAIMS', (
        claim, level, levels, Claim('Often.', '', MORE, {'many': {'': ('b',)}}),
        Claim('What?', '', MORE, {}), Claim('How?', '', NEAR, {})))
    rows = [row.split('\n     - ') for row in claims_summary(results).split('   * - ')[2:]]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ['More.', '0.5 against 0.4', 'does not', 'reproduces'],
        ['So much.', '0.9', '-0.050 [-0.080, -0.020]', '0.050 [0.020, 0.080]'],
        ['Each.', '0.9', 'x 0.030, y -0.050', 'x 0.030, y 0.050'],
        ['Often.', '', 'reproduces; elsewhere: cannot be told',
         'not recorded'],
        ['What?', '', 'not recorded', 'not recorded'],
        ['How?', '', 'not tested', 'not tested']]


def test_table(results, claim, monkeypatch):
    monkeypatch.setattr(module, 'CLAIMS', (claim,))
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
    table = claims_table(tmp_path)
    assert table.count('not recorded yet') == sum(claim.rule != NEAR for claim in CLAIMS)
    assert table.count('**not tested**') == sum(claim.rule == NEAR for claim in CLAIMS)
