"""Build the index that a search among more than 100,000 products uses.

Writes the folder EMBEDDINGS.index, which the first search would write otherwise.
"""

import argparse
import time

from fashion_models.cli import options
from fashion_models.plural import counted

NAME = 'index'
EXAMPLES = '''\
fashion-models embed runs/shop shop -o shop.embeddings
fashion-models index shop.embeddings'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.embeddings(parser)


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.representation.embeddings import open_embeddings
    from fashion_models.representation.search.index import build_index, index_folder
    from fashion_models.representation.search.searcher import EXACT_LIMIT

    count = len(open_embeddings(arguments.file))
    if count <= EXACT_LIMIT:
        print(f'{arguments.file}: {counted(count, "vector")}, searched without an index')
        return
    started = time.monotonic()
    build_index(arguments.file)
    folder = index_folder(arguments.file)
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f'{folder}: {count:,} vectors, {size / 2**20:,.0f} MiB, '
          f'{time.monotonic() - started:.0f} s')
