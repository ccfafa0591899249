"""What is true of words, and what planting false ones changes."""


import numpy as np
import pytest

from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.drawn.truth import ProductTruth, truth_writer
from fashion_models.experiments.kit.texts import WordTruth, planted
from fashion_models.representation.tags.words import CATEGORY, COLOUR, STYLE, Lexicon, Word

LABELS = {'category': ['dresses', 'trainers', 'coats'], 'subcategory': ['gowns', 'overcoats']}


@pytest.fixture
def catalogue(tmp_path):
    """Two hundred products: gowns that are red and coats that are blue, all described rightly."""
    with CatalogueWriter(tmp_path, Header('toy')) as writer:
        for number in range(200):
            colour, category = (('Red', 'dresses'), ('Blue', 'coats'))[number % 2]
            title = ('Red satin gown', 'Blue tweed coat')[number % 2]
            writer.add(Product(
                f'p{number}', f'g{number}', {'colour': (colour,), 'category': category},
                [Listing('Shop', title, f'Our favourite: {title.lower()}.', [f'{number}.png'])]))
    return open_catalogue(tmp_path)


@pytest.fixture
def with_truth(catalogue):
    kinds = {'dresses': ('gowns', 'satin'), 'coats': ('overcoats', 'tweed')}
    with truth_writer(catalogue.folder) as write:
        for product in catalogue.products:
            kind, fabric = kinds[product.label('category')]
            labels = {'colour': product.colours, 'type': 'clothing',
                      'category': product.label('category'), 'subcategory': kind}
            write(ProductTruth(
                product.id, product.group, labels, rival_colour='Purple', fabric=fabric))
    return catalogue


def test_labels_decide_where_no_truth_is_recorded(catalogue):
    product = next(iter(catalogue.products))
    is_true = WordTruth(catalogue).of(product, Lexicon(LABELS))
    assert is_true(Word(COLOUR, 'Red')) is True
    assert is_true(Word(COLOUR, 'Purple')) is False
    assert is_true(Word(CATEGORY, 'dresses')) is True
    assert is_true(Word(CATEGORY, 'gowns')) is False
    assert is_true(Word(STYLE, 'satin')) is None


def test_recorded_truth_decides(with_truth):
    product = next(iter(with_truth.products))
    is_true = WordTruth(with_truth).of(product, Lexicon(LABELS))
    assert is_true(Word(COLOUR, 'Purple')) is True      # the shade's other name
    assert is_true(Word(COLOUR, 'Blue')) is False
    assert is_true(Word(CATEGORY, 'gowns')) is True
    assert is_true(Word(CATEGORY, 'overcoats')) is False
    assert is_true(Word(STYLE, 'satin')) is True
    assert is_true(Word(STYLE, 'evening')) is True      # an evening gown is a gown
    assert is_true(Word(STYLE, 'tweed')) is False
    assert is_true(Word(STYLE, 'favourite')) is None


def test_a_share_of_the_words_becomes_false(with_truth):
    given, truth = list(with_truth.products), WordTruth(with_truth)
    changed = planted(given, truth, LABELS, 0.2, np.random.default_rng(0))
    lexicon = Lexicon(LABELS, truth.materials)
    counts = {True: 0, False: 0}
    for before, after in zip(given, changed):
        assert (before.id, before.labels, before.images) == (after.id, after.labels, after.images)
        is_true = truth.of(before, lexicon)
        title, description = after.listings[0].title, after.listings[0].description
        # Where a word is said twice, it is changed twice.
        assert title.lower() in description.lower()
        for word in lexicon.read(title)[0]:
            counts[is_true(word)] += 1
    assert sum(counts.values()) == 600
    assert 0.15 < counts[False] / 600 < 0.25


def test_nothing_is_planted_without_a_share(with_truth):
    given = list(with_truth.products)
    assert planted(given, WordTruth(with_truth), LABELS, 0, np.random.default_rng(0)) == given
