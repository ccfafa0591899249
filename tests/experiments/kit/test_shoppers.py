"""Simulated shoppers against what the simulation promises."""


import numpy as np
import pytest

from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.drawn.truth import ProductTruth, truth_writer
from fashion_models.experiments.kit.shoppers import (
    Population,
    Shop,
    gains,
    history,
    true_attributes,
)


def test_several_colours_share_a_product():
    shop = Shop.of([{'colour': ('red', 'blue')}, {'colour': ('red',)}, {}])
    assert shop.shares['colour'].tolist() == [[0.5, 0.5], [0, 1], [0, 0]]     # blue, red
    assert shop.shares['detail'].shape == (3, 0)


def test_worth_where_there_is_no_choice():
    one = {'category': ('a',), 'subcategory': ('b',), 'colour': ('c',), 'detail': ('d',)}
    shop = Shop.of([{**one, 'gender': ('f',)}, {**one, 'gender': ('m',)},
                    {'gender': ('f',)}, {**one, 'gender': ('f',), 'detail': ()}])
    people = Population(shop)
    for number in range(10):
        worth = people.taste(number, 1)[0].worth.tolist()
        assert worth in ([3.5, 2.5, 0, 3], [2.5, 3.5, -1, 2])


def attributes(count, seed=0):
    rng = np.random.default_rng(seed)
    return [{name: (f'{name} {rng.integers(values)}',) for name, values in (
        ('gender', 2), ('category', 8), ('subcategory', 20), ('colour', 10), ('detail', 6))}
        for _ in range(count)]


def test_tastes_are_repeatable_and_differ():
    shop = Shop.of(attributes(200))
    one, again = Population(shop).taste(3, 1)[0], Population(shop).taste(3, 1)[0]
    assert one.worth.tolist() == again.worth.tolist()
    assert one.worth.tolist() != Population(shop).taste(4, 1)[0].worth.tolist()
    assert one.worth.tolist() != Population(shop).taste(3, 2)[0].worth.tolist()
    assert one.worth.min() >= -2
    assert one.worth.max() <= 3.5


def test_a_past_is_noisy_but_not_arbitrary():
    people = Population(Shop.of(attributes(300)))
    liked_worth, disliked_worth, best = [], [], 0
    for number in range(40):
        taste, rng = people.taste(number, 1)
        seen, liked, disliked = history(taste.worth, rng)
        assert len(set(seen)) == 80
        assert len({*liked, *disliked}) == 10
        assert {*liked, *disliked} <= set(seen)
        liked_worth.append(taste.worth[liked].mean())
        disliked_worth.append(taste.worth[disliked].mean())
        best += set(liked) == set(seen[np.argsort(-taste.worth[seen])[:5]])
    assert np.mean(liked_worth) > np.mean(disliked_worth) + 1
    assert best < 40


def test_gains_by_hand():
    assert gains(np.array([-1, 0, 1, 2.0])).tolist() == [0, 0, 1, 3]


@pytest.fixture
def catalogue(tmp_path):
    with CatalogueWriter(tmp_path, Header('toy')) as writer:
        writer.add(Product('p', 'g', {'gender': 'Men', 'colour': ('Red', 'Blue'), 'type': 'shoes'},
                           [Listing(images=['x.png'])], {'usage': 'Casual', 'pattern': 'A|B'}))
    return open_catalogue(tmp_path)


def test_attributes_are_the_labels_where_no_truth_is_known(catalogue):
    own = true_attributes(catalogue)['p']
    assert own['gender'] == ('Men',)
    assert own['colour'] == ('Red', 'Blue')
    assert own['detail'] == ('A', 'B')


def test_attributes_are_the_truth_where_it_is_known(catalogue):
    with truth_writer(catalogue.folder) as write:
        write(ProductTruth('p', 'g', {'gender': 'male', 'colour': ('Green',), 'category': 'boots'},
                           fabric='suede'))
    assert true_attributes(catalogue)['p'] == {
        'gender': ('male',), 'colour': ('Green',), 'category': ('boots',), 'fabric': ('suede',),
        'detail': ('suede',)}
