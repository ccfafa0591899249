import csv

import pytest

from fashion_models import cli
from fashion_models.catalogue.io import open_catalogue
from fashion_models.experiments.kit import runs

pytest.importorskip('cleanlab')


@pytest.fixture(scope='module')
def arguments(words, tmp_path_factory):
    folder = tmp_path_factory.mktemp('audit')
    return ['audit', words[1], '-o', str(folder / 'review'), '--recipe', words[3],
            '--runs', str(folder / 'runs'), '--folds', '2', '--most', '4']


def test_review_and_again_without_training(arguments, monkeypatch, capsys, tmp_path):
    assert cli.main(arguments) == 0
    output = capsys.readouterr().out
    assert 'training (network 1 of 2)' in output
    assert 'training (network 2 of 2, about ' in output
    with open(f'{arguments[3]}/review.csv', encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    products = {product.id: product for product in open_catalogue(arguments[1]).products}
    assert rows
    for task in 'gender', 'colour', 'type', 'category', 'subcategory':
        own = [row for row in rows if row['task'] == task]
        assert f'{task}: {len(own)} of ' in output
        assert len(own) <= 4
        of_labels = [float(row['p_label']) for row in own]
        assert of_labels == sorted(of_labels)
        for row in own:
            assert products[row['product']].label(task) == row['label'] != row['suggested']

    assert cli.main(arguments) == 2
    assert 'there is a review already' in capsys.readouterr().err
    monkeypatch.setattr(runs.train, 'train', None)      # the networks are there
    assert cli.main([*arguments, '--overwrite']) == 0
    with open(f'{arguments[3]}/review.csv', encoding='utf-8', newline='') as file:
        assert list(csv.DictReader(file)) == rows


def test_useless_number(arguments, capsys):
    assert cli.main([*arguments, '--most', '0']) == 2
    assert '--most: found 0' in capsys.readouterr().err
