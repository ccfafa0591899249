import collections

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.catalogue.records import Product
from fashion_models.catalogue.tasks import LEVELS
from fashion_models.catalogue.taxonomy import Places, Taxonomy, reconcile


def tree_of(paths):
    taxonomy = Taxonomy()
    for path in paths:
        taxonomy.add(Product('1', '1', dict(zip(LEVELS, path)), []))
    return taxonomy.tree()


def test_tree_of_full_paths():
    assert tree_of([('Shoes', 'Trainers', 'Hi-top'), ('Clothing', 'Dresses', 'Gowns'),
                    ('Shoes', 'Trainers', 'Low'), ('Shoes', 'Boots', 'Ankle')]) == {
        'Clothing': {'Dresses': ['Gowns']},
        'Shoes': {'Boots': ['Ankle'], 'Trainers': ['Hi-top', 'Low']}}


@pytest.mark.parametrize(('paths', 'tree'), [
    ([(None, None, None)], {}),
    ([('Shoes', None, None)], {'Shoes': {}}),
    ([(None, 'Boots', None)], {'': {'Boots': []}}),
    ([(None, None, 'Ankle')], {'': {'': ['Ankle']}}),
    ([('Shoes', None, 'Ankle')], {'Shoes': {'': ['Ankle']}}),
    ([(None, 'Boots', 'Ankle')], {'': {'Boots': ['Ankle']}}),
    # What another product tells is used.
    ([(None, 'Boots', 'Ankle'), ('Shoes', 'Boots', None)], {'Shoes': {'Boots': ['Ankle']}}),
    ([('Shoes', None, 'Ankle'), (None, 'Boots', 'Ankle'), ('Shoes', 'Boots', None)],
     {'Shoes': {'Boots': ['Ankle']}}),
])
def test_tree_holds_what_is_known(paths, tree):
    assert tree_of(paths) == tree
    assert not list(Places(tree).contradictions())


def test_contradictions_are_found_in_a_tree():
    places = Places({'Apparel': {'Socks': ['Long'], 'Tops': ['Tees']},
                     'Accessories': {'Socks': [], 'Belts': ['Tees', '']}})
    assert sorted(places.contradictions()) == [
        'a subcategory has an empty name',
        "category 'Socks' is under 'Accessories' and 'Apparel'",
        "subcategory 'Tees' is under 'Accessories/Belts' and 'Apparel/Tops'"]


TREE = {'Apparel': {'Tops': ['Tees'], '': ['Vests']}, 'Shoes': {'Boots': ['Ankle']},
        '': {'Gifts': ['Cards']}}


@pytest.mark.parametrize(('path', 'problems'), [
    (('Apparel', 'Tops', 'Tees'), []),
    (('', '', ''), []),
    (('', 'Tops', ''), []),
    (('', '', 'Tees'), []),
    (('Apparel', '', 'Tees'), []),
    (('Shoes', 'Gifts', 'Cards'), []),  # the type of gifts is not known
    (('Apparel', 'Tops', 'Vests'), []),  # nor the category of vests
    (('Apparl', 'Tops', ''), ["type 'Apparl' is not in the taxonomy",
                              "category 'Tops' is under type 'Apparel', not under 'Apparl'"]),
    (('Shoes', 'Tops', 'Tees'), ["category 'Tops' is under type 'Apparel', not under 'Shoes'"]),
    (('Shoes', 'Boots', 'Tees'),
     ["subcategory 'Tees' is under category 'Tops', not under 'Boots'"]),
    (('Shoes', '', 'Tees'), ["subcategory 'Tees' is under type 'Apparel', not under 'Shoes'"]),
    (('Shoes', '', 'Vests'), ["subcategory 'Vests' is under type 'Apparel', not under 'Shoes'"]),
    (('', 'Tees', ''), ["category 'Tees' is not in the taxonomy"]),
    (('', '', 'Tops'), ["subcategory 'Tops' is not in the taxonomy"]),
])
def test_products_that_contradict_a_tree(path, problems):
    assert list(Places(TREE).problems(path)) == problems


def test_rare_slips_get_the_common_parent():
    counts = {('Apparel', 'Topwear', 'Tshirts'): 100, ('Accessories', 'Belts', 'Tshirts'): 1,
              ('Accessories', 'Belts', 'Belts'): 50, ('Apparel', 'Topwear', 'Belts'): 3,
              ('Accessories', 'Socks', 'Socks'): 30, ('Apparel', 'Socks', 'Socks'): 10}
    assert reconcile(counts) == {
        ('Apparel', 'Topwear', 'Tshirts'): ('Apparel', 'Topwear', 'Tshirts'),
        ('Accessories', 'Belts', 'Tshirts'): ('Apparel', 'Topwear', 'Tshirts'),
        ('Accessories', 'Belts', 'Belts'): ('Accessories', 'Belts', 'Belts'),
        ('Apparel', 'Topwear', 'Belts'): ('Accessories', 'Belts', 'Belts'),
        ('Accessories', 'Socks', 'Socks'): ('Accessories', 'Socks', 'Socks'),
        ('Apparel', 'Socks', 'Socks'): ('Accessories', 'Socks', 'Socks')}


def test_a_label_with_several_common_parents_is_no_class():
    counts = {('shirt', 'Men', 'Men shirts'): 49, ('tie', 'Men', 'Ties'): 45,
              ('cufflinks', 'Men', 'Accessories'): 20, ('tie', 'Men', 'Accessories'): 40}
    assert reconcile(counts) == {
        ('shirt', 'Men', 'Men shirts'): ('shirt', None, 'Men shirts'),
        ('tie', 'Men', 'Ties'): ('tie', None, 'Ties'),
        ('cufflinks', 'Men', 'Accessories'): ('cufflinks', None, None),
        ('tie', 'Men', 'Accessories'): ('tie', None, None)}


@pytest.mark.parametrize(('rare', 'kept'), [(1, True), (2, False)])
def test_three_quarters_have_to_agree(rare, kept):
    counts = {('A', 'x', None): 3, ('B', 'x', None): rare}
    assert reconcile(counts)['A', 'x', None] == ('A', 'x' if kept else None, None)
    assert reconcile(counts)['B', 'x', None] == (('A', 'x', None) if kept else ('B', None, None))


def test_missing_labels_stay_missing():
    counts = {('A', 'x', 's'): 10, (None, 'x', 's'): 1, ('A', None, 's'): 1, (None, None, 's'): 1}
    assert reconcile(counts) == {path: path for path in counts}


def test_a_product_without_category_follows_the_category_of_its_subcategory():
    counts = {('A', 'x', 's'): 9, ('B', None, 's'): 1}
    assert reconcile(counts)['B', None, 's'] == ('A', None, 's')


def test_an_older_tree_places_what_a_new_one_lacks():
    places = Places({'Accessories': {'Scarves': ['Long']}},
                    {'Apparel': {'Scarves': ['Long', 'Short']}, 'Shoes': {'Boots': []}})
    assert not list(places.contradictions())
    assert not list(places.problems(('Shoes', 'Boots', None)))
    assert not list(places.problems((None, 'Scarves', 'Short')))
    assert list(places.problems(('Apparel', 'Scarves', 'Long'))) == [
        "category 'Scarves' is under type 'Accessories', not under 'Apparel'"]


PATHS = st.tuples(st.sampled_from([None, 'A', 'B', 'C']), st.sampled_from([None, 'x', 'y', 'z']),
                  st.sampled_from([None, 'r', 's', 't']))


@given(st.dictionaries(PATHS, st.integers(1, 30), max_size=30))
def test_reconciled_labels_are_a_tree_and_no_label_is_invented(counts):
    mapping = reconcile(counts)
    assert mapping.keys() == counts.keys()
    tree = tree_of(mapping.values())
    places = Places(tree)
    assert not list(places.contradictions())
    for old, new in mapping.items():
        assert not list(places.problems(new))
        assert all(before is not None or after is None for before, after in zip(old, new))
    # Reconciled labels need no more reconciling.
    again = collections.Counter()
    for old, new in mapping.items():
        again[new] += counts[old]
    assert reconcile(again) == {path: path for path in again}


@given(st.dictionaries(PATHS, st.integers(1, 30), max_size=30), st.randoms())
def test_reconciling_does_not_depend_on_the_order(counts, random):
    items = list(counts.items())
    random.shuffle(items)
    assert reconcile(dict(items)) == reconcile(counts)
