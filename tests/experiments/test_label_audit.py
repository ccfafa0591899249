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


def test_useless_share(arguments, capsys):
    assert module.main([*arguments, '--reviewed', '0']) == 2
    assert 'expected a share' in capsys.readouterr().err
