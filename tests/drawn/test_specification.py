import collections
import dataclasses

import pytest

from fashion_models.drawn.assortment import KINDS
from fashion_models.drawn.difficulty import EASY, RIVAL_LABEL, Difficulty
from fashion_models.drawn.specification import specifications, specify

N = 4000


def shop(difficulty, n=N):
    return list(specifications(n, 0, difficulty))


@pytest.fixture(scope='module')
def default_shop():
    return shop(Difficulty())


@pytest.fixture(scope='module')
def easy_shop():
    return shop(EASY)


def share(found):
    found = list(found)
    return sum(found) / len(found)


def test_a_product_does_not_depend_on_those_before_it(default_shop):
    few = shop(Difficulty(), 50)
    assert few == default_shop[:50]


def test_another_seed_is_another_shop(default_shop):
    other = list(specifications(50, 1, Difficulty()))
    assert [spec.kind for spec in other] != [spec.kind for spec in default_shop[:50]]


def test_colourways_of_a_design_differ_in_colour_alone(default_shop):
    designs = collections.defaultdict(list)
    for spec in default_shop:
        designs[spec.group].append(spec)
    sizes = collections.Counter(len(design) for design in designs.values())
    assert set(sizes) == {1, 2, 3, 4}
    assert sizes[1] > sizes[2] > sizes[3]
    for design in designs.values():
        assert len({(spec.kind, spec.gender, spec.features) for spec in design}) == 1
        assert len({spec.shade.colour for spec in design}) == len(design)


def test_genders_keep_to_their_subcategories(default_shop):
    for spec in default_shop:
        assert spec.gender[0] in KINDS[spec.kind].genders
    assert {spec.gender for spec in default_shop} == {'female', 'male'}


def test_easy_labels_are_true(easy_shop):
    assert all(spec.labels == spec.true_labels for spec in easy_shop)


def test_easy_shades_are_clear_and_single(easy_shop):
    assert all(spec.shade.rival is None for spec in easy_shop)
    assert all(len(spec.labels['colour']) == 1 for spec in easy_shop)
    assert not any(spec.twin for spec in easy_shop)


def test_labels_are_wrong_as_often_as_stated(default_shop):
    clear = [spec for spec in default_shop if not spec.shade.rival]
    wrong = share(spec.labels['colour'][0] != spec.shade.colour for spec in clear)
    assert abs(wrong - Difficulty().wrong_labels) < 0.02
    gender = share(spec.labels['gender'] != spec.gender for spec in default_shop)
    assert abs(gender - Difficulty().wrong_labels / 4) < 0.01


def test_shades_between_are_labelled_either_way():
    between = [spec for spec in shop(Difficulty(wrong_labels=0)) if spec.shade.rival]
    assert abs(len(between) / N - Difficulty().shades_between) < 0.05
    rival = share(spec.labels['colour'][0] == spec.shade.rival for spec in between)
    assert abs(rival - RIVAL_LABEL) < 0.06
    assert all(spec.labels['colour'][0] in (spec.shade.colour, spec.shade.rival)
               for spec in between)


def test_second_colours_are_kept_behind_the_first():
    plain = shop(dataclasses.replace(EASY, several_colours=1.0), 600)
    several = share(len(spec.labels['colour']) > 1 for spec in plain)
    assert several > 0.6  # denim, metal and stones are never of two colours
    assert all(spec.labels['colour'][0] == spec.shade.colour for spec in plain)
    assert all(spec.cloth.main.second == spec.seconds[0].rgb for spec in plain
               if spec.seconds and spec.type == 'clothing')


def test_near_twins_are_cut_like_their_neighbours():
    always = dataclasses.replace(EASY, near_twins=1.0)
    for seed in range(20):
        far, near = (specify(seed, seed, 'nightdresses', 0, 0, difficulty, colour='Pink')
                     for difficulty in (EASY, always))
        assert far.features.lace
        assert not near.features.lace
        assert near.cloth.main.fabric in ('satin', 'silk')
    lengths = [specify(i, i, 'tunics', 0, 0, always).features.length for i in range(50)]
    assert max(lengths) > 4.55 > 4.2 < min(lengths)  # a mini dress begins at 4.55


def test_a_wrong_category_has_its_own_type_and_subcategory(default_shop):
    from fashion_models.drawn.assortment import PLACES
    wrong = [spec for spec in default_shop if spec.labels['category'] != spec.category]
    assert wrong
    for spec in wrong:
        assert PLACES[spec.labels['subcategory']] == (spec.labels['type'], spec.labels['category'])
