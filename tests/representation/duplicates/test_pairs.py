"""Duplicates in a shop made of vectors and words, where it is known which listings are one."""

import dataclasses

import numpy as np
import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.journal import Journal, PairDecision
from fashion_models.catalogue.split import split_of
from fashion_models.errors import UserError
from fashion_models.representation.duplicates.calibration import Calibration
from fashion_models.representation.duplicates.labelled import calibrate_on, read_pairs
from fashion_models.representation.duplicates.pairs import Pair, find, gather, grouped, judge
from fashion_models.representation.embed import embed
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.representation.encoder import load

COLOURS = 'black', 'white', 'red', 'blue'
THINGS = 'coat', 'shirt', 'dress', 'boots', 'belt'


def write_shop(file, products=150, noise=0.25, texts=True, seed=0, retailers=('one', 'two'),
               per='listing'):
    """Two listings each of products of four colours and five kinds, most of them with a title."""
    rng = np.random.default_rng(seed)
    labels = rng.normal(size=(20, 16)) * 2
    with EmbeddingsWriter(file, {'per': per, 'size': 16, 'run': '/nowhere'}) as writer:
        for number in range(products):
            kind = rng.integers(20)
            product = labels[kind] + rng.normal(size=16)
            vectors = product + noise * rng.normal(size=(2, 16))
            title = f'{COLOURS[kind % 4]} {THINGS[kind // 4]} model {number}'
            writer.add(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), [
                Item(f'{number}/{listing}', str(number), f'g{number}', {}, retailers[listing - 1],
                     title if texts and number % 5 else '') for listing in (1, 2)])
    return open_embeddings(file)


@pytest.fixture(scope='module')
def calibration(tmp_path_factory):
    pytest.importorskip('sklearn')
    return calibrate_on(write_shop(tmp_path_factory.mktemp('shop') / 'old.embeddings', seed=9))


@pytest.fixture
def shop(tmp_path):
    return write_shop(tmp_path / 'shop.embeddings')


def test_finds_what_is_one_product(shop, calibration):
    found = find(shop, calibration)
    right = sum(pair.known for pair in found.pairs)
    assert right > 130
    assert right > 0.9 * len(found.pairs)
    assert found.listings == 300
    assert found.thresholds == {'images': 0.5, 'images and text': 0.5}
    probabilities = [pair.probability for pair in found.pairs]
    assert probabilities == sorted(probabilities, reverse=True)
    assert min(probabilities) >= 0.5
    for pair in found.pairs[:5]:
        assert shop.ids[pair.rows[0]] == pair.a.id
        assert pair.rows[0] < pair.rows[1]


def test_a_wanted_precision_is_reached(shop, calibration):
    found = find(shop, calibration, precision=0.95)
    assert np.mean([pair.known for pair in found.pairs]) >= 0.9
    few = find(shop, calibration, threshold=0.99)
    many = find(shop, calibration, threshold=0.05)
    assert len(few.pairs) < len(found.pairs) < len(many.pairs)


def test_a_precision_that_was_never_reached_is_refused(shop, calibration):
    model = calibration.models['images']
    curve = tuple({**point, 'precision': 0.5} for point in model.curve)
    poor = Calibration({'images': type(model)(
        model.features, model.mean, model.scale, model.weights, model.intercept, curve)}, {})
    with pytest.raises(UserError, match='precision 0.9: with images.*the best is 0.50'):
        find(shop, poor, precision=0.9)


@pytest.mark.parametrize('wrong', [
    {'threshold': 10**400}, {'threshold': float('nan')}, {'precision': -0.1}])
def test_thresholds_are_probabilities(shop, calibration, wrong):
    with pytest.raises(UserError, match='expected a number from 0 to 1'):
        find(shop, calibration, **wrong)


def test_listings_without_text_are_judged_by_their_pictures(shop, calibration):
    evidence = gather(shop)
    probabilities, told = judge(evidence, calibration)
    bare = np.array([not (shop.items[a].title and shop.items[b].title)
                     for a, b in evidence.rows.tolist()])
    assert (told == ~bare).all()
    assert probabilities[bare] == pytest.approx(
        calibration.models['images'].probability(evidence.chosen(bare)))
    pairs = find(shop, calibration).pairs
    assert any(pair.words is None for pair in pairs)
    assert any(pair.words is not None for pair in pairs)


def test_texts_need_not_be_looked_at(tmp_path, shop, calibration):
    found = find(shop, calibration, texts=False)
    assert found.thresholds == {'images': 0.5}
    assert all(pair.words is None for pair in found.pairs)
    # A file without any texts is the same.
    bare = find(write_shop(tmp_path / 'bare.embeddings', texts=False), calibration)
    assert [(pair.rows, pair.probability) for pair in bare.pairs] == [
        (pair.rows, pair.probability) for pair in found.pairs]


def test_texts_are_a_second_witness(tmp_path, calibration):
    blurred = write_shop(tmp_path / 'blurred.embeddings', noise=0.6)

    def right(texts):
        return sum(pair.known for pair in find(blurred, calibration, texts=texts).pairs)

    assert right(True) > 1.2 * right(False)


def test_pairs_of_one_retailer_can_be_left_out(tmp_path, calibration):
    def count(retailers):
        shop = write_shop(tmp_path / 'shop.embeddings', retailers=retailers)
        return sum(pair.known for pair in find(shop, calibration, across=True).pairs)

    assert count(('one', 'one')) == 0
    assert count(('one', 'two')) > 130
    assert count(('', '')) > 130     # nobody says that it is the same one


def test_a_file_of_images_is_refused(tmp_path):
    with pytest.raises(UserError, match='a vector for each image; expected one for each listing'):
        gather(write_shop(tmp_path / 'images.embeddings', products=3, per='image'))


def test_one_vector_is_refused(tmp_path):
    with EmbeddingsWriter(tmp_path / 'one', {'per': 'listing', 'size': 2}) as writer:
        writer.add([[1.0, 0.0]], [Item('1', '1', '1')])
    with pytest.raises(UserError, match='one vector; expected two or more'):
        gather(open_embeddings(tmp_path / 'one'))


def pairs_of(*links):
    """Pairs of listings named by their rows, the likeliest first."""
    return [Pair((a, b), Item(str(a), '', ''), Item(str(b), '', ''), 1 - number / 100, 0.9, None)
            for number, (a, b) in enumerate(links)]


def ids(groups):
    return [[item.id for item in group] for group in groups]


def test_groups_hold_what_hangs_together():
    assert ids(grouped(pairs_of((0, 4), (1, 2), (0, 7), (4, 7)))) == [['0', '4', '7'], ['1', '2']]
    assert grouped([]) == []


def test_half_of_the_pairs_between_two_groups_join_them():
    assert ids(grouped(pairs_of((0, 1), (2, 3), (1, 2), (0, 3)))) == [['0', '1', '2', '3']]


def test_one_pair_makes_no_chain():
    assert ids(grouped(pairs_of((0, 1), (2, 3), (1, 2)))) == [['0', '1'], ['2', '3']]


def test_a_calibration_from_labelled_pairs(tmp_path, shop):
    pytest.importorskip('sklearn')
    lines = ['a,b,answer,note']
    lines += [f'{number}/2,{number}/1,same,seen' for number in range(40)]
    lines += [f'{number}/1,{number + 1}/2,{"dc"[number % 2]},' for number in range(40)]
    lines += ['0/1,5/2,,', '0/1,6/2,?,']
    (tmp_path / 'pairs.csv').write_text('\n'.join(lines) + '\n')
    rows, same = read_pairs(tmp_path / 'pairs.csv', shop)
    assert rows[0].tolist() == [0, 1]
    assert same.sum() == 40
    found = calibrate_on(shop, tmp_path / 'pairs.csv')
    assert found.origin['pairs'] == {'file': 'pairs.csv', 'same': 40, 'different': 40}
    assert found.models['images'].threshold(0.9) is not None


def test_a_calibration_from_a_journal(tmp_path, shop):
    pytest.importorskip('sklearn')
    journal = Journal(tmp_path / 'journal.jsonl')
    journal.add(*[PairDecision(who='anna', a=f'{number}/1', b=f'{other}/2', answer=answer)
                  for number in range(40)
                  for other, answer in ((number, 'same'), (number + 1, 'different'))],
                PairDecision(who='anna', a='0/1', b='elsewhere', answer='same'))
    found = calibrate_on(shop, journal.path)
    assert found.origin['pairs'] == {'file': 'journal.jsonl', 'same': 40, 'different': 40}


@pytest.mark.parametrize(('content', 'message'), [
    ('a|b|answer\n', r'pairs.csv:1: expected answers on pairs; missing column a, b, answer; found'),
    ('', 'found nothing'),
    ('a,b,answer\n0/1,0/2,yes\n', r"pairs.csv:2: expected two different ids and .* 'yes'"),
    ('a,b,answer\n0/1,0/1,same\n', 'pairs.csv:2'),
    ('a,b,answer\n0/1,0/9,same\n', "no listing has the id '0/9'"),
])
def test_a_file_of_pairs_that_is_none_is_refused(tmp_path, shop, content, message):
    (tmp_path / 'pairs.csv').write_text(content)
    with pytest.raises(UserError, match=message):
        read_pairs(tmp_path / 'pairs.csv', shop)


def test_one_listing_a_product_says_of_no_pair_that_it_is_one(tmp_path):
    with EmbeddingsWriter(tmp_path / 'single', {'per': 'product', 'size': 2}) as writer:
        writer.add([[1.0, 0.0], [0.0, 1.0]], [Item('1', '1', '1'), Item('2', '2', '2')])
    with pytest.raises(UserError, match='no product has two products.*name a CSV file'):
        calibrate_on(open_embeddings(tmp_path / 'single'))


def test_training_products_are_no_base_for_a_calibration(tiny_run, tmp_path):
    run, catalogue = tiny_run
    file = tmp_path / 'all.embeddings'
    embeddings = embed(load(run), open_catalogue(catalogue), file, 'listing', progress=False)
    with pytest.raises(UserError, match='that its run was trained on.*validation split'):
        calibrate_on(embeddings)


def test_training_products_among_labelled_pairs_are_refused(tiny_run, tmp_path):
    run, catalogue = tiny_run
    embeddings = embed(
        load(run), open_catalogue(catalogue), tmp_path / 'all', 'listing', progress=False)
    by_split = {'train': [], 'test': []}
    for item in embeddings.items:
        by_split.setdefault(split_of(item.group), []).append(item.id)

    def calibrate(a, b):
        (tmp_path / 'pairs.csv').write_text(f'a,b,answer\n{a},{b},same\n')
        calibrate_on(embeddings, tmp_path / 'pairs.csv')

    with pytest.raises(UserError, match='1 of the 2 listings in the pairs, .* was trained on'):
        calibrate(by_split['train'][0], by_split['test'][0])
    with pytest.raises(UserError, match='too few labelled pairs'):
        calibrate(*by_split['test'][:2])
    # A journal is of the whole catalogue.
    journal = Journal(tmp_path / 'journal.jsonl')
    journal.add(*[PairDecision(who='anna', a=own[0], b=own[1], answer='same')
                  for own in by_split.values()])
    rows, same = read_pairs(journal.path, embeddings)
    assert [embeddings.ids[row] for row in rows[0]] == sorted(
        by_split['test'][:2], key=embeddings.row)
    assert len(same) == len([split for split in by_split if split != 'train'])


def test_the_same_pictures_are_one_product_unless_texts_name_different_colours(
        tmp_path, calibration):
    """Whatever a calibration says that has seen no such pair."""
    vectors = np.random.default_rng(3).normal(size=(60, 16))
    vectors[1], vectors[3] = vectors[0], vectors[2]
    titles = {0: 'black boots', 1: 'Chelsea', 2: 'red coat', 3: 'blue coat'}
    with EmbeddingsWriter(tmp_path / 'shop', {'per': 'listing', 'size': 16}) as writer:
        writer.add(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), [
            Item(str(row), str(row), str(row), title=titles.get(row, '')) for row in range(60)])
    never = Calibration({name: dataclasses.replace(model, intercept=-100.0)
                         for name, model in calibration.models.items()}, {})
    embeddings = open_embeddings(tmp_path / 'shop')
    assert [pair.rows for pair in find(embeddings, never).pairs] == [(0, 1)]
    assert [pair.rows for pair in find(embeddings, never, texts=False).pairs] == [(0, 1), (2, 3)]
    # One that was learned from too few texts still does not take a red coat for a blue one.
    of_images = Calibration({'images': never.models['images']}, {})
    assert [pair.rows for pair in find(embeddings, of_images).pairs] == [(0, 1)]
