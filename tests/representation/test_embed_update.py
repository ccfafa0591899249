"""A file that is brought up to date is the same, bit for bit, as one that is made from nothing."""

import pathlib
import random
import re
import struct

import numpy as np
import pytest
from PIL import Image

from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.errors import UserError
from fashion_models.representation import embed as module
from fashion_models.representation import encoder as encoders
from fashion_models.representation import units
from fashion_models.representation.embed import Update, embed
from fashion_models.representation.encoder import load
from fashion_models.representation.shards.computing import Shard, embed_shard


@pytest.fixture(scope='module')
def encoder(tiny_run):
    return load(tiny_run[0])


def write(folder, products):
    """Writes a catalogue of products: id to (title, seeds of its pictures)."""
    (folder / 'images').mkdir(parents=True, exist_ok=True)
    with CatalogueWriter(folder, Header('shop'), overwrite=True) as writer:
        for name, (title, seeds) in products.items():
            paths = [f'images/{name}-{number}.png' for number in range(len(seeds))]
            for path, seed in zip(paths, seeds):
                pixels = np.random.default_rng(seed).integers(0, 256, (5, 4, 3), np.uint8)
                picture = Image.fromarray(pixels).resize((60, 80))
                file = folder / path
                old = file.read_bytes() if file.exists() else None
                picture.save(file.with_suffix('.new.png'))
                if file.with_suffix('.new.png').read_bytes() != old:
                    file.with_suffix('.new.png').replace(file)
            writer.add(Product(name, name, {}, [Listing('shop', title, '', paths)]))
    return open_catalogue(folder)


def edited(products, draw):
    """The products after some were removed, added, renamed, shown otherwise or shuffled."""
    products = dict(products)
    for name in list(products):
        chance = draw.random()
        title, seeds = products[name]
        if chance < 0.1:
            del products[name]
        elif chance < 0.15:
            products[name] = f'{title}!', seeds
        elif chance < 0.25:
            products[name] = title, [draw.randrange(10**6), *seeds[1:]]
        elif chance < 0.3:
            products[name] = title, seeds[::-1]
    for _ in range(draw.randrange(4)):
        products[f'n{draw.randrange(10**6)}'] = 'new', [
            draw.randrange(10**6) for _ in range(draw.choice([1, 1, 2, 3, 5]))]
    names = list(products)
    if draw.random() < 0.3:
        draw.shuffle(names)
    return {name: products[name] for name in names}


FIRST = {f'p{number}': ('a thing', list(range(100 * number, 100 * number + 1 + number % 4)))
         for number in range(40)}


@pytest.mark.parametrize('options', [
    {}, {'per': 'image', 'dtype': 'float16'}, {'per': 'listing', 'split': 'train'}, {'pca': 4}],
    ids=['products', 'images', 'listings', 'pca'])
@pytest.mark.parametrize('seed', [0, 1])
def test_random_edits(encoder, tmp_path, seed, options, monkeypatch):
    monkeypatch.setattr(module, 'WINDOW', 8)
    monkeypatch.setattr(encoders, 'WINDOW', 8)
    draw, products = random.Random(seed), FIRST
    for day in range(4):
        catalogue = write(tmp_path / 'shop', products)
        embed(encoder, catalogue, tmp_path / 'e', update=True, progress=False, **options)
        embed(encoder, catalogue, tmp_path / f'fresh-{day}', progress=False, **options)
        assert (tmp_path / 'e').read_bytes() == (tmp_path / f'fresh-{day}').read_bytes()
        products = edited(products, draw)


def test_only_what_is_new_is_computed(encoder, tmp_path, monkeypatch):
    embed(encoder, write(tmp_path / 'shop', FIRST), tmp_path / 'e', progress=False)
    seen, encode = [], encoder.encode
    monkeypatch.setattr(encoder, 'encode', lambda x: seen.append(len(x)) or encode(x))
    products = {name: FIRST[name] for name in FIRST if name != 'p1'}
    products |= {'p2': ('another', [7]), 'new': ('new', [8]), 'p3': ('renamed', FIRST['p3'][1])}
    updates = []
    embed(encoder, write(tmp_path / 'shop', products), tmp_path / 'e', progress=False,
          update=True, told=updates.append)
    assert updates == [Update(computed=2, kept=38, discarded=2)]
    assert sum(seen) == 2


def test_another_network_or_options_compute_all(encoder, tmp_path, capsys):
    catalogue = write(tmp_path / 'shop', FIRST)
    embed(encoder, catalogue, tmp_path / 'e', progress=False)
    updates = []
    embed(encoder, catalogue, tmp_path / 'e', dtype='float16', update=True, told=updates.append)
    assert updates == [Update(computed=40)]
    assert (f'{tmp_path / "e"}: it was made with other dtype; all is embedded again\n'
            in capsys.readouterr().err)


def test_what_is_kept_is_copied_not_made_again(encoder, tmp_path, monkeypatch):
    embed(encoder, write(tmp_path / 'shop', FIRST), tmp_path / 'e', progress=False)
    products = FIRST | {'p2': ('another', FIRST['p2'][1]), 'new': ('new', [8])}
    catalogue = write(tmp_path / 'shop', products)
    made, of_product = [], units.units
    monkeypatch.setattr(
        module, 'units', lambda product, *more: made.append(product.id) or of_product(
            product, *more))
    updates = []
    embed(encoder, catalogue, tmp_path / 'e', progress=False, update=True, told=updates.append)
    assert set(made) == {'p2', 'new'}, 'p2 has another title'
    assert updates == [Update(computed=1, kept=40)]
    monkeypatch.undo()
    embed(encoder, catalogue, tmp_path / 'fresh', progress=False)
    assert (tmp_path / 'e').read_bytes() == (tmp_path / 'fresh').read_bytes()


def test_products_that_are_there_twice(encoder, tmp_path):
    """Nobody should write such a catalogue, but it is read."""
    catalogue = write(tmp_path / 'shop', FIRST)
    lines = (tmp_path / 'shop' / 'products.jsonl').read_bytes().splitlines(keepends=True)
    for day in ([0, 0, 1, 2], [0, 1, 1, 2, 2], [2, 0], [2, 2, 0, 0]):
        (tmp_path / 'shop' / 'products.jsonl').write_bytes(b''.join(lines[row] for row in day))
        for per in 'product', 'image':
            embed(encoder, catalogue, tmp_path / per, per, update=True, progress=False)
            embed(encoder, catalogue, tmp_path / 'fresh', per, progress=False)
            assert (tmp_path / per).read_bytes() == (tmp_path / 'fresh').read_bytes()


def test_another_image_of_the_same_content_is_another_text(encoder, tmp_path):
    """Which of a product's images can be read changes what is said of it, if not its vector."""
    catalogue = write(tmp_path / 'shop', {'p': ('a thing', [1, 2])})
    first, second = (tmp_path / 'shop' / 'images' / f'p-{number}.png' for number in range(2))
    content = first.read_bytes()
    second.write_bytes(b'none')
    embed(encoder, catalogue, tmp_path / 'e', progress=False)
    first.write_bytes(b'none')
    second.write_bytes(content)
    updates = []
    found = embed(encoder, catalogue, tmp_path / 'e', progress=False, update=True,
                  told=updates.append)
    assert updates == [Update(kept=1)]
    assert [image['file'] for image in updates[0].left_out['images']] == ['images/p-0.png']
    assert found.items[0].images == ('images/p-1.png',)


def test_a_damaged_row_is_not_copied(encoder, tmp_path):
    catalogue = write(tmp_path / 'shop', FIRST)
    embed(encoder, catalogue, tmp_path / 'e', progress=False)
    whole = (tmp_path / 'e').read_bytes()
    for place, what in ((130, 'vector'), (whole.index(b'a thing'), 'item')):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        (tmp_path / 'e').write_bytes(damaged)
        with pytest.raises(UserError, match=f'damaged: {what} 0 is not as it was written'):
            embed(encoder, catalogue, tmp_path / 'e', progress=False, update=True)


def test_with_pca_where_nothing_has_changed(encoder, tmp_path):
    catalogue, updates = write(tmp_path / 'shop', FIRST), []
    file, more = tmp_path / 'e', {'update': True, 'progress': False, 'told': updates.append}
    embed(encoder, catalogue, file, pca=4, **more)
    made, whole = file.stat(), file.read_bytes()
    embed(encoder, catalogue, file, pca=4, **more)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (made.st_ino, made.st_mtime_ns)
    file.write_bytes(whole[:130] + bytes([whole[130] ^ 1]) + whole[131:])   # damaged
    embed(encoder, catalogue, file, pca=4, **more)
    assert file.read_bytes() == whole
    assert embed(encoder, catalogue, file, pca=3, **more).header['size'] == 3
    assert updates == [Update(computed=40), *[Update(kept=40)] * 3]


def earlier(content):
    """A file of an earlier version, in its last bytes at least."""
    return content[:200] + b'{}' + struct.pack('<8sqq', b'FMEMBED1', 200, 2)


@pytest.mark.parametrize(('change', 'reason'), [
    (earlier, 'is of an earlier version of this program'),
    (lambda content: content[:300], 'not a complete file of embeddings: it does not end as one '
                                    'that "fashion-models embed" wrote'),
    (lambda content: b'', 'not a complete file of embeddings: .*'),
    (lambda content: content[:9] + b' ' + content[10:], 'the file is damaged: preamble .*')])
def test_a_file_that_cannot_be_read_is_made_anew(encoder, tmp_path, capsys, change, reason):
    catalogue = write(tmp_path / 'shop', FIRST)
    embed(encoder, catalogue, tmp_path / 'e', progress=False)
    whole = (tmp_path / 'e').read_bytes()
    (tmp_path / 'e').write_bytes(change(whole))
    embed(encoder, catalogue, tmp_path / 'e', update=True)
    assert (tmp_path / 'e').read_bytes() == whole
    assert re.search(f'{tmp_path / "e"}: {reason}; all is embedded again\n',
                     capsys.readouterr().err)


def test_a_shard_is_replaced_by_the_whole(encoder, tmp_path, capsys):
    catalogue = write(tmp_path / 'shop', FIRST)
    embed_shard(encoder, catalogue, tmp_path / 'e', Shard(1, 2), progress=False)
    assert len(embed(encoder, catalogue, tmp_path / 'e', update=True)) == 40
    assert (f'{tmp_path / "e"}: it was made with other shard; all is embedded again\n'
            in capsys.readouterr().err)


@pytest.mark.parametrize('name', ['sizes.npy', 'objects.npy', 'shop.csv'])
def test_no_update_replaces_what_never_was_a_file_of_embeddings(encoder, tmp_path, name):
    np.save(tmp_path / 'sizes.npy', np.arange(1000))
    np.save(tmp_path / 'objects.npy', np.array([{}]))
    (tmp_path / 'shop.csv').write_text('product_id,images')
    before = (tmp_path / name).read_bytes()
    with pytest.raises(UserError, match='not a complete file of emb|a file of another kind'):
        embed(encoder, write(tmp_path / 'shop', FIRST), tmp_path / name, update=True)
    assert (tmp_path / name).read_bytes() == before


class Interrupted(BaseException):
    pass


def test_an_interrupted_update_is_resumed(encoder, tmp_path, monkeypatch):
    monkeypatch.setattr(module, 'WINDOW', 8)
    monkeypatch.setattr(encoders, 'WINDOW', 8)
    embed(encoder, write(tmp_path / 'shop', FIRST), tmp_path / 'e', progress=False)
    before = (tmp_path / 'e').read_bytes()
    products = FIRST | {f'n{number}': ('new', [number]) for number in range(30)}
    catalogue = write(tmp_path / 'shop', products)
    calls, encode = [], encoder.encode

    def failing(x):
        calls.append(len(x))
        if len(calls) == 3:
            raise Interrupted
        return encode(x)

    monkeypatch.setattr(encoder, 'encode', failing)
    with pytest.raises(Interrupted):
        embed(encoder, catalogue, tmp_path / 'e', progress=False, update=True)
    assert (tmp_path / 'e').read_bytes() == before
    monkeypatch.setattr(encoder, 'encode', encode)
    embed(encoder, catalogue, tmp_path / 'e', progress=False, update=True)
    embed(encoder, catalogue, tmp_path / 'fresh', progress=False)
    assert (tmp_path / 'e').read_bytes() == (tmp_path / 'fresh').read_bytes()
    assert [path.name for path in pathlib.Path(tmp_path).glob('.*.partial')] == []
