"""The ordering experiment as a whole, on the toy catalogue."""

import json
import pathlib
import types

import numpy as np
import pytest

from fashion_models.experiments import ordering
from fashion_models.experiments.kit.shoppers import Shop
from fashion_models.experiments.ordering import DIVERSITIES, ORDERS, main, merchandise, serve
from fashion_models.representation.linear import Whitening, normalize


@pytest.fixture
def scene():
    """600 products whose vectors tell their attributes, and whose words tell nothing."""
    rng = np.random.default_rng(0)
    shop = Shop.of([{name: (rng.integers(values),) for name, values in (
        ('gender', 2), ('category', 8), ('subcategory', 20), ('colour', 10), ('detail', 6))}
        for _ in range(600)])
    truth = normalize(np.concatenate(list(shop.shares.values()), axis=1))
    vectors = normalize(truth + rng.normal(0, 0.05, truth.shape)).astype(np.float32)
    whitening = Whitening(vectors)
    return types.SimpleNamespace(
        validation=np.arange(200), test=np.arange(200, 600), shop=shop, whitening=whitening,
        vectors=vectors, white=whitening(vectors), truth=truth,
        words=normalize(rng.random((600, 30))))


def test_vectors_that_know_the_attributes_serve_shoppers_well(scene):
    served = serve(scene, 20)
    mean = {name: np.mean(own['ndcg@10']) for name, own in served['orders'].items()}
    assert mean['pictures'] > 0.5
    assert abs(mean['pictures'] - mean['truth']) < 0.2
    assert mean['words'] < 0.3
    assert mean['random'] < mean['popularity'] < mean['pictures']
    shown = {share: np.mean(own['subcategory']) for share, own in served['diversities'].items()}
    assert shown[0.5] > shown[0]
    assert 0 <= np.mean(served['accidental']) < 0.3


def test_intervals_of_counts_hold_their_value():
    counts = np.random.default_rng(0).integers(3, 9, (2, 50)).astype(float)
    found = ordering._intervals({'diversities': {0.5: {'subcategory': counts, 'colour': counts}}})
    for interval in found['diversities'][0.5].values():
        low, high = interval.widest
        assert interval.value == pytest.approx(counts.mean())
        assert low <= interval.value <= high <= 10


def test_vectors_that_know_the_attributes_learn_from_merchandisers(scene):
    pytest.importorskip('sklearn')
    found = {name: np.mean(own['ndcg@50']) for name, own in merchandise(scene, 2).items()}
    assert found['pictures 20'] > found['pictures 5'] > found['random 5']
    assert found['pictures 20'] > found['words 20']


def test_ordering(words, make_toy_catalogue, tmp_path, capsys):
    pytest.importorskip('sklearn')
    shop = make_toy_catalogue(tmp_path / 'shop', products=320)
    assert main([*words, '--quick', '--catalogue', str(shop)]) == 0
    folder = pathlib.Path(words[-1]) / 'ordering' / 'toy'
    figures = json.loads((folder / 'results.json').read_text())['figures']
    assert set(figures['orders']) == set(ORDERS)
    for own in figures['orders'].values():
        assert 0 <= own['ndcg@10']['value'] <= 1
    assert set(figures['diversities']) == {str(share) for share in DIVERSITIES}
    for where, own in (('orders', figures['orders']), ('learned', figures['learned'])):
        found = figures['differences'][where]
        for suffix, pairs in ({'': found} if where == 'orders' else {
                f' {many}': pairs for many, pairs in found.items()}).items():
            for pair, differences in pairs.items():
                one, other = (own[name + suffix] for name in pair.split(' minus '))
                for k, difference in differences.items():
                    assert difference['value'] == pytest.approx(
                        one[k]['value'] - other[k]['value'])
    # Without the diversity term it is the order by the pictures.
    assert figures['diversities']['0.0']['ndcg@10'] == figures['orders']['pictures']['ndcg@10']
    out = capsys.readouterr().out
    for words in ('30 simulated shoppers', 'by 1 simulated merchandiser\n', 'by the words (TF-IDF)',
                  '20 lists, by the pictures', 'pictures minus words'):
        assert words in out
    # Shoppers have not seen 16 of the 32 test products, too few for 50 places.
    assert figures['places'] == [10]
    assert 'NDCG@10' in out
    assert 'NDCG@50' not in out


@pytest.mark.parametrize(('products', 'places'), [
    (19, (10,)), (98, (10,)), (100, (10, 50)), (1000, (10, 50))])
def test_places_that_so_many_products_have(products, places):
    assert ordering._places(products, None) == places


def test_too_few_products_for_any_place(words, tmp_path, capsys):
    pytest.importorskip('sklearn')
    assert main([*words, '--runs', str(tmp_path / 'runs'), '-o', str(tmp_path / 'o')]) == 3
    assert 'expected 10 or more that are left to order' in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()


def test_without_texts_nothing_is_trained(lacking, capsys, tmp_path):
    pytest.importorskip('sklearn')
    assert main(lacking(texts=True)) == 3
    assert 'with a title or a description, expected' in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()
