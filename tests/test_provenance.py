import json
import pathlib
import platform

import chainer
import pytest

import fashion_models
from fashion_models.functions import backend
from fashion_models.provenance import command, provenance


def test_says_what_is_needed_to_repeat_a_result():
    record = provenance()
    assert record['versions']['python'] == platform.python_version()
    assert record['versions']['chainer'] == chainer.__version__
    assert record['machine']['cores'] >= 1
    assert record['machine']['processor']
    assert record['engine'] == backend.engine()
    assert set(record) == {'command', 'date', 'commit', 'versions', 'machine', 'engine'}
    json.dumps(record)


def test_tells_when_the_engine_is_off():
    with backend.without_onednn():
        assert provenance()['engine'] == 'NumPy'


@pytest.mark.parametrize(('program', 'expected'), [
    ('{package}/__main__.py', 'python -m fashion_models train'),
    ('{package}/experiments/__main__.py', 'python -m fashion_models.experiments train'),
    ('{package}/experiments/report/record.py',
     'python -m fashion_models.experiments.report.record train'),
    ('/usr/bin/fashion-models', 'fashion-models train'),
    ('elsewhere/bench.py', 'bench.py train'),
])
def test_command(program, expected, monkeypatch):
    package = pathlib.Path(fashion_models.__file__).parent
    monkeypatch.setattr('sys.argv', [program.format(package=package), 'train'])
    assert command() == expected
