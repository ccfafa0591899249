import shutil

import numpy as np
import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.records import Listing, Product
from fashion_models.drawn.truth import OtherGarment, PictureTruth, ProductTruth, truth_writer
from fashion_models.experiments.measuring.error_causes import (
    BETWEEN,
    CATEGORY,
    GARMENTS,
    NONE,
    SEVERAL,
    TWIN,
    TYPE,
    WRONG,
    Answers,
    Siblings,
    by_chance,
    colour_causes,
    count,
    extra_error,
    records_of,
    sparse,
    subcategory_causes,
)

TREE = {'shoes': {'heels': ['pumps', 'kitten heels'], 'flats': ['loafers']},
        'clothing': {'tops': ['vests'], '': ['kaftans']}}


def product_with(**labels):
    return Product('1', 'g', labels, [Listing(images=('a.png',))])


def truth_with(colours=('Blue',), rival=None, wrong=(), garments=(), subcategory='pumps',
               near_twin=False):
    others = tuple(OtherGarment(name, colour) for colour, name in garments)
    return ProductTruth(
        '1', 'g', {'colour': tuple(colours), 'subcategory': subcategory}, tuple(wrong), 'teal',
        rival, near_twin, pictures=(PictureTruth('a.png', 'Shop', 'model', others=others),))


@pytest.mark.parametrize(('labels', 'truth', 'expected'), [
    (('Red',), None, {}),
    (('Red', 'Pink'), None, {SEVERAL: {'Pink'}}),
    (('Blue',), truth_with(), {}),
    (('Blue',), truth_with(rival='Green'), {BETWEEN: {'Green'}}),
    # The moderator gave it its other name.
    (('Green',), truth_with(rival='Green'), {BETWEEN: {'Blue'}}),
    (('Blue',), truth_with(('Blue', 'Red'), garments=[('Red', 'x'), ('Black', 'y'), ('Blue', 'z')]),
     {SEVERAL: {'Red'}, GARMENTS: {'Black'}}),
    (('Black',), truth_with(('Blue', 'Red'), 'Green', ['colour'], [('White', 'x')]),
     {WRONG: {'Blue', 'Green', 'Red'}, GARMENTS: {'White'}})])
def test_what_might_be_answered_for_a_colour(labels, truth, expected):
    found = colour_causes(product_with(colour=labels), truth)
    assert {cause: names for cause, names in found.items() if names} == expected


@pytest.mark.parametrize(('label', 'truth', 'expected'), [
    ('pumps', None, {CATEGORY: {'kitten heels'}, TYPE: {'loafers'}}),
    ('loafers', None, {TYPE: {'pumps', 'kitten heels'}}),
    ('kaftans', None, {TYPE: {'vests'}}),       # of no known category
    ('unheard of', None, {}),
    ('kitten heels', truth_with(subcategory='kitten heels', near_twin=True,
                                garments=[('Red', 'loafers')]),
     {GARMENTS: {'loafers'}, TWIN: {'court shoes'}, CATEGORY: {'pumps'}}),
    # Cut like court shoes, and labelled as something else besides.
    ('pumps', truth_with(subcategory='kitten heels', near_twin=True, wrong=['subcategory']),
     {WRONG: {'kitten heels'}, TWIN: {'court shoes'}, TYPE: {'loafers'}}),
    ('pumps', truth_with(subcategory='vests', wrong=['subcategory']),
     {WRONG: {'vests'}, CATEGORY: {'kitten heels'}, TYPE: {'loafers'}})])
def test_what_might_be_answered_for_a_subcategory(label, truth, expected):
    found = subcategory_causes(product_with(subcategory=label), truth, Siblings(TREE))
    assert {cause: names for cause, names in found.items() if names} == expected


@pytest.fixture
def answers():
    """Six products, one of them without a label, and one network; red twice taken for blue."""
    probabilities = np.array([
        [.8, .1, .1], [.3, .4, .3], [.05, .9, .05], [.1, .1, .8], [.2, .35, .45], [1, 0, 0]])
    return Answers(['red', 'blue', 'pink'], np.array([0, 0, 0, 1, 1, -1]), probabilities[None],
                   list('abcdef'))


def test_answers_by_hand(answers):
    np.testing.assert_array_equal(answers.wrong, [[False, True, True, True, True, False]])
    np.testing.assert_allclose(answers.margins[0, :5], [0, .1, .85, .7, .1])
    np.testing.assert_array_equal(answers.ranks[0, [0, 2, 4]], [0, 1, 1])
    np.testing.assert_array_equal(answers.confusion(), [[1, 2, 0], [0, 0, 2], [0, 0, 0]])
    assert sparse(answers.confusion(), answers.names) == {
        'red': {'red': 1, 'blue': 2}, 'blue': {'pink': 2}}


def test_errors_are_counted_once_under_their_cause(answers):
    causes = [{WRONG: {'blue'}, SEVERAL: set()},        # right: no error
              {WRONG: {'blue'}, SEVERAL: set()}, {WRONG: set(), SEVERAL: {'pink'}},
              {WRONG: set(), SEVERAL: {'pink'}}, {}, {WRONG: set(), SEVERAL: {'blue'}}]
    found = count(answers, causes)
    assert found['products'] == 5
    assert found['errors'] == [4]
    assert found['error_rate'].value == 4 / 5
    assert found['small_margin'].value == 0     # 0.1 is not below it, up to rounding
    shares = {cause: own['share_of_errors'].value for cause, own in found['causes'].items()}
    assert shares == {WRONG: 1 / 4, SEVERAL: 1 / 4, NONE: 2 / 4}
    assert found['causes'][WRONG]['products'] == 2
    assert found['causes'][WRONG]['error_rate'].value == 1 / 2
    assert found['causes'][SEVERAL]['products'] == 2
    # Dealt: blue, blue, pink, pink. Rows 1 and 2 are red: 2 of 4 are blue, 2 of 4 pink; row 3 is
    # blue and is dealt pink only.
    assert found['causes'][WRONG]['by_chance'] == pytest.approx((2 / 4 + 0 + 0 + 0) / 4)
    assert found['causes'][SEVERAL]['by_chance'] == pytest.approx((0 + 2 / 4 + 2 / 2 + 0) / 4)


def test_chance_is_what_dealing_anew_gives():
    rng = np.random.default_rng(0)
    names = list('abcdef')
    answers = Answers(names, rng.integers(0, 6, 50), rng.dirichlet(np.ones(6), (1, 50)), range(50))
    labels = [set(rng.choice(names, 2)) - {names[own]} for own in answers.t]
    wrong, hits, dealt = np.flatnonzero(answers.wrong[0]), 0, 0
    for _ in range(4000):
        for row, answer in zip(wrong, rng.permutation(answers.predicted[0, wrong])):
            if answer != answers.t[row]:
                dealt += 1
                hits += names[answer] in labels[row]
    assert by_chance(answers, labels) == pytest.approx(hits / dealt, abs=0.01)


def test_without_errors_there_is_nothing_to_count():
    answers = Answers(['a', 'b'], np.array([0, 1]), np.eye(2)[None], ['x', 'y'])
    assert count(answers, [{WRONG: {'b'}}, {WRONG: {'a'}}]) is None


def test_the_truth_is_found(toy_catalogue, tmp_path):
    folder = shutil.copytree(
        toy_catalogue, tmp_path / 'copy', ignore=shutil.ignore_patterns('.prepared'))
    catalogue = open_catalogue(folder)
    assert records_of(catalogue, ['7'])[0][1] is None
    with truth_writer(folder) as write:
        for number in range(80):
            write(ProductTruth(str(number), f'g{number}', {'colour': ('Red',)}))
    records = records_of(catalogue, ['7', '3'])
    assert [(product.id, truth.group) for product, truth in records] == [('7', 'g7'), ('3', 'g3')]


def test_how_much_more_often_products_of_several_colours_are_wrong():
    """Half of twenty products of several colours, a fifth of ten others, one without a label."""
    t = np.zeros(31, int)
    t[30] = -1
    probabilities = np.tile([1.0, 0.0], (1, 31, 1))
    probabilities[0, [*range(10), 20, 21, 30]] = [0, 1]
    answers = Answers(['a', 'b'], t, probabilities, range(31))
    sound = np.ones(31, bool)
    found = extra_error(answers, np.arange(31) < 20, sound)
    assert found.value == pytest.approx(10 / 20 - 2 / 10)
    assert found.products[0] < found.value < found.products[1]
    assert extra_error(answers, np.arange(31) < 25, sound) is None
    # Five of the first twenty have a wrong label, and so an error.
    sound[:5] = False
    assert extra_error(answers, np.arange(31) < 20, sound).value == pytest.approx(5 / 15 - 2 / 10)
    assert extra_error(answers, np.arange(31) < 14, sound) is None
