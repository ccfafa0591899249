"""Merge the shards of a catalogue into one file of embeddings.

"embed --shard I/N" writes the shards. All N must be there, once each, made with the same run,
catalogue, options and versions. The file is the same, bit for bit, as that of "embed" without
shards on such a machine. No picture is read. Shards, catalogue and FILE may be at addresses, such
as s3://bucket/shop.embeddings.
"""

import argparse
import contextlib

from fashion_models.cli import options
from fashion_models.plural import counted

NAME = 'merge'
EXAMPLES = '''\
fashion-models embeddings merge part-*.embeddings -o shop.embeddings
fashion-models embeddings merge parts/* -o shop.embeddings --catalogue /mnt/shop'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('parts', metavar='PART', nargs='+', type=options.place,
                        help='the shards, in any order')
    parser.add_argument('-o', '--output', metavar='FILE', type=options.place, required=True,
                        help='the file of embeddings to write')
    parser.add_argument('--catalogue', metavar='DIR', type=options.place,
                        help='where the catalogue is, if not where it was for the first shard')


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.remote import fetched, staged, without_password
    from fashion_models.representation.shards import merge_shards

    with contextlib.ExitStack() as stack:
        parts = stack.enter_context(fetched(arguments.parts))
        file = stack.enter_context(staged(arguments.output))
        embeddings = merge_shards(parts, file, arguments.catalogue)
        header = embeddings.header
        megabytes = embeddings.file.stat().st_size / 1e6
        text = (f'{without_password(arguments.output)}: '
                f'{counted(len(embeddings), header["per"])} of {counted(len(parts), "shard")}, '
                f'{header["size"]} numbers each, {megabytes:.1f} MB')
    print(text)
