"""Photographs that listings have in common."""

import itertools

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from fashion_models import drawn
from fashion_models.representation.duplicates.evidence import Evidence
from fashion_models.representation.duplicates.pairs import find
from fashion_models.representation.duplicates.photographs import Photographs
from fashion_models.representation.duplicates.placeholders import placeholders
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter

pytest.importorskip('imagehash')

KINDS = 'gowns', 't-shirts', 'straight jeans', 'chelsea boots'


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Pictures of four products, each of them changed as shops do."""
    folder = tmp_path_factory.mktemp('photographs')
    for kind in KINDS:
        image = drawn.draw(drawn.product(kind), 'front', 200).convert('RGB')
        width, height = image.size
        cropped = image.crop((width // 50, height // 50, width - width // 50, height))
        changed = {'original': image, 'small': image.resize((width // 2, height // 2)),
                   'cropped': cropped, 'bright': ImageEnhance.Brightness(image).enhance(1.05),
                   'recoloured': Image.merge('RGB', image.split()[::-1]),
                   'mirrored': image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)}
        for name, one in changed.items():
            one.save(folder / f'{kind} {name}.jpg', quality=70)
    Image.new('RGB', (60, 80), 'white').save(folder / 'plain.png')
    Image.new('RGB', (60, 80), 'white').save(folder / 'plain too.png')
    (folder / 'broken.jpg').write_bytes(b'no picture')
    return folder


def same(folder, *pairs):
    items = [Item(str(number), str(number), '', images=images)
             for number, images in enumerate(itertools.chain(*pairs))]
    rows = np.arange(len(items)).reshape(-1, 2)
    return Photographs(items, folder).same(rows).tolist()


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('change', ['small', 'cropped', 'bright'])
def test_a_photograph_is_known_again(folder, kind, change):
    one, other = (f'{kind} original.jpg',), (f'{kind} {change}.jpg', 'broken.jpg')
    assert same(folder, (one, other)) == [True]


def test_other_products_are_others(folder):
    pairs = [((f'{one} original.jpg',), (f'{other} original.jpg',))
             for one, other in itertools.combinations(KINDS, 2)]
    assert not any(same(folder, *pairs))


def test_one_photograph_in_common_is_enough(folder):
    assert same(folder, (('gowns original.jpg', 't-shirts original.jpg'),
                         ('chelsea boots original.jpg', 't-shirts small.jpg'))) == [True]


def test_another_colour_is_another_product(folder):
    # The drawn gown has a colour of its own; its signs see none.
    assert same(folder, (('gowns original.jpg',), ('gowns recoloured.jpg',))) == [False]


def test_plain_pictures_and_broken_ones_say_nothing(folder):
    assert same(folder, (('plain.png',), ('plain too.png',)), (('broken.jpg',), ('broken.jpg',)),
                ((), ('plain.png',)), (('gone.jpg',), ('gone.jpg',))) == [False] * 4


def test_a_photograph_from_outside_the_catalogue_says_nothing(folder):
    name = f'{KINDS[0]} original.jpg'
    assert same(folder, ((name,), (name,))) == [True]
    for outside in f'../{folder.name}/{name}', str(folder / name):
        assert same(folder, ((name,), (outside,))) == [False]


def test_listings_of_one_photograph_are_one_product_unless_they_are_unlike(folder, tmp_path):
    vectors = np.random.default_rng(0).normal(size=(40, 8))
    items = [Item(str(n), str(n), str(n), images=(f'{KINDS[n % 4]} original.jpg',) if n > 3 else (
        'gowns original.jpg',) if n % 2 else ('gowns small.jpg',)) for n in range(40)]
    items = [item if n < 2 else Item(item.id, item.id, item.id) for n, item in enumerate(items)]
    vectors[1] = vectors[0] + 0.3 * vectors[2]
    with EmbeddingsWriter(tmp_path / 'e', {'per': 'listing', 'size': 8}) as writer:
        writer.add(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), items)
    embeddings = open_embeddings(tmp_path / 'e')
    found = find(embeddings, threshold=0.98, texts=False,
                 photographs=Photographs(embeddings.items, folder))
    assert [(pair.rows, pair.photograph) for pair in found.pairs] == [((0, 1), True)]
    assert all(pair.photograph is None
               for pair in find(embeddings, threshold=0, texts=False).pairs)
    # A chart of sizes: the labels of those that show it differ.
    evidence = Evidence(np.array([[0, 1]]), {'similarity': np.zeros(1), 'photograph': np.ones(1)})
    unlike = [Item(str(n), str(n), '', {'type': kind}) for n, kind in enumerate(('shoes', 'bags'))]
    assert placeholders(evidence, unlike) == [[0, 1]]
    alike = [Item(str(n), str(n), '', {'type': 'shoes'}) for n in range(2)]
    assert placeholders(evidence, alike) == []
