import sys
import types

import pytest

from fashion_models.catalogue.records import Listing, Product
from fashion_models.catalogue.split import SPLITS, split_of
from fashion_models.errors import UnsuitableCatalogue, UserError
from fashion_models.experiments import duplicates, ordering, tags, with_text
from fashion_models.experiments.measuring.requirements import (
    require_folds,
    require_labels,
    require_labels_in_splits,
    require_several_images,
    require_several_tasks,
    require_texts,
)


def catalogue(*products):
    return types.SimpleNamespace(folder='shop', products=products)


def product(group='g', title='', images=('a.png',), **labels):
    return Product(group, group, labels, [Listing('retailer', title, '', list(images))])


def group_of(split):
    return next(str(number) for number in range(1000) if split_of(str(number)) == split)


def test_labels():
    require_labels(catalogue(product(), product(colour='red')), 'colour')
    with pytest.raises(UnsuitableCatalogue, match='shop: no product has a label of colour'):
        require_labels(catalogue(product(), product(gender='male')), 'colour')


def test_labels_in_every_split():
    labelled = {split: product(group_of(split), colour='red', type='shoes') for split in SPLITS}
    require_labels_in_splits(catalogue(*labelled.values()), ['colour', 'type'])
    for split in SPLITS:
        lacking = {**labelled, split: product(group_of(split), colour='red')}
        require_labels_in_splits(catalogue(*lacking.values()), ['colour'])
        with pytest.raises(
                UnsuitableCatalogue, match=f'no product of the {split} split has a label of type'):
            require_labels_in_splits(catalogue(*lacking.values()), ['colour', 'type'])


def test_texts_of_every_split():
    titled = {split: product(group_of(split), 'A dress') for split in SPLITS}
    require_texts(catalogue(*titled.values()))
    for split in SPLITS:
        with pytest.raises(UnsuitableCatalogue, match=(
                f'shop: 0 products of the {split} split with a title or a description, '
                'expected 1 or more')):
            require_texts(catalogue(
                *(one for own, one in titled.items() if own != split), product(group_of(split))))


def test_nothing_is_learnt_from_texts_of_the_test_split():
    titled = {split: product(group_of(split), 'A dress') for split in SPLITS}
    learnt_from = [titled['train'], titled['validation']] * 2
    require_texts(catalogue(*learnt_from, titled['test']), 2)
    with pytest.raises(UnsuitableCatalogue, match='1 product of the validation split .* 2 or more'):
        require_texts(catalogue(*learnt_from[:-1], titled['test']), 2)


def test_several_images():
    require_several_images(catalogue(product(), product(images=('a.png', 'b.png'))))
    with pytest.raises(UnsuitableCatalogue, match='no product has several images'):
        require_several_images(catalogue(product(), product(images=())))


def test_several_tasks():
    require_several_tasks(catalogue(), ('gender', 'colour'))
    with pytest.raises(UnsuitableCatalogue, match='shop: products have labels of colour only, '):
        require_several_tasks(catalogue(), ('colour',))


@pytest.mark.parametrize('experiment', [duplicates, ordering, tags, with_text])
def test_scikit_learn_is_missed_before_training(experiment, words, monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, 'sklearn', None)
    assert experiment.main([*words, '--runs', str(tmp_path / 'runs')]) == 2
    error = capsys.readouterr().err
    assert 'this experiment needs scikit-learn' in error
    assert 'pip install' in error
    assert not (tmp_path / 'runs').exists()


def test_folds():
    shop = catalogue(product('a'), product('a'), product('b'), product('c'))
    require_folds(shop, 3)
    with pytest.raises(UserError, match='folds: found 4, expected from 2 to 3, ') as error:
        require_folds(shop, 4)
    assert error.type is UserError, 'another number would do'
    with pytest.raises(UnsuitableCatalogue, match='1 group of products, expected 2 or more'):
        require_folds(catalogue(product('a'), product('a')), 2)
