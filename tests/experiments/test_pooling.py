import json
import pathlib

import pytest

from fashion_models.experiments.pooling import (
    ALL_WAYS,
    AVERAGED,
    COMPARED,
    OTHERS,
    SMALLER,
    main,
    smaller_batches,
)
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import Run


@pytest.fixture(scope='module')
def results(words):
    assert main([*words, '--seeds', '1']) == 0
    return json.loads(
        (pathlib.Path(words[-1]) / 'pooling' / 'toy' / 'results.json').read_text())


def test_every_way_has_its_network(results, words):
    runs = [Run.open(path.parent) for path in
            pathlib.Path(words[words.index('--runs') + 1]).glob('*/provenance.json')]
    found = {(run.recipe.model.pooling, run.recipe.training.image_loss > 0) for run in runs
             if not run.view.flattened}
    assert found >= {(pooling, loss) for pooling, loss in (
        ('max', False), ('mean', False), ('sum', False), ('max_mean', False), ('attention', False),
        ('max', True), ('mean', True))}


def test_smaller_batches_make_as_many_updates_as_single_images(results):
    updates = results['figures']['updates']
    assert updates['single-image, as many updates'] == updates['maximum']
    for way in SMALLER:
        assert updates['maximum'] < updates[way]
        assert updates[way] == pytest.approx(updates['single-image'], rel=0.25)


@pytest.mark.parametrize(('devices', 'expected'), [('@numpy', 43), ('@numpy*4', 44), ('0,1', 42)])
def test_devices_share_smaller_batches_evenly(devices, expected):
    recipe = Recipe().replace(training__batch_size=64, training__devices=devices)
    assert smaller_batches(recipe, 100, 150).training.batch_size == expected


def test_differences_are_those_of_the_accuracies(results):
    for split in 'validation', 'test':
        for part in results['figures'][split].values():
            for reference, ways in COMPARED.items():
                for way in ways:
                    assert part['ahead_of'][reference][way]['all']['value'] == pytest.approx(
                        part['accuracy'][way]['all']['value']
                        - part['accuracy'][reference]['all']['value'])


def test_parts_are_of_the_number_of_images(results):
    for split in 'validation', 'test':
        figures = results['figures'][split]
        own = {int(name): part['products'] for name, part in figures.items() if name.isdecimal()}
        assert sum(own.values()) <= figures['all']['products']
        if 'several' in figures:
            several = sum(count for n, count in own.items() if n > 1)
            assert several <= figures['several']['products'] <= figures['all']['products']


def test_tables(results):
    titles = [table['title'] for table in results['tables']]
    assert len(titles) == 10
    accuracy, ahead, _, of_maximum, itself = results['tables'][:5]
    assert len(accuracy['rows']) == 1 + len(ALL_WAYS) + len(AVERAGED)
    assert [row[0] for row in ahead['rows']] == [row[0] for row in itself['rows']] == list(ALL_WAYS)
    assert [row[0] for row in of_maximum['rows']] == OTHERS


def test_with_one_image_a_product_is_answered_image_by_image(results):
    """Where a network has nothing to pool, it cannot be ahead of itself."""
    for split in 'validation', 'test':
        found = results['figures'][split].get('1', {'ahead_of_itself': {}})['ahead_of_itself']
        assert all(interval['value'] == 0 for way in found.values() for interval in way.values())


def test_with_one_image_a_product_nothing_is_trained(lacking, tmp_path, capsys):
    assert main(lacking(several_images=True)) == 3
    assert 'no product has several images' in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()
