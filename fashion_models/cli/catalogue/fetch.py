"""Load the pictures that a shop's export names by address.

Loads one picture after the other into a folder, for "catalogue import FORMAT --images DIR", and
keeps a table of addresses and files there (addresses.csv), and one of the addresses that could not
be loaded (not-loaded.csv). No other command follows the addresses of an export. Call it again to
resume: pictures that are there are not loaded again.
"""

import argparse
import itertools

from fashion_models.catalogue.importers import IMPORTERS
from fashion_models.cli import options
from fashion_models.cli.parser import add_parser
from fashion_models.errors import UserError
from fashion_models.plural import counted

NAME = 'fetch'
EXAMPLES = '''\
fashion-models catalogue fetch woocommerce wc-product-export.csv pictures
fashion-models catalogue import woocommerce wc-product-export.csv shop --images pictures'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    formats = parser.add_subparsers(metavar='FORMAT', required=True, help='the layout of SOURCE')
    for name, module in IMPORTERS.items():
        if not hasattr(module, 'addresses'):
            continue
        of_format = add_parser(
            formats, name, module.SUMMARY.partition(':')[0], f'{module.SUMMARY}.',
            f'example:\n  fashion-models catalogue fetch {name} SOURCE pictures')
        of_format.add_argument('source', metavar='SOURCE', type=options.path,
                               help=f'the export, as described by "import {name} --help"')
        of_format.add_argument('folder', metavar='DIR', type=options.path,
                               help='the folder of the pictures; made if it does not exist')
        module.add_table_arguments(of_format)
        of_format.add_argument('--most', type=options.positive, default=10_000, metavar='N',
                               help='pictures to load in one call (default: 10,000)')
        of_format.add_argument('--megabytes', type=options.positive, default=32, metavar='N',
                               help='the most that a picture may have (default: 32)')
        of_format.add_argument('--seconds', type=_seconds, default=60, metavar='N',
                               help='the longest that a picture may take (default: 60)')
        of_format.add_argument('--delay', type=_delay, default=1.0, metavar='SECONDS',
                               help='from one request to the next (default: 1)')
        of_format.add_argument('--allow-private', action='store_true',
                               help='also ask addresses of this machine and its network')
        of_format.set_defaults(format=name)


def _seconds(text):
    number = options.positive(text)
    if number > 3600:
        raise argparse.ArgumentTypeError(f'found {text}, expected seconds, 1 to 3600')
    return number


def _delay(text):
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 3600:
        raise argparse.ArgumentTypeError(f'found {text}, expected seconds, 0 to 3600')
    return number


def _addresses(arguments):
    """The addresses of the source, one at least."""
    from fashion_models.catalogue.fetching import is_of_another_kind
    from fashion_models.catalogue.importers.pictures import is_address

    names = IMPORTERS[arguments.format].addresses(arguments.source, arguments)
    before = None
    for name in filter(None, names):
        if is_address(name):
            return itertools.chain([name], names)
        before = before or name
    if not before:
        found = 'no picture at all'
    elif is_of_another_kind(before):
        found = f'addresses of another kind alone, such as {before}'
    else:
        found = f'names of files alone, such as {before}: nothing is to be loaded'
    raise UserError(
        f'{arguments.source}: expected addresses of pictures, such as https://shop.example/a.jpg; '
        f'found {found}')


def run(arguments: argparse.Namespace) -> int:
    from fashion_models.catalogue.fetching import FAILED_FILE, Bounds, fetch
    from fashion_models.terminal import shortened, visible_line

    bounds = Bounds(arguments.most, arguments.megabytes << 20, arguments.seconds, arguments.delay,
                    arguments.allow_private)
    addresses = _addresses(arguments)
    counts = fetch(addresses, arguments.folder, bounds)
    for reason, count in counts.most_common():
        print(f'{count:,}  {visible_line(shortened(reason))}')     # it may quote a server
    done = counts['loaded'] + counts['there before']
    print(f'{arguments.folder}: {done:,} of {counted(counts.total(), "picture")}')
    if done + counts['left'] < counts.total():
        print(f'which ones are missing, and why: {arguments.folder / FAILED_FILE}')
    return 0 if done == counts.total() else 1
