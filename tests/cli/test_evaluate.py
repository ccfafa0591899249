"""``fashion-models evaluate``: the table, the file, and runs that are damaged."""

import json

import numpy as np
import pytest

from fashion_models import cli


def test_evaluate(trained, capsys):
    assert cli.main(['evaluate', str(trained.folder), '--split', 'all']) == 0
    output = capsys.readouterr().out
    for split in 'train', 'validation', 'test':
        assert f'{split}, ' in output
        record = json.loads((trained.folder / f'evaluation-{split}.json').read_text())
        assert record['accuracy'] == pytest.approx(np.mean(list(record['accuracies'].values())))
        for task, classes in record['per_class'].items():
            right = sum(one['products'] * one['accuracy'] for one in classes.values())
            number = sum(one['products'] for one in classes.values())
            assert number == record['labelled'][task]
            assert right / number == pytest.approx(record['accuracies'][task])
            confusion = record['confusion'][task]
            assert sum(sum(row.values()) for row in confusion.values()) == number
            assert sum(row.get(label, 0) for label, row in confusion.items()) == pytest.approx(
                right)
            for label, row in confusion.items():
                assert sum(row.values()) == classes[label]['products']


def test_the_epoch_of_the_best_snapshot_is_named(run_copy, works):
    log = run_copy.folder / 'log.json'
    record, = json.loads(log.read_text())
    losses = 0.9, 0.4, 0.4, 0.5
    log.write_text(json.dumps([
        {**record, 'epoch': number, 'validation/loss': loss}
        for number, loss in enumerate(losses, 1)]))
    told = 'accuracy over products of epoch 2, which had the lowest validation loss; details in'
    assert told in works('evaluate', run_copy.folder)
    assert 'accuracy over products; ' in works('evaluate', run_copy.folder, '--snapshot', 'last')
    log.unlink()
    assert 'accuracy over products; ' in works('evaluate', run_copy.folder)


def test_evaluate_in_bfloat16(run_copy, works, needs_bfloat16):
    works('evaluate', run_copy.folder, '--precision', 'bfloat16')
    record = json.loads((run_copy.folder / 'evaluation-validation.json').read_text())
    assert record['precision'] == 'bfloat16'


def test_snapshot_that_does_not_fit_the_network(tiny, run_copy, fails):
    run_copy.save_recipe(tiny.replace(model__post_pool=9))
    assert 'does not fit the recipe' in fails('evaluate', run_copy.folder)


def test_vocabulary_that_does_not_match_the_recipe(run_copy, fails):
    labels = json.loads((run_copy.folder / 'labels.json').read_text())
    del labels['colour']
    (run_copy.folder / 'labels.json').write_text(json.dumps(labels))
    line = fails('evaluate', run_copy.folder)
    assert 'labels.json: holds the labels of gender, type' in line


def test_catalogue_with_labels_that_the_run_does_not_know(
        run_copy, make_toy_catalogue, tmp_path, capsys):
    catalogue = make_toy_catalogue(tmp_path / 'other', products=60)
    path = catalogue / 'products.jsonl'
    path.write_text(path.read_text().replace('"female"', '"unisex"'))
    words = ['evaluate', str(run_copy.folder), '--catalogue', str(catalogue)]
    before = (run_copy.folder / 'evaluation-validation.json').read_bytes()
    assert cli.main(words) == 0
    unknown = 'not known to the run, and {} (validation): gender: unisex 5'
    assert unknown.format('counted as wrong') in capsys.readouterr().out
    assert cli.main([*words, '--known-only']) == 0
    assert unknown.format('left out') in capsys.readouterr().out
    # The run's own evaluation stays.
    assert (run_copy.folder / 'evaluation-validation.json').read_bytes() == before
    record = json.loads((run_copy.folder / 'evaluation-validation-elsewhere.json').read_text())
    assert record['unknown_labels']['left_out']


def test_catalogue_without_any_label_that_the_run_knows(
        run_copy, make_toy_catalogue, tmp_path, fails):
    catalogue = make_toy_catalogue(tmp_path / 'other', products=60)
    path = catalogue / 'products.jsonl'
    products = [json.loads(line) for line in path.read_text().splitlines()]
    for product in products:
        product['labels'] = {'gender': 'unisex'}
    path.write_text(''.join(json.dumps(product) + '\n' for product in products))
    assert 'no product of its validation split has a label that' in fails(
        'evaluate', run_copy.folder, '--catalogue', catalogue, '--known-only')


def test_a_task_without_labels_is_null(run_copy, make_toy_catalogue, tmp_path, works):
    catalogue = make_toy_catalogue(tmp_path / 'other', products=60)
    path = catalogue / 'products.jsonl'
    path.write_text(path.read_text().replace('"female"', '"unisex"').replace('"male"', '"unisex"'))
    works('evaluate', run_copy.folder, '--catalogue', catalogue, '--known-only')
    record = json.loads((run_copy.folder / 'evaluation-validation-elsewhere.json').read_text(),
                        parse_constant=pytest.fail)
    assert record['accuracies']['gender'] is None


def test_no_snapshot_yet(run_copy, fails):
    for path in run_copy.snapshots.iterdir():
        path.unlink()
    assert 'has no best snapshot yet' in fails('evaluate', run_copy.folder)


def test_a_file_that_cannot_be_written_does_not_cost_the_table(run_copy, capsys):
    (run_copy.folder / 'evaluation-validation.json').unlink(missing_ok=True)
    (run_copy.folder / 'evaluation-validation.json').mkdir()
    assert cli.main(['evaluate', str(run_copy.folder)]) == 2
    output, errors = capsys.readouterr()
    assert 'Multi-task' in output
    assert 'validation, ' in output
    line, = (line for line in errors.splitlines() if 'error' in line)
    assert 'evaluation-validation.json: cannot be written' in line


@pytest.mark.parametrize('name', ['mean.npy', 'labels.json', 'provenance.json', 'recipe.toml'])
def test_a_file_that_holds_something_else_is_named(run_copy, fails, name):
    (run_copy.folder / name).write_bytes(b'\x00\xff[')
    assert f'{name}: ' in fails('evaluate', run_copy.folder)


def test_the_record_is_there_though_nobody_reads_the_table(run_copy, unread):
    unread('evaluate', run_copy.folder)
    record = json.loads((run_copy.folder / 'evaluation-validation.json').read_text())
    assert 0 <= record['accuracy'] <= 1
