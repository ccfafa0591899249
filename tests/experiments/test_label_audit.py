import json
import pathlib

import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.drawn import synthesise
from fashion_models.experiments import label_audit as module
from fashion_models.experiments.kit import runs
from fashion_models.experiments.measuring.corrected_labels import SPLITS
from fashion_models.experiments.measuring.label_truth import known_truth


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    """A small embedded catalogue, which brings its truth."""
    folder = tmp_path_factory.mktemp('drawn') / 'embedded'
    synthesise(folder, products=60, seed=3, size=48, workers=1)
    return open_catalogue(folder)


@pytest.fixture(scope='module')
def arguments(words, drawn):
    pytest.importorskip('cleanlab')
    return ['--catalogue', str(drawn.folder), *words[2:], '--seeds', '1', '--folds', '2',
            '--reviewed', '0.5']


def read(arguments):
    folder = pathlib.Path(arguments[arguments.index('-o') + 1], 'label_audit')
    [path] = folder.glob('*/results.json')
    return json.loads(path.read_text())


def test_embedded_catalogue(arguments, drawn, capsys, monkeypatch):
    assert module.main(arguments) == 0
    results = read(arguments)
    figures, truth = results['figures'], known_truth(drawn)
    assert figures['planted'] is None
    assert len(results['runs']) == 2 + 3
    for task, own in figures['lists'].items():
        assert own['wrong'] == sum(task in wrong for wrong in truth.wrong.values())
        assert own['labels'] == 60
    review = figures['review']
    assert review['labels_looked_at'] == 5 * 30
    assert review['wrong_labels'] == sum(map(len, truth.wrong.values()))
    assert review['corrected'] == sum(
        sum(place <= 30 for place in own['found_after']) for own in figures['lists'].values())
    for split in SPLITS:
        for judge, of_tasks in figures['minus_as_they_are'][split]['all right'].items():
            accuracy = figures['accuracy'][split]
            for task, difference in of_tasks.items():
                assert difference['value'] == pytest.approx(
                    accuracy['all right'][judge][task]['value']
                    - accuracy['as they are'][judge][task]['value'], abs=1e-9)
        assert figures['colour_before_to_after'][split]['value'] == pytest.approx(
            accuracy['reviewed']['reviewed']['colour']['value']
            - accuracy['as they are']['as they are']['colour']['value'], abs=1e-9)
    assert 'Precision' in capsys.readouterr().out
    monkeypatch.setattr(runs.train, 'train', None)      # nothing is trained or drawn anew
    assert module.main(arguments) == 0
    assert read(arguments)['figures'] == figures


def test_two_rounds(arguments, drawn, tmp_path):
    out = tmp_path / 'results'
    assert module.main([
        *arguments, '--reviewed', '0.2', '--rounds', '2', '-o', str(out)]) == 0
    results = read(['-o', str(out)])
    first, second = results['figures']['review']['rounds']
    assert first['labels_looked_at'] == second['labels_looked_at'] == 5 * 12
    assert results['figures']['review']['labels_looked_at'] == 2 * 5 * 12   # each only once
    assert 0 < first['corrected'] + second['corrected'] == results['figures']['review']['corrected']
    versions = ['as they are', 'reviewed', 'reviewed, round 2', 'all right']
    assert [*results['figures']['accuracy']['test']] == versions
    for split in SPLITS:
        accuracy = results['figures']['accuracy'][split]
        assert results['figures']['colour_before_to_after'][split]['value'] == pytest.approx(
            accuracy[versions[2]][versions[2]]['colour']['value']
            - accuracy[versions[0]][versions[0]]['colour']['value'], abs=1e-9)
    assert 'Rounds of review' in (out / 'label_audit' / 'embedded' / 'table.txt').read_text()


def test_nothing_is_left_for_a_further_round(arguments, tmp_path):
    out = tmp_path / 'results'
    assert module.main([
        *arguments, '--reviewed', '1', '--rounds', '2', '-o', str(out)]) == 0
    assert len(read(['-o', str(out)])['figures']['review']['rounds']) == 1


def test_useless_number_of_rounds(arguments, capsys):
    assert module.main([*arguments, '--rounds', '0']) == 2
    assert 'rounds: found 0, expected 1 or more' in capsys.readouterr().err


def test_useless_share(arguments, capsys):
    assert module.main([*arguments, '--reviewed', '0']) == 2
    assert 'expected a share' in capsys.readouterr().err


def test_more_folds_than_groups(arguments, drawn, tmp_path, capsys):
    groups = len({product.group for product in drawn.products})
    assert module.main([*arguments, '--folds', '100', '--runs', str(tmp_path / 'runs')]) == 2
    assert f'folds: found 100, expected from 2 to {groups}, the number of groups' in (
        capsys.readouterr().err)
    assert not (tmp_path / 'runs').exists()
