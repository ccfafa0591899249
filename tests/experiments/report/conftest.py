"""Recorded results made up for claims."""

import json

import pytest

from fashion_models.experiments.report.verdicts import MORE, Claim


@pytest.fixture
def record(tmp_path):
    """Writes the figures of an experiment on a catalogue; triples stand for intervals.

    Of a list of three, there is no interval over seeds.
    """
    def whole(figures):
        if isinstance(figures, dict):
            return {name: whole(own) for name, own in figures.items()}
        if isinstance(figures, list) and isinstance(figures[0], dict):
            return [whole(own) for own in figures]
        if not isinstance(figures, (tuple, list)):
            return figures
        value, *ends = figures
        return {'value': value, 'products': ends,
                'both': ends if isinstance(figures, tuple) else None}

    def write(name, figures):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / 'results.json').write_text(json.dumps({'figures': whole(figures)}))
    return write


@pytest.fixture
def results(record, tmp_path):
    """A folder with the results of an experiment on two catalogues."""
    for catalogue, second in ('one', (0.05, 0.02, 0.08)), ('two', [-0.05, -0.08, -0.02]):
        record(f'some/{catalogue}', {'a': {'x': (0.03, 0.01, 0.05)}, 'b': second})
    return tmp_path


@pytest.fixture
def claim():
    """One about two intervals of these."""
    return Claim(
        'More.', '0.5 against 0.4', MORE, {'some': {'x': ('a', 'x'), '': ('b',)}},
        {'x': 0.1, '': 0.1}, {'some/two': 'It is too small.'})
