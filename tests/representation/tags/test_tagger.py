"""The words of a shop that is made up so that it is known what vectors show and texts hide."""

import json

import numpy as np
import pytest

from fashion_models.catalogue.records import Listing, Product
from fashion_models.catalogue.split import split_of
from fashion_models.errors import UserError
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.representation.linear import normalize
from fashion_models.representation.tags.learning import learn_tags
from fashion_models.representation.tags.tagger import Tagger, Tags
from fashion_models.representation.tags.words import CATEGORY, COLOUR, STYLE, Word

pytest.importorskip('sklearn')

COLOURS = 'Red', 'Blue', 'Green', 'Black'
KINDS, SAID = ('dresses', 'boots', 'coats'), ('dress', 'boot', 'coat')
LABELS = {'category': list(KINDS), 'colour': list(COLOURS)}


def make_products(count=900):
    """Products and what is true of each: (colour, kind, striped, retailer) numbers."""
    rng = np.random.default_rng(0)
    products, facts = [], []
    for number in range(count):
        colour, kind, striped, retailer = rng.integers([4, 3, 2, 2])
        said = COLOURS[colour] if rng.random() < 0.9 else COLOURS[rng.integers(4)]
        words = [said.lower() if rng.random() < 0.7 else '',
                 'striped' if striped and rng.random() < 0.8 else '', SAID[kind]]
        # One shop speaks of love; any may say denim, whatever the colour is.
        text = ' '.join(filter(None, words)) + '. '
        text += 'Adorable and ' if retailer else ''
        text += rng.choice(['handmade', 'imported']) + rng.choice([' denim', ''])
        products.append(Product(
            f'p{number}', f'g{number}', {'colour': (COLOURS[colour],), 'category': KINDS[kind]},
            [Listing(('Plain', 'Charming')[retailer], text.split('.')[0], text, ('x.png',))]))
        facts.append((colour, kind, striped, retailer))
    return products, np.array(facts)


@pytest.fixture(scope='module')
def shop(tmp_path_factory):
    products, facts = make_products()
    rng = np.random.default_rng(1)
    colour, kind, striped, retailer = facts.T
    vectors = np.concatenate([
        np.eye(4)[colour], np.eye(3)[kind], striped[:, None], retailer[:, None]], axis=1)
    vectors = normalize(vectors + rng.normal(0, 0.3, vectors.shape))
    file = tmp_path_factory.mktemp('tags') / 'shop.embeddings'
    header = {'per': 'product', 'size': 9, 'snapshot_sha256': 'ab'}
    with EmbeddingsWriter(file, header) as writer:
        writer.add(vectors, [Item(product.id, product.id, product.group) for product in products])
    embeddings = open_embeddings(file)
    return products, facts, embeddings, learn_tags(products, embeddings, LABELS)


def judge(shop, row, text, **options):
    _, _, embeddings, tagger = shop
    return tagger.judge(text, tagger.log_odds(embeddings.vectors[row:row + 1])[0], **options)


def names(tags):
    return {tag.word.name for tag in tags}


def test_learns_what_pictures_show(shop):
    tagger = shop[3]
    assert {word.name for word in tagger.words if word.kind == COLOUR} == set(COLOURS)
    assert {word.name for word in tagger.words if word.kind == CATEGORY} == set(KINDS)
    # Not what one retailer alone says, though its pictures are easy to tell, nor what any may say.
    assert {word.name for word in tagger.words if word.kind == STYLE} == {'striped'}
    assert tagger.facts['not_colours'] == ['denim']


def test_false_words_are_rejected_and_true_ones_kept(shop):
    products, facts, _, _ = shop
    right = wrong = count = 0
    for row in range(0, 900):
        if split_of(products[row].group) != 'test':
            continue
        colour, kind, *_ = facts[row]
        other = COLOURS[(colour + 1) % 4]
        tags = judge(shop, row, f'{COLOURS[colour]} {KINDS[kind]}')
        right += names(tags.kept) == {COLOURS[colour], KINDS[kind]}
        tags = judge(shop, row, f'{other} {KINDS[kind]}')
        wrong += names(tags.rejected) == {other}
        count += 1
    assert right > 0.9 * count
    assert wrong > 0.7 * count


def test_what_the_text_lacks_is_named(shop):
    products, facts, _, _ = shop
    proposed, true = 0, 0
    for row in range(900):
        if split_of(products[row].group) == 'test':
            missing = names(judge(shop, row, 'A style').missing)
            proposed += len(missing)
            true += len(missing & {COLOURS[facts[row, 0]], KINDS[facts[row, 1]],
                                   'striped' if facts[row, 2] else ''})
    assert proposed > 90
    assert true > 0.9 * proposed
    text = f'{COLOURS[facts[0, 0]]} {KINDS[facts[0, 1]]} striped'
    assert not names(judge(shop, 0, text, propose=1e-9).missing) & set(text.split())


def test_probabilities_are_calibrated(shop):
    products, facts, embeddings, tagger = shop
    rows = [row for row in range(900) if split_of(products[row].group) == 'test']
    log_odds = tagger.log_odds(embeddings.vectors[rows])
    places = [tagger.words.index(Word(COLOUR, name)) for name in COLOURS]
    probability = (1 / (1 + np.exp(-log_odds[:, places]))).ravel()
    true = np.eye(4, dtype=bool)[facts[rows, 0]].ravel()
    for low, high in ((0, 0.2), (0.2, 0.8), (0.8, 1)):
        own = (probability >= low) & (probability <= high)
        assert own.sum() >= 10
        assert true[own].mean() == pytest.approx(probability[own].mean(), abs=0.15)


def test_a_product_has_one_category(shop):
    _, _, embeddings, tagger = shop
    probability = 1 / (1 + np.exp(-tagger.log_odds(embeddings.vectors)))
    places = [tagger.words.index(Word(CATEGORY, name)) for name in KINDS]
    assert probability[:, places].sum(axis=1).max() <= 1 + 1e-6
    # A vector that looks like all of them at once, strongly.
    both = np.concatenate([np.zeros(4), [9, 9, 9], np.zeros(2)])[np.newaxis]
    assert (1 / (1 + np.exp(-tagger.log_odds(both)[0, places]))).sum() <= 1 + 1e-6


def test_thresholds_decide(shop):
    text = 'red blue green black striped dress boot coat'
    tags = judge(shop, 0, text, keep=1e-9)
    assert tags.rejected == []
    assert tags.missing == []
    assert {tag.said for tag in tags.kept} == set(text.split())
    assert [tag.probability for tag in tags.kept] == sorted(
        (tag.probability for tag in tags.kept), reverse=True)
    assert judge(shop, 0, text, keep=1 - 1e-12).kept == []


def test_other_texts_are_witnesses(shop):
    """By hand: half of what the picture says, 2 for each text that agrees, -3 for each that does
    not."""
    tagger = shop[3]
    hearing = Tagger({**tagger.facts, 'witnesses': {
        COLOUR: [0.5, 2, -3, 0.25], CATEGORY: [1, 1, -1, 0], STYLE: [1, 1, 0, 0]}},
        tagger._weights, tagger._offsets, tagger._shares)
    row = tagger.log_odds(shop[2].vectors[:1])[0]
    place = tagger.words.index(Word(COLOUR, 'Red'))
    share = tagger._shares[place]
    alone = 0.5 * (row[place] - np.log(share / (1 - share))) + 0.25
    for others, expected in [
            ((), alone), (('A dress.',), alone), (('Red dress', 'red and blue'), alone + 4),
            (('blue dress', 'green'), alone - 6), (('Red', 'blue'), alone - 1)]:
        tags = hearing.judge('red striped', row, others=others)
        probability, = (tag.probability for tag in tags.kept + tags.rejected
                        if tag.word.name == 'Red')
        assert probability == pytest.approx(1 / (1 + np.exp(-expected)))
    # Style words do not contradict each other; categories of one level do.
    assert hearing.testimony(Word(STYLE, 'striped'), row, [{Word(STYLE, 'soft')}])[1:] == (0, 0)
    assert hearing.testimony(Word(CATEGORY, 'boots'), row, [{Word(CATEGORY, 'coats')}])[1:] == (
        0, 1)


def test_each_listing_is_judged_with_the_others(shop):
    tagger = shop[3]
    row = tagger.log_odds(shop[2].vectors[:1])[0]
    listings = [Listing('a', text, '', ('x.png',)) for text in ('red boot', '', 'blue boot')]
    assert tagger.judge_listings(listings, row) == [
        tagger.judge('red boot', row, others=['', 'blue boot']),
        tagger.judge('', row, others=['red boot', 'blue boot']),
        tagger.judge('blue boot', row, others=['red boot', ''])]


def test_what_witnesses_are_worth_is_learned(tmp_path):
    """Pictures that show nothing, and three texts a product, of which one in six is wrong."""
    rng = np.random.default_rng(0)
    products = []
    for number in range(900):
        colour = rng.integers(4)
        said = [COLOURS[colour if rng.random() < 0.8 else rng.integers(4)] for _ in range(3)]
        products.append(Product(
            f'p{number}', f'g{number}', {'colour': (COLOURS[colour],)},
            [Listing('shop', f'{name} thing', '', ('x.png',)) for name in said]))
    with EmbeddingsWriter(tmp_path / 'e', {'per': 'product', 'size': 4}) as writer:
        writer.add(normalize(rng.normal(size=(900, 4))), [
            Item(product.id, product.id, product.group) for product in products])
    tagger = learn_tags(products, open_embeddings(tmp_path / 'e'), {'colour': list(COLOURS)})
    picture, agreeing, contradicting, _ = tagger.facts['witnesses'][COLOUR]
    assert picture >= 0
    assert agreeing > 0.5
    assert contradicting < -0.5
    # Of what nobody has labelled, nothing is learned but how often texts are right.
    assert tagger.facts['witnesses'][STYLE][:3] == [1, 0, 0]
    assert 0.75 < 1 / (1 + np.exp(-tagger.facts['witnesses'][STYLE][3])) < 0.95


def test_a_text_without_words(shop):
    assert judge(shop, 0, '', propose=0.999999) == Tags([], [], [])
    assert judge(shop, 0, 'Alma, our favourite').kept == []


def test_what_is_saved_judges_as_what_was_learned(shop, tmp_path):
    _, _, embeddings, tagger = shop
    tagger.save(tmp_path / 'words.npz')
    again = Tagger.load(tmp_path / 'words.npz')
    again.check(embeddings)
    row = tagger.log_odds(embeddings.vectors[3:4])[0]
    assert again.log_odds(embeddings.vectors[3:4])[0].tolist() == row.tolist()
    assert again.judge('red striped coat', row) == tagger.judge('red striped coat', row)
    assert set(again.judge('red coat', row).record()) == {'kept', 'rejected', 'missing'}


def test_what_is_no_tagger_is_refused(shop, tmp_path):
    np.savez(tmp_path / 'other.npz', weights=np.ones(3))
    np.save(tmp_path / 'array.npy', np.ones(3))     # as a file of embeddings begins
    (tmp_path / 'empty').touch()
    for name in 'other.npz', 'array.npy', 'empty', 'missing':
        with pytest.raises(UserError, match=f'{name}: holds no learned words'):
            Tagger.load(tmp_path / name)
    tagger = shop[3]
    count = len(tagger.words)
    other = Tagger({**tagger.facts, 'space': ['cd']}, np.zeros((9, count)), np.zeros(count),
                   np.full(count, 0.5))
    with pytest.raises(UserError, match='another network'):
        other.check(shop[2])


@pytest.mark.parametrize('change', [
    {'words': [['colour']]}, {'words': [['size', 'L']]}, {'labels': []}, {'levels': {}},
    {'calibration': {'colour': [1.0]}}, {'witnesses': {'colour': [1.0]}}, {'space': 'ab'}])
def test_words_that_do_not_fit_together_are_refused(shop, tmp_path, change):
    tagger = shop[3]
    tagger.save(tmp_path / 'words.npz')
    with np.load(tmp_path / 'words.npz') as saved:
        arrays = dict(saved)
    arrays['facts'] = np.array(json.dumps(tagger.facts | change))
    np.savez(tmp_path / 'words.npz', **arrays)
    with pytest.raises(UserError, match='words.npz: holds no learned words'):
        Tagger.load(tmp_path / 'words.npz')


@pytest.mark.filterwarnings('error')
def test_odds_that_are_not_finite_are_told(shop):
    tagger = shop[3]
    count = len(tagger.words)
    size = shop[2].vectors.shape[1]
    other = Tagger(tagger.facts, np.full((size, count), 3e38), np.zeros(count),
                   np.full(count, 0.5))
    with pytest.raises(UserError, match='gives odds that are not finite'):
        other.log_odds(np.ones((1, size)))


def test_too_few_products(shop):
    products, _, embeddings, _ = shop
    with pytest.raises(UserError, match='validation products with a text, expected 20 of each'):
        learn_tags(products[:30], embeddings, LABELS)
