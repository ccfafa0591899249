"""The most memory that the daily commands take, for a small and for a large number of pictures.

    python experiments/benchmarks/memory.py RUN [--products 10000 100000] [-o FOLDER]

Draws products with three pictures of 16 by 16 pixels each, every file another, imports all but a
hundredth of them, prepares and embeds them, imports the whole export and embeds what is new. Writes
``memory.json`` and ``memory.rst`` to the results folder and prints the latter. Ten minutes of
processor time for 110,000 products, most of it for reading and decoding 330,000 files.
"""

import argparse
import csv
import io
import os
import pathlib
import tempfile

from fashion_models.devices import usable_cores

# Before any library starts its threads.
os.environ.setdefault('OMP_NUM_THREADS', str(usable_cores()))

import numpy as np
from measure import circumstances, lines_of, run_command, write
from PIL import Image

from fashion_models.training.run import Run

HERE = pathlib.Path(__file__).resolve().parent
IMAGES, CONTENTS = 3, 64
COLUMNS = ('product_id', 'title', 'description', 'retailer', 'gender', 'colour', 'type', 'category',
           'subcategory', 'images')


def draw(folder, products):
    """Writes an export of a shop; returns its rows."""
    rng = np.random.default_rng(0)
    kinds = []
    for _ in range(CONTENTS):
        content = io.BytesIO()
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), np.uint8)).save(content, 'jpeg')
        kinds.append(content.getvalue())
    rows = []
    for product in range(products):
        part = f'{product // 1000:03}'
        (folder / part).mkdir(exist_ok=True)
        names = [f'{part}/p{product:06}-{number}.jpg' for number in range(IMAGES)]
        for number, name in enumerate(names, IMAGES * product):
            start, rest = kinds[number % CONTENTS][:2], kinds[number % CONTENTS][2:]
            comment = b'\xff\xfe\x00\x0a%08d' % number      # makes each file another
            (folder / name).write_bytes(start + comment + rest)
        rows.append([f'p{product:06}', f'Shoulder bag {product}', 'Made for long evenings. ' * 3,
                     f'Shop {product % 7}', 'female', 'Red', 'bags', 'handbags', 'shoulder bags',
                     '|'.join(names)])
    return rows


def measure(run, products, folder):
    """What each command took: from its name to processor seconds and memory."""
    side = Run.open(run).recipe.data.shorter_side
    (folder / 'export').mkdir()
    rows = draw(folder / 'export', products)
    export, shop, file = folder / 'export/products.csv', folder / 'shop', folder / 'embeddings'

    def list_products(some):
        with open(export, 'w', newline='') as table:
            csv.writer(table).writerows([COLUMNS, *some])

    list_products(rows[:-(products // 100)])
    imported = 'catalogue', 'import', 'csv', export, shop
    parts = {'catalogue import csv': run_command(*imported)}
    parts['catalogue prepare'] = run_command('catalogue', 'prepare', shop, '--shorter-side', side)
    parts['embed'] = run_command('embed', run, shop, '-o', file)
    list_products(rows)
    parts['catalogue import csv --update'] = run_command(*imported, '--update')
    parts['embed --update'] = run_command('embed', run, shop, '-o', file, '--update')
    return parts


def report(record):
    """The record as reStructuredText."""
    small, large = record['measured']
    pictures = [f'{IMAGES * one["products"]:,} pictures' for one in (small, large)]
    more = large['products'] - small['products']
    rule = '=============================  ===============  ===============  ==============='
    lines = ['Memory of the daily commands', '============================', '',
             'The most that the process of a command had, mapped files apart, in MB:', '', rule,
             f'what{" " * 25}  {pictures[0]:>15}  {pictures[1]:>15}  bytes a picture', rule]
    for name, part in small['parts'].items():
        peaks = part['peak'], large['parts'][name]['peak']
        lines.append(f'{name:29}  {peaks[0] / 1e6:15.0f}  {peaks[1] / 1e6:15.0f}  '
                     f'{(peaks[1] - peaks[0]) / more / IMAGES:15.0f}')
    lines += [rule, '', f'{IMAGES} pictures a product.', '']
    lines += lines_of(record['circumstances'], 'command', 'date', 'commit', 'threads', 'engine')
    return '\n'.join(lines) + '\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('run', metavar='RUN')
    parser.add_argument('--products', type=int, nargs=2, default=[10_000, 100_000],
                        metavar=('FEW', 'MANY'))
    parser.add_argument('-o', '--output', type=pathlib.Path, default=HERE / 'results')
    arguments = parser.parse_args()
    record = {'circumstances': circumstances(), 'measured': []}
    for products in arguments.products:
        with tempfile.TemporaryDirectory() as folder:
            record['measured'].append({'products': products, 'parts': measure(
                arguments.run, products, pathlib.Path(folder))})
    write(arguments.output, 'memory', record, report(record))


if __name__ == '__main__':
    main()
