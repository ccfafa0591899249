import json
import pathlib

import pytest
from PIL import Image

from fashion_models.experiments.misclassified import main


def test_misclassified(words):
    assert main([*words, '--seeds', '2', '--pictures']) == 0
    folder = pathlib.Path(words[-1]) / 'misclassified' / 'toy'
    figures = json.loads((folder / 'results.json').read_text())['figures']
    for task in 'colour', 'subcategory':
        own = figures['errors'][task]
        confused = figures['confusion'][task]
        wrong = sum(times for label, of_label in confused.items()
                    for predicted, times in of_label.items() if label != predicted)
        assert sum(own['errors']) == wrong
        assert own['error_rate']['value'] == pytest.approx(wrong / (2 * own['products']))
        assert sum(cause['share_of_errors']['value'] for cause in own['causes'].values()) == (
            pytest.approx(1))
    drawn = {path.stem for path in folder.glob('*.[jp][pn]g')}
    matrices = {f'confusion-{task}' for task in (
        'gender', 'colour', 'type', 'category', 'subcategory')}
    assert drawn - {'colour-ambiguous'} == matrices | {'colour-random', 'subcategory-random'}
    for path in folder.glob('*.[jp][pn]g'):
        assert path.stat().st_size < 300_000
        assert Image.open(path).width <= 1080

    # Nobody said that they may be shown.
    assert main([*words, '--seeds', '2']) == 0
    assert {path.stem for path in folder.glob('*.[jp][pn]g')} == matrices
