"""Remove products from a catalogue.

Removes their records, and the image files that no other product has. If the catalogue lacks one of
them, nothing is removed.
"""

import argparse

from fashion_models.cli import options
from fashion_models.errors import UserError
from fashion_models.parsing import content

NAME = 'remove'
EXAMPLES = '''\
fashion-models catalogue remove shop 1234 1235
fashion-models catalogue remove shop --ids sold-out.txt'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.catalogue(parser)
    parser.add_argument('products', metavar='ID', nargs='*', help='the ids of the products')
    parser.add_argument('--ids', metavar='FILE', type=options.path,
                        help='a text file with further ids, one a line')


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.catalogue.updating import remove

    ids = list(arguments.products)
    if arguments.ids:
        try:
            lines = content(arguments.ids).decode('utf-8-sig').splitlines()
        except ValueError as error:
            raise UserError(f'{arguments.ids}: expected a text in UTF-8: {error}') from None
        ids += filter(None, map(str.strip, lines))
    if not ids:
        raise UserError('remove: name products by their ids, or a file of them with --ids')
    print(f'{arguments.catalogue}: {remove(arguments.catalogue, ids).text()}')
