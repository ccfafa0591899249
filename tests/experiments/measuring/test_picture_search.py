import contextlib
import functools
import itertools
import types

import numpy as np
import pytest
from PIL import Image

from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.catalogue.split import split_of
from fashion_models.data.prepare import prepare
from fashion_models.errors import UnsuitableCatalogue
from fashion_models.experiments.measuring.picture_search import (
    Search,
    compare,
    in_shop,
    one_picture_out,
    recalls,
)
from fashion_models.representation.linear import normalize
from fashion_models.representation.picture_encoder import PictureEncoder


class Colours(PictureEncoder):
    """The mean colour of a product's pictures, as a vector of unit length."""

    size, shorter_side = 3, 16

    @contextlib.contextmanager
    def windows(self, products, load, unit=True, done=None, steady=False):
        yield iter([normalize(np.array([
            np.mean([load(picture).mean(axis=(0, 1)) for picture in pictures], axis=0)
            for pictures in products]))])


class Given(PictureEncoder):
    """Vectors that are given: a picture's number is its row."""

    def __init__(self, vectors):
        self.vectors = vectors

    @contextlib.contextmanager
    def windows(self, products, load, unit=True, done=None, steady=False):
        yield iter([normalize(np.array([self.vectors[list(numbers)].mean(axis=0)
                                        for numbers in products]))])


# Image below img, its official set, its colour: item 2 comes in two colours.
IN_SHOP = [
    ('WOMEN/Dresses/id_00000001/01_1_front', 'train', (0, 0, 0)),
    ('WOMEN/Dresses/id_00000002/01_1_front', 'query', (250, 0, 0)),
    ('WOMEN/Dresses/id_00000002/01_2_side', 'gallery', (240, 20, 0)),
    ('WOMEN/Dresses/id_00000002/02_1_front', 'query', (0, 0, 250)),
    ('MEN/Denim/id_00000003/01_1_front', 'query', (0, 250, 0)),
    ('MEN/Denim/id_00000003/01_2_side', 'gallery', (0, 200, 120)),
    ('MEN/Denim/id_00000003/01_3_back', 'gallery', (0, 120, 200)),
    ('MEN/Shorts/id_00000004/01_1_front', 'query', (250, 250, 0)),
    ('MEN/Shorts/id_00000004/01_2_side', 'gallery', (250, 0, 250)),
    ('MEN/Shorts/id_00000005/01_1_front', 'query', (250, 250, 250)),
]


def write_benchmark(folder, rows=IN_SHOP, division=True):
    """The benchmark's layout, with pictures of one colour each."""
    for name, _, colour in rows:
        file = folder / 'img' / f'{name}.jpg'
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new('RGB', (24, 32), colour).save(file, quality=95, subsampling=0)
    if division:
        (folder / 'Eval').mkdir()
        (folder / 'Eval' / 'list_eval_partition.txt').write_text('\n'.join([
            str(len(rows)), 'image_name item_id evaluation_status',
            *(f'img/{name}.jpg'.ljust(70) + f'{name.split("/")[2]} {status}'
              for name, status, _ in rows)]))
    return folder


@pytest.fixture
def benchmark(tmp_path, command):
    def imported(*options, **how):
        source = write_benchmark(tmp_path / 'source', **how)
        command('import', 'deepfashion-inshop', source, tmp_path / 'in-shop', *options)
        return open_catalogue(tmp_path / 'in-shop')
    return imported


@pytest.mark.parametrize('options', [(), ('--part', 'test')])
def test_in_shop_worked_out_by_hand(benchmark, options):
    """By the cosines of their colours, the five queries have these before what they look for.

    Red has nothing before its side view, in whose product it is. Blue is nearest to the third
    item's back (.86), magenta (.71) and the third's side (.51): the red dress of its own item is
    last. Green is nearest to the third's side, its own. Yellow finds the red dress (.76), the
    third's side (.61), and then magenta (.50), its own, before the third's back. White's item has
    nothing in the gallery.
    """
    catalogue = benchmark(*options)
    store = prepare(catalogue, Colours.shorter_side, progress=False)
    search = in_shop(catalogue, store)
    found = recalls(Colours(), store, search)['the same item']
    by_item = dict(zip(zip(search.groups, itertools.count()), found['recall@1']))
    assert search.places == (1, 10, 20, 30, 50)
    assert len(search.gallery) == 4
    assert sorted((item[-1], hit) for (item, _), hit in by_item.items()) == [
        ('2', 0), ('2', 1), ('3', 1), ('4', 0), ('5', 0)]
    assert found['recall@10'].sum() == 4    # all but white, whose item has nothing there
    placed = {k: recalls(Colours(), store, Search(
        search.queries, search.gallery, search.right, search.groups, (k,)))['the same item']
        [f'recall@{k}'].sum() for k in (1, 2, 3, 4)}
    assert placed == {1: 2, 2: 2, 3: 3, 4: 4}


def test_in_shop_counts_what_cannot_be_found(benchmark):
    figures, (table,) = compare({'colours': Colours()}, benchmark(), in_shop)
    assert (figures['queries'], figures['gallery']) == (5, 4)
    assert figures['right']['the same item']['possible'] == 4
    assert figures['right']['the same item']['recall']['colours']['recall@1'].value == 2 / 5
    assert table.title == ('The same item, found by one picture: 5 queries, 4 in the gallery, '
                           'which has nothing for 1 of them')


@pytest.mark.parametrize(('how', 'status'), [
    ({'division': False}, 'query'),
    ({'rows': [row for row in IN_SHOP if row[1] != 'gallery']}, 'gallery')])
def test_in_shop_without_statuses(benchmark, how, status):
    catalogue = benchmark(**how)
    store = prepare(catalogue, 16, progress=False)
    with pytest.raises(UnsuitableCatalogue, match=(
            f"in-shop: no picture has the evaluation status '{status}', expected a catalogue "
            'imported as deepfashion-inshop with its list_eval_partition.txt')):
        in_shop(catalogue, store)


def test_recalls_are_those_of_scikit_learn():
    neighbors = pytest.importorskip('sklearn.neighbors')
    rng = np.random.default_rng(0)
    items = rng.integers(0, 60, 700)
    vectors = rng.normal(size=(60, 8))[items] + rng.normal(size=(700, 8))
    queries = [[number] for number in range(300)]
    gallery = [[number] for number in range(300, 700)]
    names = items.astype(str).tolist()
    found = recalls(Given(vectors), types.SimpleNamespace(image=None), Search(
        queries, gallery, {'it': (names[:300], names[300:])}, names[:300], (1, 10, 50)))['it']
    nearest = neighbors.NearestNeighbors(metric='cosine', algorithm='brute').fit(vectors[300:])
    places = nearest.kneighbors(vectors[:300], 50, return_distance=False)
    for k in (1, 10, 50):
        hits = [items[row] in items[300:][own[:k]] for row, own in enumerate(places)]
        assert 0 < np.mean(hits) < 1
        assert found[f'recall@{k}'].tolist() == hits


@pytest.fixture
def shop(tmp_path):
    """Products of one to four pictures, some of which are the same file."""
    folder = tmp_path / 'shop'
    (folder / 'images').mkdir(parents=True)
    rng = np.random.default_rng(0)
    with CatalogueWriter(folder, Header('shop')) as writer:
        for number in range(60):
            images = []
            for view in range(1 + number % 4):
                images.append(f'images/{number}-{view}.png')
                colour = tuple(rng.integers(0, 256, 3).tolist())
                Image.new('RGB', (20, 20), colour).save(folder / images[-1])
            if number % 4 == 1 and number > 30:     # twice the same
                (folder / images[1]).write_bytes((folder / images[0]).read_bytes())
            writer.add(Product(str(number), f'group {number // 3}', {},
                               [Listing('a', images=images)]))
    return open_catalogue(folder)


@pytest.mark.parametrize('split', [None, 'train'])
def test_one_picture_of_each_product_looks_for_the_others(shop, split):
    store = prepare(shop, 16, progress=False)
    search = one_picture_out(shop, store, split)
    products = {product.id: product for product in shop.products
                if split in (None, split_of(product.group))}
    looked_for, there = search.right['the same product']
    assert there == list(products)
    # 31 and up with two pictures have the same twice.
    assert looked_for == [id for id in products if len(products[id].images) > 1 and not (
        int(id) > 30 and int(id) % 4 == 1)]
    assert search.groups == [products[id].group for id in looked_for]
    others = dict(zip(there, search.gallery))
    for (number,), id in zip(search.queries, looked_for):
        own = list(store.product_images[store.product_ids.index(id)])
        assert sorted([number, *others[id]]) == own
    places = [number - min(number, *others[id])
              for (number,), id in zip(search.queries, looked_for)]
    assert len(set(places)) > 1     # not always the first
    assert one_picture_out(shop, store, split).queries == search.queries


def test_products_of_one_picture_only(tmp_path):
    (tmp_path / 'images').mkdir()
    Image.new('RGB', (20, 20)).save(tmp_path / 'images/a.png')
    with CatalogueWriter(tmp_path, Header('alone')) as writer:
        writer.add(Product('a', 'a', {}, [Listing(images=['images/a.png'] * 2)]))
    catalogue = open_catalogue(tmp_path)
    store = prepare(catalogue, 16, progress=False)
    with pytest.raises(UnsuitableCatalogue, match='no product has two pictures'):
        one_picture_out(catalogue, store)
    with pytest.raises(UnsuitableCatalogue, match='no product of its test split has two pictures'):
        one_picture_out(catalogue, store, 'test')


class Brightness(Colours):
    """Of colours, how bright they are alone."""

    @contextlib.contextmanager
    def windows(self, products, load, unit=True, done=None, steady=False):
        with super().windows(products, load) as (vectors,):
            yield iter([normalize(np.stack([vectors.sum(axis=1), np.ones(len(vectors))], axis=1))])


def test_networks_are_compared_in_pairs(shop):
    """What differs is shown with the interval of the differences, not of the values."""
    figures, tables = compare(
        {'colours': Colours(), 'again': Colours(), 'brightness': Brightness()}, shop,
        functools.partial(one_picture_out, split='train'))
    assert [table.header[-1] for table in tables] == ['higher than colours by'] * 2
    for own in figures['right'].values():
        same = own['difference']['again']['recall@1']
        assert (same.value, same.products) == (0, (0, 0))
        other = own['difference']['brightness']['recall@5']
        assert other.value == pytest.approx(
            own['recall']['brightness']['recall@5'].value
            - own['recall']['colours']['recall@5'].value)
    product, group = (figures['right'][f'the same {name}'] for name in ('product', 'group'))
    for name in product['recall']:  # a product is of its own group
        assert group['recall'][name]['recall@1'].value >= product['recall'][name]['recall@1'].value
