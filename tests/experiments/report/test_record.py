import json
import pathlib
import shutil

import pytest

from fashion_models.experiments.report.record import accuracies_table, main, record
from fashion_models.training import train as training
from fashion_models.training.results import evaluate_run, results_rows, write_records

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
RECORDED = REPOSITORY / 'experiments' / 'results' / 'small' / 'fashion-product-images'


@pytest.mark.parametrize(('epochs', 'plots'), [(1, set()), (2, {'loss.png', 'accuracy.png'})])
def test_record_of_a_run(epochs, plots, tiny, toy_catalogue, tmp_path, capsys):
    import chainer
    run, _ = training.train(
        tiny.replace(training__epochs=epochs, training__drops=()), toy_catalogue, tmp_path / 'run')
    out = tmp_path / 'results'
    assert main([str(run.folder), str(out)]) == 2
    assert 'evaluation-validation.json: there is no such file' in capsys.readouterr().err
    write_records(
        run, evaluate_run(run, ['validation', 'test'], chainer.get_device('@numpy')))
    results = record(run, out)
    assert json.loads((out / 'results.json').read_text()) == results
    assert set(results) >= {'recipe', 'commit', 'versions', 'machine', 'catalogue', 'seconds'}
    assert {path.name for path in out.iterdir()} == {
        'results.json', 'table.txt', 'table.rst', *plots}
    text = (out / 'results.json').read_text()
    assert str(tmp_path) not in text, 'no folder of this machine is in the record'


@pytest.mark.parametrize('damaged', ['{', '[]', '{"accuracies": {}}'])
def test_a_damaged_evaluation_is_told(tiny_run, tmp_path, capsys, damaged):
    shutil.copytree(tiny_run[0], tmp_path / 'run')
    for split in 'validation', 'test':
        (tmp_path / 'run' / f'evaluation-{split}.json').write_text(damaged)
    assert main([str(tmp_path / 'run'), str(tmp_path / 'results')]) == 2
    assert 'is damaged; evaluate the run on this split again\n' in capsys.readouterr().err


def test_the_recorded_table_is_that_of_the_recorded_evaluation():
    results = json.loads((RECORDED / 'results.json').read_text())
    evaluations = results['evaluation']
    tasks = list(evaluations['validation']['accuracies'])
    table = accuracies_table(
        results['tables'][0]['title'], results_rows(evaluations, tasks), tasks)
    assert results['tables'] == [table.record()]
    assert (RECORDED / 'table.rst').read_text() == table.rst()
