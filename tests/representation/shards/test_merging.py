"""Merged shards are the same, bit for bit, as an embedding of the whole."""

import json
import shutil

import pytest

from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.errors import UserError
from fashion_models.representation.embed import embed
from fashion_models.representation.embeddings import open_embeddings
from fashion_models.representation.encoder import load
from fashion_models.representation.shards import Shard, computing, embed_shard, merge_shards


@pytest.fixture(scope='module')
def encoder(tiny_run):
    return load(tiny_run[0])


@pytest.fixture(scope='module')
def shop(toy_catalogue, tmp_path_factory):
    """Some toys in listings, among them broken and missing pictures, and one without any."""
    folder = tmp_path_factory.mktemp('shop') / 'shop'
    shutil.copytree(toy_catalogue / 'images', folder / 'images')
    (folder / 'broken.png').write_text('not an image')
    (folder / 'folder.png').mkdir()
    with CatalogueWriter(folder, Header('shop')) as writer:
        for number, product in enumerate(open_catalogue(toy_catalogue).products):
            if number == 22:
                break
            images = product.images
            more = {3: ['broken.png'], 5: ['gone.png', images[0]], 8: ['folder.png']}
            listings = [Listing('a', '', '', images), Listing('b', 'B', '', more.get(number, []))]
            writer.add(Product(product.id, product.group, product.labels, listings))
        writer.add(Product('nothing', 'g', {}, [Listing('a', '', '', ['broken.png'])]))
    return open_catalogue(folder)


def parts_of(encoder, catalogue, folder, of, **options):
    folder.mkdir(exist_ok=True)
    files = []
    for number in range(1, of + 1):
        files.append(folder / f'{number}-of-{of}')
        embed_shard(encoder, catalogue, files[-1], Shard(number, of), progress=False, **options)
    return files


@pytest.mark.parametrize(('of', 'options'), [
    (1, {}), (3, {}), (40, {}), (2, {'per': 'listing', 'dtype': 'float16'}),
    (4, {'per': 'image', 'split': 'train'})], ids=str)
def test_the_same_file_as_without_shards(encoder, shop, tmp_path, monkeypatch, of, options):
    monkeypatch.setattr(computing, 'IMAGES_AT_ONCE', 7)
    embed(encoder, shop, tmp_path / 'whole', progress=False, **options)
    parts = parts_of(encoder, shop, tmp_path / 'parts', of, **options)
    merge_shards(parts[::-1], tmp_path / 'merged', progress=False)
    assert (tmp_path / 'merged').read_bytes() == (tmp_path / 'whole').read_bytes()


def test_shards_part_the_products():
    for products, of in (10, 3), (3, 10), (7, 7):
        rows = [Shard(number, of).rows(products) for number in range(1, of + 1)]
        assert [row for start, end in rows for row in range(start, end)] == list(range(products))
        assert max(end - start for start, end in rows) - min(
            end - start for start, end in rows) <= 1
    with pytest.raises(UserError, match='shard: found 4/3, expected a number from 1 to 3'):
        Shard(4, 3)


def test_what_was_left_out_is_told(encoder, shop, tmp_path, capsys):
    parts = parts_of(encoder, shop, tmp_path, 2)
    merge_shards(parts, tmp_path / 'merged')
    told = capsys.readouterr().err
    assert 'dropped an image of product nothing: broken.png: ' in told
    assert 'gone.png: there is no such file' in told
    assert 'folder.png: it is no file' in told
    assert 'dropped 4 unreadable images and 1 product without any other' in told


def test_a_shard_is_no_whole(encoder, shop, tmp_path):
    part, = parts_of(encoder, shop, tmp_path, 1)
    with pytest.raises(UserError, match='is only shard 1 of 1; merge all of them first'):
        open_embeddings(part)


def changed(part, file, **fields):
    """A shard whose header says something else, written by hand."""
    from fashion_models.representation.embeddings import Embeddings
    from fashion_models.representation.embeddings_writer import EmbeddingsWriter
    shard = Embeddings(part)
    header = json.loads(json.dumps(shard.header))
    for name, value in fields.items():
        (header['shard'] if name in header['shard'] else header)[name] = value
    del header['rows']
    with EmbeddingsWriter(file, header) as writer:
        writer.add(shard.vectors, shard.items[:], shard.sources)
        writer.add_files(shard.files)
    return file


def test_what_does_not_fit_is_refused(encoder, shop, tmp_path):
    one, two, three = parts_of(encoder, shop, tmp_path / 'parts', 3)
    other = parts_of(encoder, shop, tmp_path / 'parts', 2)[1]
    whole = embed(encoder, shop, tmp_path / 'whole', progress=False).file

    def refusal(*parts):
        with pytest.raises(UserError) as error:
            merge_shards(parts, tmp_path / 'merged', progress=False)
        assert not (tmp_path / 'merged').exists()
        return str(error.value).replace(f'{tmp_path}/', '')

    assert refusal(one, three) == 'shards of 3: missing 2'
    assert refusal(one, two, three, two) == (
        'parts/2-of-3: is shard 2 of 3, as parts/2-of-3 is; leave one of them out')
    assert refusal(one, other) == (
        'parts/2-of-2: is one of 2 shards, and parts/1-of-3 one of 3')
    assert refusal(one, whole) == 'whole: is no shard, but embeddings of a whole catalogue'
    assert 'no such file' in refusal(one, tmp_path / 'nowhere')
    foreign = changed(two, tmp_path / 'foreign', snapshot_sha256='0')
    assert refusal(one, foreign, three) == (
        'foreign: was made with another network than parts/1-of-3')
    assert 'of another catalogue, or of this one as it was at another time' in refusal(
        one, changed(two, tmp_path / 'foreign', texts='0'))
    assert "was made with another dtype ('float16', not 'float32')" in refusal(
        one, changed(two, tmp_path / 'foreign', dtype='float16'))
    versions = {**json.loads(json.dumps(whole and open_embeddings(whole).header['versions'])),
                'numpy': '1.0'}
    assert 'with another version of numpy (1.0, not ' in refusal(
        one, changed(two, tmp_path / 'foreign', versions=versions))
    with pytest.raises(UserError, match='is one of the shards; choose another file'):
        merge_shards([one, two, three], two)


def test_a_catalogue_that_changed_is_refused(encoder, shop, tmp_path):
    parts = parts_of(encoder, shop, tmp_path, 2)
    moved = shutil.copytree(shop.folder, tmp_path / 'moved')
    merge_shards(parts, tmp_path / 'merged', moved, progress=False)
    with open(moved / 'products.jsonl', 'a') as file:
        file.write('\n')
    with pytest.raises(UserError, match='is not the catalogue of the shards, or has changed'):
        merge_shards(parts, tmp_path / 'merged', moved, progress=False)
