"""Evidence about pairs of listings, against brute force, hand-computed cases and scikit-learn."""

import numpy as np
import pytest

from fashion_models.representation.duplicates.evidence import (
    DENSITY,
    NEIGHBOURS,
    Pictures,
    Texts,
    density,
    same_pictures,
    whitened,
)
from fashion_models.representation.duplicates.nearest import nearest


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def vectors():
    return unit(np.random.default_rng(0).normal(size=(90, 12)))


def test_whitening_lets_small_differences_count():
    # Ten labels vary much; what two listings of a product have in common, and others do not, are
    # ten further numbers that vary little.
    rng = np.random.default_rng(1)
    labels = rng.choice([-5, 5], (40, 10))[rng.integers(40, size=300)]
    products = np.concatenate([labels, rng.normal(size=(300, 10))], axis=1)
    listings = np.repeat(products, 2, axis=0) + rng.normal(size=(600, 20)) * 0.5
    listings = unit(listings * rng.uniform(1, 2, (600, 1)) + rng.normal(size=20) * 20)

    def found(vectors):
        return (nearest(vectors, 1)[0][:, 0] == np.arange(600) ^ 1).mean()

    assert found(whitened(listings)) > found(listings) + 0.2


def test_whitened_vectors_have_unit_length_and_equal_ones_stay_equal(vectors):
    result = whitened(np.concatenate([vectors, vectors[:3]]))
    assert np.linalg.norm(result, axis=1) == pytest.approx(1, abs=1e-5)
    assert result[90:] == pytest.approx(result[:3], abs=1e-5)
    same = whitened(np.repeat(vectors[:1], 6, axis=0))
    assert np.isfinite(same).all()


def test_half_precision_is_enough(vectors):
    assert whitened(vectors.astype(np.float16)) == pytest.approx(whitened(vectors), abs=0.02)


def test_candidates_are_all_pairs_of_neighbours_once(vectors):
    pictures = Pictures(vectors)
    pairs = {tuple(pair) for pair in pictures.candidates().tolist()}
    assert len(pairs) == len(pictures.candidates())
    near = nearest(pictures.whitened, NEIGHBOURS)[0]
    assert pairs == {(min(a, b), max(a, b)) for a in range(90) for b in near[a].tolist()}


def test_mutual_candidates_are_neighbours_of_each_other(vectors):
    pictures = Pictures(vectors)
    near = nearest(pictures.whitened, NEIGHBOURS)[0].tolist()
    assert {tuple(pair) for pair in pictures.candidates(mutual=True).tolist()} == {
        (a, b) for a in range(90) for b in near[a] if a < b and a in near[b]}
    every = pictures.candidates()
    mutual = pictures.evidence(every)['mutual'] > 0
    np.testing.assert_array_equal(every[mutual], pictures.candidates(mutual=True))


def test_margin_compares_with_both_neighbourhoods(vectors):
    pictures = Pictures(vectors)
    found = pictures.evidence(np.array([[3, 5], [0, 89]]))
    cosines = pictures.whitened.astype(float) @ pictures.whitened.astype(float).T
    np.fill_diagonal(cosines, -np.inf)
    density = np.sort(cosines, axis=1)[:, -DENSITY:].mean(axis=1)
    for number, (a, b) in enumerate([(3, 5), (0, 89)]):
        assert found['similarity'][number] == pytest.approx(cosines[a, b], abs=1e-5)
        assert found['margin'][number] == pytest.approx(
            2 * cosines[a, b] - density[a] - density[b], abs=1e-5)


@pytest.fixture
def texts():
    pytest.importorskip('sklearn')
    return Texts([
        'Navy wool coat', 'navy wool coat', 'Red wool scarf', 'Alma', '', '...',
        'Coat 8 in burgundy', 'Coat 9 in burgundy'])


def words(texts, a, b):
    return texts.evidence(np.array([[a, b]]))['words'][0]


def test_words_in_common_count_the_more_the_rarer(texts):
    assert words(texts, 0, 1) == pytest.approx(1, abs=1e-6)
    assert 0 < words(texts, 0, 2) < words(texts, 0, 1)
    assert words(texts, 0, 3) == 0
    assert words(texts, 6, 7) < 0.99     # the number of a model is a word, too


def test_without_words_there_is_nothing_to_say(texts):
    for a, b in ((0, 4), (3, 5), (4, 5)):
        found = texts.evidence(np.array([[a, b]]))
        assert np.isnan(found['words'][0])
        assert np.isnan(found['colours'][0])
    assert len(Texts(['', '']).candidates()) == 0


def test_colours_agree_disagree_or_are_not_named(texts):
    found = texts.evidence(np.array([[0, 1], [0, 2], [0, 3], [2, 6]]))
    assert found['colours'].tolist() == [1, -1, 0, 1]    # burgundy is a red


def test_cosines_of_words_are_those_of_scikit_learn():
    text = pytest.importorskip('sklearn.feature_extraction.text')
    titles = ['blue jeans slim', 'slim jeans in blue', 'maxi dress', 'blue maxi dress']
    weights = text.TfidfVectorizer(sublinear_tf=True).fit_transform(titles)
    expected = (weights @ weights.T).toarray()
    rows = np.array([(a, b) for a in range(4) for b in range(a + 1, 4)])
    assert Texts(titles).evidence(rows)['words'] == pytest.approx(
        expected[rows[:, 0], rows[:, 1]], abs=1e-6)


def test_neighbours_by_words_share_one(texts):
    pairs = texts.candidates().tolist()
    assert [0, 1] in pairs
    assert [6, 7] in pairs
    assert not any(3 in pair or 4 in pair or 5 in pair for pair in pairs)


def test_listings_with_the_same_pictures_are_no_measure_of_a_neighbourhood():
    nearest_three = np.array([[1, 0.9, 0.5], [0.9, 0.7, 0.5], [1, 1, 1]])
    np.testing.assert_allclose(density(nearest_three), [0.7, 0.7, 1])
    many = np.linspace(1, 0.05, 20)[None]
    assert density(many)[0] == pytest.approx(many[0, 1:1 + DENSITY].mean())


@pytest.mark.parametrize(('shown_by', 'found'), [(2, True), (12, True), (40, False)])
def test_the_same_pictures_are_known_from_a_placeholder(vectors, shown_by, found):
    vectors[:shown_by] = vectors[0]
    pictures = Pictures(vectors)
    rows = np.array([[0, 1], [0, 80]])
    assert same_pictures(pictures.evidence(rows)).tolist() == [found, False]
