import types

import numpy as np
import pytest

from fashion_models.data.vocabulary import Vocabulary
from fashion_models.drawn.truth import OtherGarment, PictureTruth, ProductTruth
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.measuring.ambiguous_products import (
    AMBIGUOUS,
    BOTH,
    CONTROL,
    IMAGES,
    OTHERS,
    TEXT,
    WAYS,
    by_pictures,
    is_ambiguous,
    other_garment,
    true_labels,
)
from fashion_models.experiments.tabulating.images_and_text import tables
from fashion_models.training.evaluation import Evaluation

TAXONOMY = {'clothing': {'dresses': ['gowns', 'sundresses'], 'tops': ['shirts']},
            'shoes': {'boots': ['ankle boots']}}
VOCABULARY = Vocabulary({
    'colour': ['Black', 'Blue', 'Red'], 'category': ['boots', 'dresses', 'tops'],
    'subcategory': ['ankle boots', 'gowns', 'shirts', 'sundresses']})


def truth(id, others, colour=('Red',), category='dresses', subcategory='gowns'):
    """The truth of a product, of whose pictures each shows so many other garments."""
    return ProductTruth(
        id, id, {'colour': colour, 'category': category, 'subcategory': subcategory},
        pictures=tuple(PictureTruth(f'{number}.png', 'Shop', 'model', others=tuple(own))
                       for number, own in enumerate(others)))


BOOTS = OtherGarment('ankle boots', 'Black')
SUNDRESS = OtherGarment('sundresses', 'Red')


def says(*answers):
    """What a network says that is sure of these labels: (colour, category, subcategory) each."""
    scores = {}
    for (task, labels), own in zip(VOCABULARY.labels.items(), zip(*answers)):
        scores[task] = np.log(np.array(
            [[0.9 if label == name else 0.01 for label in labels] for name in own]))
    return Evaluation(scores, np.array(
        [true_labels(truth('', []), VOCABULARY)] * len(answers), np.int32))


@pytest.mark.parametrize(('others', 'expected'), [
    ([[BOOTS]], True), ([[]], False), ([[BOOTS], []], False), ([[BOOTS], [], [BOOTS]], True)])
def test_most_pictures_of_an_ambiguous_product_show_other_garments(others, expected):
    assert is_ambiguous(truth('p', others)) is expected


def test_true_labels_by_hand():
    assert true_labels(truth('p', [], colour=('Blue', 'Red')), VOCABULARY) == [1, 1, 1]
    assert true_labels(truth('p', [], category='skirts'), VOCABULARY) == [2, -1, 1]


def test_other_garment_by_hand():
    # Worn beside the red gown: black boots and, in another picture, a red sundress.
    records = [truth(str(n), [[BOOTS], [SUNDRESS]]) for n in range(4)]
    gown, boots = ('Red', 'dresses', 'gowns'), ('Black', 'boots', 'ankle boots')
    sundress, shirt = ('Red', 'dresses', 'sundresses'), ('Blue', 'tops', 'shirts')
    answers = {IMAGES: [says(boots, boots, sundress, shirt)], CONTROL: [says(*[shirt] * 4)],
               TEXT: [says(*[gown] * 4)], BOTH: [says(boots, gown, gown, gown)]}
    found = other_garment(answers, records, 'abcd', VOCABULARY, TAXONOMY)
    shares = {task: [own['share'][way].value for way in (IMAGES, CONTROL, TEXT, BOTH)]
              for task, own in found.items()}
    # Neither its colour nor its category tell the sundress from the gown.
    assert shares == {'colour': [0.5, 0, 0, 0.25], 'category': [0.5, 0, 0, 0.25],
                      'subcategory': [0.75, 0, 0, 0.25]}
    assert found['subcategory']['difference'][IMAGES].value == pytest.approx(-0.5)


def test_by_pictures_by_hand():
    ids = {'validation': list('abcdefghijkl'), 'test': list('mnopqrstuvwx')}
    # Every other product is ambiguous: 6 of each split.
    records = {id: truth(id, [[BOOTS] if n % 2 else []])
               for n, id in enumerate(ids['validation'] + ids['test'])}
    products = {split: types.SimpleNamespace(ids=own, groups=own) for split, own in ids.items()}
    gown, boots = ('Red', 'dresses', 'gowns'), ('Black', 'boots', 'ankle boots')
    answers = {split: {way: [says(*[gown] * 12)] for way in WAYS} for split in ids}
    for way in IMAGES, CONTROL:
        answers['test'][way] = [says(*[gown, boots] * 6)]
    found = by_pictures(answers, products, records, VOCABULARY, TAXONOMY)
    assert (found[AMBIGUOUS]['products'], found[OTHERS]['products']) == (12, 12)
    assert found[OTHERS]['accuracy'][IMAGES][ALL].value == 1
    assert found[AMBIGUOUS]['accuracy'][IMAGES][ALL].value == pytest.approx(1 / 2)
    assert found[AMBIGUOUS]['accuracy'][BOTH]['colour'].value == 1
    assert found[AMBIGUOUS]['difference'][IMAGES]['category'].value == pytest.approx(1 / 2)
    assert found['other_garment']['category']['share'][IMAGES].value == pytest.approx(1 / 2)
    assert found['other_garment']['category']['fewer'].value == pytest.approx(1 / 2)
    # The text gains a half on the ambiguous and nothing on the others.
    assert found['extra_gain'].value == pytest.approx(1 / 2)
    shown = tables({'tasks': VOCABULARY.tasks, 'by_pictures': found,
                    **dict.fromkeys(ids, {**found[OTHERS], 'unseen': found[OTHERS]})})
    assert [row[0] for row in shown[0].rows if 'of their own' in row[0]] == [
        f'{split}, 12 products with a text of their own' for split in ids]
    assert [row for row in shown[3].rows if row[0].startswith('gain')][0][1].startswith('+0.500 [')
    assert dict(row[:2] for row in shown[4].rows)[IMAGES] == '0.500'


def test_too_few_products_are_only_counted():
    products = {split: types.SimpleNamespace(ids=[split], groups=[split])
                for split in ('validation', 'test')}
    answers = {split: {way: [says(('Red', 'dresses', 'gowns'))] for way in WAYS}
               for split in products}
    found = by_pictures(
        answers, products, {split: truth(split, [[BOOTS]]) for split in products}, VOCABULARY,
        TAXONOMY)
    assert found == {AMBIGUOUS: {'products': 2}, OTHERS: {'products': 0}}
