import json
import pathlib

import pytest

from fashion_models.experiments.main_table import main


def test_main_table(words, capsys):
    assert main([*words, '--seeds', '2']) == 0
    folder = pathlib.Path(words[-1]) / 'main_table' / 'toy'
    results = json.loads((folder / 'results.json').read_text())
    figures = results['figures']
    assert figures['article']['all'] == pytest.approx(0.731, abs=5e-4)
    for split in 'validation', 'test':
        own = figures[split]
        for task in 'gender', 'colour', 'type':
            assert own['accuracy'][task]['value'] == pytest.approx(
                sum(seed[task] for seed in own['by_seed']) / 2)
            assert own['top'][task]['value'] >= own['accuracy'][task]['value']
            total = sum(entry['products'] for entry in own['per_class'][task].values())
            assert total == own['labelled'][task]
            assert own['accuracy'][task]['value'] == pytest.approx(sum(
                entry['products'] * entry['accuracy'] for entry in own['per_class'][task].values()
            ) / total)
        assert own['chance']['colour'] == pytest.approx(1 / 3)
        assert own['majority']['all'] < 1
        assert own['type_minus_category']['value'] == pytest.approx(
            own['accuracy']['type']['value'] - own['accuracy']['category']['value'])
    assert len(results['runs']) == 2
    assert results['seeds'] == [0, 1]
    out = capsys.readouterr().out
    assert 'the article, validation' in out
    assert 'always the commonest label' in out


def test_the_articles_mean_of_five_tasks_is_not_shown_beside_one_of_four(lacking, tmp_path):
    assert main(lacking(labels=['colour'])) == 0
    results = json.loads(
        (tmp_path / 'results' / 'main_table' / 'toy' / 'results.json').read_text())
    assert results['figures']['article']['all'] is None
    assert results['tables'][0]['rows'][0] == [
        'the article, validation', '-', '0.886', '0.947', '0.661', '0.485']
