"""What a catalogue of millions of products costs, computed from recorded measurements.

::

    python experiments/benchmarks/cost.py

reads ``cost.json`` beside it, which names for each input the record that it comes from, and writes
``results/cost.rst``, which docs/many-machines.rst includes. What goes beyond the size that was
measured is marked with ≈.

Time: no time.
"""

import json
import math
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
PRODUCTS = 1_000_000, 10_000_000, 100_000_000
#: Machines that the hours are shared among.
CORES = 64
#: Hours in which embedding is to be done.
NIGHT = 8


def inputs():
    """The inputs by name, as numbers."""
    found = {}
    for name, entry in json.loads((HERE / 'cost.json').read_text()).items():
        value = entry.get('value')
        if 'record' in entry:
            value = json.loads((HERE / 'results' / entry['record']).read_text())
            for key in entry['path']:
                value = value[key]
        found[name] = value * entry.get('times', 1)
    return found


def rows(i):
    """The rows of the table: what, and a text for each number of products."""
    def each(what, function, measured=0):
        """``measured``: the number of products up to which it was."""
        return [what, *(('' if products <= measured else '≈ ') + function(products)
                        for products in PRODUCTS)]

    def core_hours(seconds_an_image):
        return lambda products: number(products * i['images'] * seconds_an_image / 3600)

    def epoch(seconds_an_image):
        return lambda products: number(
            products * i['train_share'] * i['images'] * seconds_an_image / 3600)

    def machines(seconds_an_image):
        return lambda products: str(math.ceil(
            products * i['images'] * seconds_an_image / 3600 / CORES / NIGHT))

    def size(bytes_each, unit=1e9):
        return lambda products: number(products * bytes_each / unit)

    small, large = (i[f'decode_{side}'] + i[f'encode_{side}'] for side in (64, 256))
    # As fashion_models.representation.search.index chooses; each vector is compared with all cells
    # as it comes, each query with all cells and with the vectors in some.
    cells = {n: 2 ** round(math.log2(4 * math.sqrt(n))) for n in PRODUCTS}
    more = {n: cells[n] / cells[10**6] for n in PRODUCTS}
    fuller = {n: n / cells[n] / (10**6 / cells[10**6]) for n in PRODUCTS}
    return [
        each('core hours to decode, to 64 px', core_hours(i['decode_64'])),
        each('core hours to decode, to 256 px', core_hours(i['decode_256'])),
        each('core hours to embed, small network at 64 px', core_hours(i['encode_64'])),
        each('core hours to embed, the article\'s at 224 px', core_hours(i['encode_256'])),
        each(f'machines of {CORES} cores to do both in {NIGHT} hours, small', machines(small)),
        each(f'machines of {CORES} cores to do both in {NIGHT} hours, the article\'s',
             machines(large)),
        each('core hours of a training epoch, small network at 64 px', epoch(i['train_64'])),
        each('core hours of a training epoch, the article\'s at 224 px', epoch(i['train_224'])),
        each('GB of pictures', size(i['images'] * i['picture_bytes'])),
        each('GB of an image store at 64 px', size(i['images'] * i['stored_64'])),
        each('GB of embeddings, float32', size(i['vector_bytes'] + i['item_bytes'])),
        each('GB of embeddings, 128 numbers, float16', size(256 + i['item_bytes'])),
        each('GB of the search index', size(i['index_bytes'] / 1e6), 10**6),
        each('core minutes to build it',
             lambda n: number(i['index_seconds'] * n / 1e6 * more[n] / 60), 10**6),
        each('ms a search, 10 among all, index in memory', lambda n: number(
            1000 * i['search_seconds'] * max(more[n], fuller[n])), 10**6),
        each('GB of memory to open an image store, for training',
             size(i['images'] * i['store_memory'])),
        each('GB of memory to search by id', size(i['id_memory'])),
    ]


def number(value):
    """Two digits, without an exponent."""
    if value >= 10:
        digits = -int(math.floor(math.log10(value))) + 1
        return f'{round(value, digits):,.0f}'
    return f'{value:.2g}'


def main():
    table = [['', *(f'{products // 10**6} million' for products in PRODUCTS)], *rows(inputs())]
    lines = ['.. list-table::', '   :header-rows: 1', '']
    for row in table:
        lines += [f'   {"* -" if not place else "  -"} {cell}'.rstrip()
                  for place, cell in enumerate(row)]
    (HERE / 'results' / 'cost.rst').write_text('\n'.join(lines) + '\n')


if __name__ == '__main__':
    main()
