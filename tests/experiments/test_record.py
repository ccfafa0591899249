import json
import pathlib

import pytest

from fashion_models.experiments.record import main, record, rst_table
from fashion_models.training import train as training
from fashion_models.training.results import evaluate_run, results_rows

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
RECORDED = REPOSITORY / 'experiments' / 'results' / 'small' / 'fashion-product-images'


@pytest.fixture(scope='module')
def run(tiny, toy_catalogue, tmp_path_factory):
    run, _ = training.train(
        tiny.replace(training__epochs=1), toy_catalogue, tmp_path_factory.mktemp('runs') / 'run')
    return run


def test_record_of_a_run(run, tmp_path, capsys):
    import chainer
    out = tmp_path / 'results'
    assert main([str(run.folder), str(out)]) == 2
    assert 'evaluation-validation.json: missing' in capsys.readouterr().err
    evaluate_run(run, ['validation', 'test'], chainer.get_device('@numpy'))
    results = record(run, out)
    assert json.loads((out / 'results.json').read_text()) == results
    assert set(results) >= {'recipe', 'commit', 'versions', 'machine', 'catalogue', 'seconds'}
    assert {path.name for path in out.iterdir()} == {
        'results.json', 'table.txt', 'table.rst', 'loss.png', 'accuracy.png'}
    text = (out / 'results.json').read_text()
    assert str(run.folder.parent) not in text, 'no folder of this machine is in the record'


def test_rst_table():
    table = rst_table({'a': [0.5, 1.0], '  longer title': [0.25, 0.75]}, ['colour', 'type'])
    assert table == '''\
============  ==========  =====  =====
\\             Multi-task  Color  Type
============  ==========  =====  =====
a             0.750       0.500  1.000
longer title  0.500       0.250  0.750
============  ==========  =====  =====
'''


def test_tables_of_the_documentation_are_those_of_the_records():
    results = json.loads((RECORDED / 'results.json').read_text())
    evaluations = results['evaluation']
    tasks = list(evaluations['validation']['accuracies'])
    table = rst_table(results_rows(evaluations, tasks), tasks)
    assert (RECORDED / 'table.rst').read_text() == table
    assert table in (REPOSITORY / 'README.rst').read_text()
