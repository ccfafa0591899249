import json
import pathlib
import shutil

from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.split import split_of
from fashion_models.experiments.colours import (
    BETWEEN,
    ONE,
    PARTS,
    PROBABILITIES,
    SEVERAL,
    by_probabilities,
    judge,
    known_colours,
    main,
)
from fashion_models.representation.colour import Colours


def test_measures_by_hand():
    assert judge(('red',), {'red'}) == (1, 0, 1, 1)
    assert judge(('red', 'blue'), {'blue'}) == (0, 1, 1 / 2, 1)
    assert judge(('red',), {'red', 'blue'}) == (1, 0, 1, 1 / 2)
    assert judge(('green', 'pink'), {'red', 'blue'}) == (0, 1, 0, 0)


def test_names_by_probabilities():
    assert by_probabilities(Colours({'red': .6, 'blue': .3, 'pink': .1}, {})) == ('red', 'blue')
    assert by_probabilities(Colours({'red': .2, 'blue': .1}, {})) == ('red',)


def test_the_truth_says_more_than_the_labels(toy_catalogue, tmp_path):
    folder = shutil.copytree(
        toy_catalogue, tmp_path / 'copy', ignore=shutil.ignore_patterns('.prepared'))
    test = [product for product in open_catalogue(folder).products
            if split_of(product.group) == 'test']
    true = [['red', 'blue'], ['red'], ['red']]
    rivals = [None, None, 'pink']
    with open(folder / 'truth.jsonl', 'w') as file:
        for product, colours, rival in zip(test, true, rivals):
            print(json.dumps({
                'id': product.id, 'labels': {'colour': colours}, 'rival_colour': rival}), file=file)
    found = known_colours(open_catalogue(folder))
    assert [kind for *_, kind in found[:3]] == [SEVERAL, ONE, BETWEEN]
    assert [colours for _, _, _, colours, _ in found[:3]] == [{'red', 'blue'}, {'red'}, {'red'}]
    assert [id for id, *_ in found] == [product.id for product in test]
    assert found[3][3] == {test[3].label('colour')}


def test_the_experiment(words, capsys):
    assert main([*words, '--quick']) == 0
    folder = pathlib.Path(words[-1]) / 'colours' / 'toy'
    figures = json.loads((folder / 'results.json').read_text())['figures']
    assert set(figures['kinds']) == {ONE}   # toys have one colour
    for way in PARTS, PROBABILITIES:
        for interval in figures['kinds'][ONE][way].values():
            assert 0 <= interval['value'] <= 1
    assert 'by parts' in capsys.readouterr().out
