import json
import pathlib
import shutil

import numpy as np
import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.split import split_of
from fashion_models.data.prepare import prepare
from fashion_models.data.products import ProductSet
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.drawn.truth import ProductTruth, truth_writer
from fashion_models.experiments.colours import (
    ACCEPTED,
    BETWEEN,
    EVERY,
    ONE,
    PARTS,
    PROBABILITIES,
    SEVERAL,
    STRICT,
    TAUGHT,
    TAUGHT_ALL,
    TAUGHT_FIRST,
    by_probabilities,
    judge,
    known_colours,
    main,
    right_figures,
)
from fashion_models.representation.colour import Colours
from fashion_models.training.evaluation import Evaluation


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
    with truth_writer(folder) as write:
        for product, colours, rival in zip(test, true, rivals):
            write(ProductTruth(
                product.id, product.group, {'colour': tuple(colours)}, rival_colour=rival))
    store = prepare(open_catalogue(folder), 54, progress=False)
    found = known_colours(open_catalogue(folder), store)
    assert [kind for *_, kind in found[:3]] == [SEVERAL, ONE, BETWEEN]
    assert [colours for _, _, _, colours, _ in found[:3]] == [{'red', 'blue'}, {'red'}, {'red'}]
    assert [id for id, *_ in found] == [product.id for product in test]
    assert found[3][3] == {test[3].label('colour')}


def test_the_experiment(words, capsys):
    assert main([*words, '--quick']) == 0
    folder = pathlib.Path(words[-1]) / 'colours' / 'toy'
    figures = json.loads((folder / 'results.json').read_text())['figures']
    assert set(figures['kinds']) == {ONE}   # toys have one colour
    assert set(figures['kinds'][ONE]) == {TAUGHT_FIRST}
    for way in PARTS, PROBABILITIES:
        for interval in figures['kinds'][ONE][TAUGHT_FIRST][way].values():
            assert 0 <= interval['value'] <= 1
    assert 'right' not in figures
    assert 'by parts' in capsys.readouterr().out


def test_one_colour_or_any_of_them(words, two_coloured_catalogue, capsys):
    words = ['--catalogue', str(two_coloured_catalogue), '--name', 'two', *words[2:]]
    assert main([*words, '--seeds', '2']) == 0
    folder = pathlib.Path(words[words.index('-o') + 1]) / 'colours' / 'two'
    results = json.loads((folder / 'results.json').read_text())
    assert len(results['runs']) == 4
    figures = results['figures']
    assert set(figures['kinds'][SEVERAL]) == {TAUGHT_FIRST, TAUGHT_ALL}
    right = figures['right']
    test = [product for product in open_catalogue(two_coloured_catalogue).products
            if split_of(product.group) == 'test']
    assert right[EVERY]['products'] == len(test)
    assert right[SEVERAL]['products'] == sum(len(product.colours) == 2 for product in test)
    for whose in EVERY, SEVERAL:
        strict, accepted = (right[whose][counts] for counts in (STRICT, ACCEPTED))
        for taught in TAUGHT_FIRST, TAUGHT_ALL:
            assert strict['accuracy'][taught]['value'] <= accepted['accuracy'][taught]['value']
        for counts in strict, accepted:
            of_all, of_first = (
                counts['accuracy'][taught]['value'] for taught in (TAUGHT_ALL, TAUGHT_FIRST))
            assert counts['difference']['value'] == pytest.approx(of_all - of_first)
            low, high = counts['difference']['both']
            assert low <= counts['difference']['value'] <= high
    assert 'taught any of its colours' in capsys.readouterr().out


class Answers:
    """Stands for the evaluation of a network that answers with these colours."""

    def __init__(self, t, predicted):
        self.evaluation = Evaluation(
            {'colour': np.log(np.where(np.eye(3)[predicted] == 1, 0.8, 0.1))}, t)


def test_right_answers_by_hand(monkeypatch):
    t = np.array([[0], [1], [2], [-1]], np.int32)
    others = np.array([[[1]], [[-1]], [[0]], [[-1]]], np.int32)
    products = ProductSet(None, list('abcd'), [], t, others, list('abcd'))
    monkeypatch.setattr(
        'fashion_models.experiments.kit.predictions.evaluate_run', lambda run, _: run.evaluation)
    first, all_colours = Answers(t, [0, 1, 1, 0]), Answers(t, [1, 0, 0, 0])
    first.vocabulary = Vocabulary({'colour': ('a', 'b', 'c')})
    found = right_figures({TAUGHT_FIRST: [first], TAUGHT_ALL: [all_colours]}, products)
    values = {
        (whose, counts): [
            *(found[whose][counts]['accuracy'][taught].value for taught in TAUGHT),
            found[whose][counts]['difference'].value]
        for whose in (EVERY, SEVERAL) for counts in (STRICT, ACCEPTED)}
    assert values == {
        (EVERY, STRICT): pytest.approx([2 / 3, 0, -2 / 3]),
        (EVERY, ACCEPTED): pytest.approx([2 / 3, 2 / 3, 0]),
        (SEVERAL, STRICT): pytest.approx([1 / 2, 0, -1 / 2]),
        (SEVERAL, ACCEPTED): pytest.approx([1 / 2, 1, 1 / 2])}
    assert (found[EVERY]['products'], found[SEVERAL]['products']) == (3, 2)
