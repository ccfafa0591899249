import json
import pathlib

import pytest
from PIL import Image

from fashion_models.experiments.filters import main


def test_filters(words):
    assert main([*words, '--seeds', '1']) == 0
    folder = pathlib.Path(words[-1]) / 'filters' / 'toy'
    figures = json.loads((folder / 'results.json').read_text())['figures']
    assert [figures[name]['ksize'] for name in (
        'multi-task', 'colour only', 'colour only, 1 x 1')] == [7, 7, 1]
    for name in 'multi-task', 'colour only':
        assert figures[name]['start']['chromatic_share']['value'] == pytest.approx(2 / 3, abs=0.1)
        assert 0 < figures[name]['learnt_share_of_energy'] < 0.5, 'after a few steps'
    assert (folder / 'filters.png').stat().st_size < 300_000
    assert Image.open(folder / 'filters.png').size == (900, 1400)


def test_without_colours_nothing_is_trained(lacking, capsys, tmp_path):
    assert main(lacking(labels=['colour'])) == 3
    assert 'no product has a label of colour' in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()
