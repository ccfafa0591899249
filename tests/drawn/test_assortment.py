from fashion_models.catalogue.taxonomy import Taxonomy
from fashion_models.drawn.assortment import KINDS, PLACES, SHARES, siblings, taxonomy


def test_has_the_articles_numbers():
    types = taxonomy()
    assert len(types) == 5
    assert sum(len(categories) for categories in types.values()) == 35
    names = [name for categories in types.values() for kinds in categories.values()
             for name in kinds]
    assert len(names) == len(set(names)) == len(KINDS) == 158


def test_has_the_articles_examples():
    assert 'hi-top trainers' in taxonomy()['shoes']['trainers']
    assert 'gowns' in taxonomy()['clothing']['dresses']


def test_a_category_has_one_type():
    categories = [category for below in taxonomy().values() for category in below]
    assert len(categories) == len(set(categories))


def test_is_a_tree_as_headers_have_it():
    assert Taxonomy.is_tree(taxonomy())


def test_siblings_share_the_category():
    assert 'gowns' in siblings('slip dresses')
    assert 'slip dresses' not in siblings('slip dresses')
    assert all(PLACES[name] == PLACES['gowns'] for name in siblings('gowns'))


def test_frequencies_are_long_tailed():
    shares = sorted(SHARES.values(), reverse=True)
    total = sum(shares)
    assert sum(shares[:40]) > total / 2  # a quarter of the subcategories is half of the shop
    assert shares[-1] > 0.001 * total  # and the rarest is met twice in 2,000 products
    assert shares[0] / shares[-1] > 10


def test_both_genders_have_subcategories_of_their_own():
    genders = {kind.genders for kind in KINDS.values()}
    assert genders == {'f', 'm', 'fm'}
    assert KINDS['gowns'].genders == 'f'
    assert KINDS['bow ties'].genders == 'm'


def test_every_subcategory_has_words_of_the_trade():
    assert all(kind.words for kind in KINDS.values())
