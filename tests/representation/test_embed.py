import shutil
import tracemalloc
import types

import chainer
import numpy as np
import pytest

from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.catalogue.split import split_of
from fashion_models.errors import UserError
from fashion_models.representation import embed as module
from fashion_models.representation import encoder as encoders
from fashion_models.representation.embed import embed
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.encoder import Encoder, load
from fashion_models.representation.search.searcher import encoder_of


@pytest.fixture(scope='module')
def encoder(tiny_run):
    return load(tiny_run[0])


@pytest.fixture(scope='module')
def toys(tiny_run):
    return open_catalogue(tiny_run[1])


def files(catalogue, item):
    return [catalogue.image_file(image) for image in item.images]


@pytest.fixture(scope='module')
def listed(toy_catalogue, tmp_path_factory):
    """Products with several listings, images that two listings share, and some that are broken."""
    folder = tmp_path_factory.mktemp('listed')
    for name, image in zip('abcd', sorted((toy_catalogue / 'images').iterdir())):
        shutil.copy(image, folder / f'{name}.png')
    (folder / 'broken.png').write_text('not an image')
    with CatalogueWriter(folder, Header('listed')) as writer:
        writer.add(Product('broken', 'g0', {}, [Listing('Shop', '', '', ['broken.png'])]))
        writer.add(Product(
            'p1', 'g1', {'type': 'disc', 'colour': ('red', 'blue')},
            [Listing('Shop', '', '', ['broken.png']),
             Listing('Mall', 'A disc', 'Round', ['a.png', 'broken.png', 'b.png']),
             Listing('Mall', 'The disc', '', ['b.png', 'c.png'])]))
        writer.add(Product('p2', 'g2', {}, [Listing('Shop', 'Red', '', ['d.png'])]))
    return open_catalogue(folder)


def test_every_product_as_the_encoder_sees_it(encoder, toys, tmp_path):
    found = embed(encoder, toys, tmp_path / 'e', progress=False)
    assert found.ids == [product.id for product in toys.products]
    np.testing.assert_allclose(
        found.vectors, encoder.embed_products([files(toys, item) for item in found.items]),
        atol=1e-6)
    assert found.header['per'] == 'product'
    assert found.header['size'] == encoder.size
    assert found.header['labels'] == ['subcategory', 'colour']
    assert found.header['catalogue_hash'] == toys.hash()


def test_representations_alone(encoder, toys, tmp_path):
    alone = Encoder(encoder.run, with_labels=False)
    found = embed(alone, toys, tmp_path / 'e', progress=False)
    assert found.header['size'] == 16
    assert 'labels' not in found.header
    again = encoder_of(found)
    assert again.labels == ()
    np.testing.assert_allclose(
        found.vectors, again.embed_products([files(toys, item) for item in found.items]),
        atol=1e-6)
    both = embed(encoder, toys, tmp_path / 'both', progress=False)
    assert encoder_of(both).labels == ('subcategory', 'colour')
    # Vectors of the two kinds cannot be compared.
    assert found.space != both.space


def test_what_else_a_vector_is_made_of_is_another_file(encoder, toys, tmp_path, capsys):
    """An update keeps nothing of it."""
    embed(Encoder(encoder.run, with_labels=False), toys, tmp_path / 'e', progress=False)
    told = []
    embed(encoder, toys, tmp_path / 'e', progress=False, update=True, told=told.append)
    assert told[0].computed == len(toys.products)
    assert told[0].kept == 0
    fresh = embed(encoder, toys, tmp_path / 'fresh', progress=False)
    assert (tmp_path / 'e').read_bytes() == fresh.file.read_bytes()


def test_items_say_what_the_catalogue_says(encoder, listed, tmp_path):
    found = embed(encoder, listed, tmp_path / 'e', progress=False)
    assert list(found.items) == [
        Item('p1', 'p1', 'g1', {'type': 'disc', 'colour': 'red|blue'}, 'Shop|Mall', 'A disc',
             'Round', ('a.png', 'b.png', 'b.png', 'c.png')),
        Item('p2', 'p2', 'g2', {}, 'Shop', 'Red', '', ('d.png',))]
    np.testing.assert_allclose(
        found.vectors, encoder.embed_products([files(listed, item) for item in found.items]),
        atol=1e-6)


def test_every_listing_alone(encoder, listed, tmp_path):
    found = embed(encoder, listed, tmp_path / 'e', per='listing', progress=False)
    labels = {'type': 'disc', 'colour': 'red|blue'}
    assert list(found.items) == [
        Item('p1/2', 'p1', 'g1', labels, 'Mall', 'A disc', 'Round', ('a.png', 'b.png')),
        Item('p1/3', 'p1', 'g1', labels, 'Mall', 'The disc', '', ('b.png', 'c.png')),
        Item('p2/1', 'p2', 'g2', {}, 'Shop', 'Red', '', ('d.png',))]
    np.testing.assert_allclose(
        found.vectors, encoder.embed_products([files(listed, item) for item in found.items]),
        atol=1e-6)


def test_every_image_alone_and_once(encoder, listed, tmp_path):
    found = embed(encoder, listed, tmp_path / 'e', per='image', progress=False)
    assert found.ids == ['p1/a.png', 'p1/b.png', 'p1/c.png', 'p2/d.png']
    assert [item.title for item in found.items] == ['A disc', 'A disc', 'The disc', 'Red']
    np.testing.assert_allclose(
        found.vectors, [encoder.embed(listed.image_file(f'{name}.png')) for name in 'abcd'],
        atol=1e-6)


def test_only_one_split(encoder, toys, tmp_path):
    found = embed(encoder, toys, tmp_path / 'e', split='test', progress=False)
    assert found.ids == [
        product.id for product in toys.products if split_of(product.group) == 'test']
    assert found.header['split'] == 'test'


def test_float16(encoder, toys, tmp_path):
    whole = embed(encoder, toys, tmp_path / 'whole', progress=False)
    half = embed(encoder, toys, tmp_path / 'half', dtype='float16', progress=False)
    np.testing.assert_array_equal(half.vectors, whole.vectors.astype(np.float16))


def test_what_is_interrupted_is_gone_on_with(encoder, toys, tmp_path, monkeypatch):
    monkeypatch.setattr(encoders, 'WINDOW', 10)
    monkeypatch.setattr(module, 'WINDOW', 10)
    encode, calls = type(encoder).encode, []

    def interrupted(self, x):
        calls.append(len(x))
        if len(calls) == in_one_go + 20:
            raise KeyboardInterrupt
        return encode(self, x)

    monkeypatch.setattr(type(encoder), 'encode', lambda self, x: calls.append(1) or encode(self, x))
    embed(encoder, toys, tmp_path / 'in one go', progress=False)
    in_one_go = len(calls)
    monkeypatch.setattr(type(encoder), 'encode', interrupted)
    with pytest.raises(KeyboardInterrupt):
        embed(encoder, toys, tmp_path / 'e', progress=False)
    assert not (tmp_path / 'e').exists()
    embed(encoder, toys, tmp_path / 'e', progress=False)
    # What was done before is not done again, but for the last ten products.
    assert in_one_go < len(calls) - in_one_go < in_one_go + 10
    assert (tmp_path / 'e').read_bytes() == (tmp_path / 'in one go').read_bytes()


def test_another_snapshot_starts_anew(encoder, toys, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(encoder), 'encode', interrupted)
    with pytest.raises(KeyboardInterrupt):
        embed(encoder, toys, tmp_path / 'e', progress=False)
    monkeypatch.undo()
    last = load(encoder.run.folder, 'last')
    found = embed(last, toys, tmp_path / 'e', progress=False)
    assert found.header['snapshot'].startswith('iteration-')


def test_reduced_vectors(encoder, toys, tmp_path):
    """Against the singular vectors of the training split, found in one piece."""
    whole = embed(encoder, toys, tmp_path / 'whole', progress=False)
    found = embed(encoder, toys, tmp_path / 'e', pca=3, progress=False)
    train = np.array([split_of(item.group) == 'train' for item in whole.items])
    mean = whole.vectors[train].mean(axis=0)
    _, values, components = np.linalg.svd(whole.vectors[train] - mean)
    expected = (whole.vectors - mean) @ components[:3].T
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    signs = np.sign((expected * found.vectors).sum(axis=0))
    np.testing.assert_allclose(found.vectors, expected * signs, atol=1e-4)
    assert found.header['pca'] == {
        'from': encoder.size, 'fitted_to': train.sum(),
        'variance': pytest.approx((values[:3] ** 2).sum() / (values ** 2).sum(), rel=1e-4)}
    assert list(found.items) == list(whole.items)
    query = encoder.embed(files(toys, whole.items[7]))
    np.testing.assert_allclose(found.project(query), found.vectors[7], atol=1e-5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ['e', 'whole']


def test_an_interrupted_reduction_embeds_nothing_again(encoder, toys, tmp_path, monkeypatch):
    embed(encoder, toys, tmp_path / 'in one go', pca=3, progress=False)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, 'principal_components', interrupted)
    with pytest.raises(KeyboardInterrupt):
        embed(encoder, toys, tmp_path / 'e', pca=3, progress=False)
    monkeypatch.undo()
    # As where a kill came while the writer of the whole file cleared up.
    (tmp_path / '..e.whole.partial').mkdir()
    (tmp_path / '..e.whole.partial' / 'ids').touch()
    monkeypatch.setattr(type(encoder), 'encode', interrupted)
    embed(encoder, toys, tmp_path / 'e', pca=3, progress=False)
    assert (tmp_path / 'e').read_bytes() == (tmp_path / 'in one go').read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ['e', 'in one go']


def test_a_folder_is_refused_before_the_work(encoder, toys, tmp_path, monkeypatch):
    monkeypatch.setattr(type(encoder), 'encode', None)
    for pca in None, 3:
        with pytest.raises(UserError, match='is a folder, expected a file'):
            embed(encoder, toys, tmp_path, pca=pca, progress=False)


@pytest.mark.parametrize(('arguments', 'message'), [
    ({'pca': 3, 'split': 'test'}, 'fitted to the training split'),
    ({'pca': 26}, 'pca: found 26, expected 1 to 25 numbers'),
    ({'pca': 0}, 'expected 1 to 25')])
def test_impossible_reductions_are_told(encoder, toys, tmp_path, arguments, message):
    with pytest.raises(UserError, match=message):
        embed(encoder, toys, tmp_path / 'e', **arguments)


def test_too_few_products_for_a_reduction_are_told(encoder, listed, tmp_path):
    with pytest.raises(UserError, match='a PCA to 3 numbers needs more than 3 vectors'):
        embed(encoder, listed, tmp_path / 'e', pca=3, progress=False)
    assert list(tmp_path.iterdir()) == []


class Store:
    """A stand-in for an image store: each of some products has the same one image."""

    def __init__(self, products):
        self.product_index = np.arange(products)
        self.product_images = [range(n, n + 1) for n in range(products)]
        self.image_index = np.zeros(products, int)
        self.digests = np.zeros((products, 16), np.uint8)
        self._image = np.zeros((8, 8, 3), np.uint8)

    def __len__(self):
        return len(self.product_index)

    def image(self, number):
        return self._image


class Survey:
    """A stand-in for that of a catalogue of so many products, which are made as they are read."""

    def __init__(self, count):
        self.lines = np.full(count, b'line')

    def products(self, rows):
        return (Product(str(n), str(n), {}, [Listing('', '', '', [f'{n}.png'])]) for n in rows)


def test_memory_does_not_grow_with_the_catalogue(tmp_path):
    """The network and the image store are stand-ins; everything else is as ever."""
    encoder = object.__new__(encoders.Encoder)
    encoder.size, encoder._width = 1024, lambda unit: 1024
    encoder.device = chainer.get_device('@numpy')
    encoder.run = types.SimpleNamespace(mean=np.zeros((3, 8, 8), np.float32))
    encoder.encode = lambda x: np.ones((len(x), 1024), np.float32)
    header = {'per': 'product', 'split': 'all', 'size': 1024}

    def peak(count):
        survey = Survey(count)
        store = Store(count)
        tracemalloc.start()
        try:
            module._write(encoder, survey, store, tmp_path / f'{count}',
                          {'dtype': 'float32', **header}, False, False)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(6000) < peak(3000) + 1_000_000     # 3,000 vectors are 12 MB
    assert len(open_embeddings(tmp_path / '6000')) == 6000
