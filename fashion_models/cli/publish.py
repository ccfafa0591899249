"""Publish embeddings: in PostgreSQL with pgvector, or as a Parquet file for another database.

Makes a table of the database hold what EMBEDDINGS holds: vectors, labels, texts and ids as columns,
and an index for nearest neighbours. Only rows that differ are sent, and all of it happens in one
transaction: until it ends, everybody sees what was there before. "search" answers from the
database as from the file.
"""

import argparse
import sys

from fashion_models.cli import options
from fashion_models.errors import UserError
from fashion_models.plural import counted

NAME = 'publish'
EXAMPLES = '''\
fashion-models publish shop.embeddings postgresql://me@db.example.com/shop
fashion-models publish shop.embeddings shop-database
fashion-models search shop-database --product 1234
fashion-models publish shop.embeddings postgresql://me@db.example.com/shop --index-memory 4GB
fashion-models publish shop.embeddings --parquet shop.parquet'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.embeddings(parser)
    parser.add_argument(
        'database', metavar='DATABASE', nargs='?',
        help='the address of a database, as in postgresql://user@host/name, or, on a machine '
             'without a server, a folder in which an embedded one keeps its data')
    options.table(parser, 'one named after the catalogue and the network')
    parser.add_argument('--index-memory', metavar='SIZE', help=(
        'memory that PostgreSQL may take to make the index of a new table (default: 512MB, enough '
        'for about 200,000 vectors of 1024 numbers; 4GB for a million)'))
    parser.add_argument('--parquet', metavar='FILE', type=options.path,
                        help='write this Parquet file')


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.representation.embeddings import open_embeddings

    if arguments.database is None and arguments.parquet is None:
        raise UserError('publish: name a DATABASE, or a file to write with --parquet')
    for option in 'table', 'index_memory':
        if arguments.database is None and getattr(arguments, option):
            raise UserError(f'--{option.replace("_", "-")}: has a meaning with a DATABASE only')
    embeddings = open_embeddings(arguments.file)
    if arguments.parquet:
        from fashion_models.representation.parquet import write_parquet

        write_parquet(embeddings, arguments.parquet)
        megabytes = arguments.parquet.stat().st_size / 1e6
        print(f'{arguments.parquet}: {counted(len(embeddings), "row")}, {megabytes:.1f} MB')
    if arguments.database is not None:
        from fashion_models.representation.postgres import INDEX_MEMORY, publish

        published = publish(embeddings, arguments.database, arguments.table,
                            index_memory=arguments.index_memory or INDEX_MEMORY)
        print(published.text())
        if advice := published.advice():
            print(advice, file=sys.stderr)
