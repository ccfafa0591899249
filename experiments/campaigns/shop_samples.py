"""Samples of what the project itself writes: a catalogue, a run, a store, embeddings, an index …"""

import json
import os
import pathlib

import numpy as np
from samples import Reader, copied, write

from fashion_models import cli
from fashion_models.catalogue.io import open_catalogue
from fashion_models.representation.embeddings import open_embeddings
from fashion_models.training.recipe import Data, Model, Recipe, Training

RECIPE = Recipe(
    Data(shorter_side=52, size=48),
    Model(width=0.06, image_features=24, pre_pool=16, post_pool=16, representation=16),
    Training(batch_size=8, devices='@numpy', epochs=1, drops=(), learning_rate=0.01),
)


def prepare(base: pathlib.Path) -> None:
    """Writes a drawn catalogue and all that is made of it."""

    def run(words):
        words = [word.replace('BASE', str(base)) for word in words.split()]
        if status := cli.main(words):
            raise SystemExit(f'{" ".join(words)}: exit status {status}')

    (base / 'recipe.toml').write_text(RECIPE.to_toml())
    run('catalogue synthesise BASE/shop --products 60 --size 48 --workers 1')
    run('catalogue prepare BASE/shop --shorter-side 52 --store BASE/stores --workers 1')
    run('catalogue synthesise BASE/other --products 60 --size 48 --seed 1 --workers 1')
    run('train --recipe BASE/recipe.toml --catalogue BASE/shop -o BASE/run --store BASE/stores')
    run('embed BASE/run BASE/shop -o BASE/products.embeddings --store BASE/stores')
    # Of products that the run was not trained on.
    run('embed BASE/run BASE/other -o BASE/listings.embeddings --listings --store BASE/stores')
    run('embed BASE/run BASE/shop -o BASE/reduced.embeddings --store BASE/stores --pca 4 --float16')
    run('export BASE/run -o BASE/onnx')


def readers(base: pathlib.Path) -> list[Reader]:
    """What reads those files, and those that people write beside them."""
    ids = open_embeddings(base / 'products.embeddings').ids
    listings = open_embeddings(base / 'listings.embeddings').ids
    product = next(iter(open_catalogue(base / 'shop').products))
    picture = f'BASE/shop/{product.images[0]}'
    found = [
        Reader(
            'recipe',
            copied(base, 'recipe', base / 'recipe.toml'),
            {'recipe.toml': 'toml'},
            ('describe IN/recipe.toml', 'audit IN/nothing -o OUT/a --recipe IN/recipe.toml'),
        ),
        Reader(
            'run',
            copied(base, 'run', base / 'run'),
            {
                'run/recipe.toml': 'toml',
                'run/labels.json': 'json',
                'run/mean.npy': 'npy',
                'run/provenance.json': 'json',
                'run/snapshots/*.npz': 'npz',
                'run/log.json': 'json',
                'run/learning-rate.jsonl': 'jsonl',
            },
            (
                f'predict IN/run {picture}',
                f'predict IN/run {picture} --snapshot last --json',
                'describe IN/run',
                'evaluate IN/run --store BASE/stores',
                f'colour IN/run {picture}',
                'embed IN/run BASE/shop -o OUT/e --store BASE/stores',
                'lr IN/run 0.01',
                'train -o IN/run --resume --store BASE/stores',
                'train -o IN/run --resume --epochs 2 --store BASE/stores',
                'train --recipe BASE/recipe.toml --catalogue BASE/shop -o OUT/r --init IN/run '
                '--store BASE/stores',
                f'search BASE/products.embeddings --image {picture} --run IN/run',
            ),
        ),
        Reader(
            'catalogue',
            _small_catalogue(base),
            {'catalogue.json': 'json', 'products.jsonl': 'jsonl', 'images/*/*': 'bytes'},
            (
                'catalogue check IN',
                'catalogue check IN',
                'catalogue show IN -o OUT/a.png',
                'catalogue prepare IN --shorter-side 16 --store OUT/s --workers 1',
                'catalogue merge IN BASE/shop OUT/c --list-unmapped',
                'embed BASE/run IN -o OUT/e --store OUT/s',
                'evaluate BASE/run --catalogue IN --store OUT/s',
            ),
        ),
        Reader(
            'store',
            copied(base, 'store', base / 'stores'),
            {
                'stores/*/store.json': 'json',
                'stores/pictures/*/*/segment.json': 'json',
                'stores/pictures/*/*/index.npz': 'npz',
                'stores/*/index.npz': 'npz',
                'stores/*/product_ids.json': 'json',
                'stores/pictures/*/*/pixels.bin': 'bytes',
            },
            (
                'embed BASE/run BASE/shop -o OUT/e --store IN/stores',
                'evaluate BASE/run --store IN/stores',
                'catalogue prepare BASE/shop --shorter-side 52 --store IN/stores --workers 1',
            ),
        ),
        Reader(
            'embeddings',
            copied(base, 'embeddings', *base.glob('*.embeddings')),
            {'*.embeddings': 'embeddings'},
            (
                f'search IN/products.embeddings --product {ids[0]} --where gender=female',
                f'search IN/products.embeddings --image {picture} --run BASE/run --json',
                f'search IN/reduced.embeddings --image {picture} --run BASE/run',
                'duplicates IN/listings.embeddings',
                'duplicates IN/listings.embeddings --groups --json',
                f'order IN/reduced.embeddings --liked {ids[0]} {ids[1]}',
                f'order IN/products.embeddings --liked {ids[0]} -o OUT/a.html '
                '--catalogue BASE/shop',
                'tags BASE/run BASE/shop --embeddings IN/products.embeddings',
                'index IN/products.embeddings',
            ),
        ),
        Reader(
            'index',
            _indexed(base),
            {
                'a.embeddings.index/index.json': 'json',
                'a.embeddings.index/labels.npz': 'npz',
                'a.embeddings.index/cells.faiss': 'bytes',
            },
            (
                f'search IN/a.embeddings --product {ids[0]} --where type={product.label("type")}',
                f'search IN/a.embeddings --product {ids[0]}',
            ),
        ),
        Reader(
            'tower',
            copied(base, 'tower', *_tower(base)),
            {'image.toml': 'toml', 'image.onnx': 'bytes', 'mean.npy': 'npy'},
            ('embed IN/image.onnx BASE/shop -o OUT/e --store BASE/stores',),
        ),
        Reader(
            'daily run',
            _daily(base),
            {'daily.toml': 'toml'},
            ('sync IN/daily.toml', 'sync IN/daily.toml --quiet'),
        ),
        Reader('truth', _truth(base), {'truth.jsonl': 'jsonl'}, ('TRUTH IN',)),
    ]
    people = write(base / 'people', _by_people(base, ids, listings))
    for name, target, kind, *commands in (
        (
            'calibration',
            'calibration.json',
            'json',
            'duplicates BASE/listings.embeddings --calibration IN/calibration.json',
        ),
        (
            'pairs',
            'pairs.csv',
            'table',
            'duplicates BASE/listings.embeddings --calibrate IN/pairs.csv -o OUT/c',
        ),
        (
            'lists',
            'lists.csv',
            'table',
            'order BASE/products.embeddings --like-merchandiser IN/lists.csv --save OUT/a.npz',
        ),
        (
            'order',
            'order.npz',
            'npz',
            'order BASE/products.embeddings --like-merchandiser IN/order.npz',
        ),
        (
            'products',
            'ids.txt',
            'bytes',
            f'order BASE/products.embeddings --liked {ids[0]} --products IN/ids.txt',
        ),
        (
            'words',
            'words.npz',
            'npz',
            'tags BASE/run BASE/shop --embeddings BASE/products.embeddings --words IN/words.npz',
        ),
        ('review', 'review.csv', 'table', 'catalogue relabel BASE/shop IN/review.csv OUT/c --link'),
        (
            'mapping',
            'mapping.toml',
            'toml',
            'catalogue merge BASE/shop OUT/c --mapping IN/mapping.toml --link',
            'catalogue merge BASE/shop OUT/c --mapping IN/mapping.toml --list-unmapped',
        ),
    ):
        found.append(
            Reader(name, copied(base, name, people / target), {target: kind}, tuple(commands))
        )
    return found


def _small_catalogue(base):
    """A few products of the catalogue, so that copying them takes no time."""
    catalogue = open_catalogue(base / 'shop')
    lines = (base / 'shop' / 'products.jsonl').read_bytes().splitlines()[:6]
    folder = write(
        base / 'copies' / 'catalogue',
        {
            'products.jsonl': b'\n'.join(lines) + b'\n',
            'catalogue.json': (base / 'shop' / 'catalogue.json').read_bytes(),
        },
    )
    for product, _ in zip(catalogue.products, lines):
        for image in product.images:
            write(folder, {image: (base / 'shop' / image).read_bytes()})
    return folder


def _indexed(base):
    from fashion_models.representation.search.index import build_index

    folder = copied(base, 'index', base / 'products.embeddings')
    os.rename(folder / 'products.embeddings', folder / 'a.embeddings')
    build_index(folder / 'a.embeddings')
    return folder


def _tower(base):
    """The export of the run, which is the image side of a tower with what it expects beside it."""
    files = [base / 'onnx' / name for name in ('image.onnx', 'image.toml', 'mean.npy')]
    missing = [file for file in files if not file.exists()]
    if missing:
        raise SystemExit(f'{missing[0]}: expected "export" to write it')
    return files


def _daily(base):
    """A shop's export, and what is done with it every day."""
    settings = '''
catalogue = "shop"
run = "{base}/run"
embeddings = "shop.embeddings"
[import]
format = "csv"
source = "products.csv"
colours = "source"
most_gone = 0.5
link = false
tasks = {{pattern = "Pattern"}}
several = ["pattern"]
options = {{separator = "|", images = "."}}
[embed]
per = "listing"
float16 = true
snapshot = "best"
store = "stores"
[duplicates]
threshold = 0.5
across = true
[publish]
parquet = "shop.parquet"
'''
    folder = copied(base, 'daily', *(base / 'importers' / 'csv').iterdir())
    (folder / 'daily.toml').write_text(settings.format(base=base))
    return folder


def _truth(base):
    from fashion_models.drawn.truth import TRUTH_FILE

    content = (base / 'shop' / TRUTH_FILE).read_bytes().splitlines(keepends=True)
    return write(base / 'copies' / 'truth', {TRUTH_FILE: b''.join(content[:4])})


def _by_people(base, ids, listings):
    """Files that people write, and that commands learn of them."""
    files = {
        'ids.txt': '\n'.join(ids[:30]),
        'lists.csv': 'list,product,rank\n'
        + ''.join(f'spring {number % 3},{id_},{number}\n' for number, id_ in enumerate(ids[:40])),
        'pairs.csv': 'a,b,answer\n'
        + ''.join(
            f'{one},{other},{("same", "different")[number % 2]}\n'
            for number, (one, other) in enumerate(zip(listings, listings[1:]))
        ),
        'calibration.json': (
            pathlib.Path(cli.__file__).parents[1] / 'representation/duplicates/duplicates.json'
        ).read_bytes(),
    }
    catalogue = open_catalogue(base / 'shop')
    review = ['product,task,label,suggested,answer']
    mapping = []
    for number, product in enumerate(catalogue.products):
        if number < 9:
            review.append(
                f'{product.id},colour,{product.label_text("colour")},Red,'
                f'{("y", "?", "Blue|Red")[number % 3]}'
            )
    for task in catalogue.tasks:
        mapping.append(f'{task} = "same"')
    files['review.csv'] = '\n'.join(review)
    name = json.dumps(catalogue.header.name)
    colours = sorted({colour for product in catalogue.products for colour in product.colours})
    files['mapping.toml'] = '\n'.join(
        [
            f'[{name}]',
            *(line for line in mapping if not line.startswith('colour')),
            f'[{name}.colour]',
            *(f'{json.dumps(colour)} = ["Red"]' for colour in colours),
        ]
    )
    write(base / 'people', files)
    run = [
        'order',
        str(base / 'products.embeddings'),
        '--like-merchandiser',
        str(base / 'people/lists.csv'),
        '--save',
        str(base / 'people/order.npz'),
    ]
    if cli.main(run):
        raise SystemExit('order --save failed')
    files['order.npz'] = (base / 'people/order.npz').read_bytes()
    _words(base)
    files['words.npz'] = (base / 'people/words.npz').read_bytes()
    return files


def _words(base):
    """Words as ``tags --save`` keeps them; so small a shop has too few texts to learn them from."""
    from fashion_models.representation.tags.tagger import Tagger

    embeddings = open_embeddings(base / 'products.embeddings')
    product = next(iter(open_catalogue(base / 'shop').products))
    category = product.label('subcategory')
    weights = np.random.default_rng(0).normal(size=(embeddings.header['size'], 3))
    Tagger(
        {
            'labels': {'type': [], 'category': [], 'subcategory': [category]},
            'style': ['soft'],
            'not_colours': ['denim'],
            'levels': {category: 'subcategory'},
            'space': embeddings.space,
            'words': [['colour', 'Red'], ['category', category], ['style', 'soft']],
            'calibration': {kind: [1.0, 1.0, 0.0] for kind in ('colour', 'category', 'style')},
            'witnesses': dict.fromkeys(('colour', 'category', 'style'), [1.0, 0.0, 0.0, 2.0]),
        },
        weights,
        np.zeros(3),
        np.full(3, 0.3),
    ).save(base / 'people/words.npz')
