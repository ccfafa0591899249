"""Print how often one picture of a product finds that product: recall@k.

One picture of each product that has several is a query. It looks for its product among all others,
each known by its remaining pictures; a product of the same group, such as another colour of it, is
counted apart. Name several networks to compare them with the first, query by query: intervals are
over queries, those of a group drawn together. --snapshot, --devices and --precision are of the runs
among them; towers go without. --in-shop follows the protocol of a public benchmark instead:
DeepFashion's In-shop Clothes Retrieval, imported as deepfashion-inshop.
"""

import argparse
import functools
import time

from fashion_models.catalogue.split import SPLITS
from fashion_models.cli import options
from fashion_models.cli.writing import beside

NAME = 'retrieval'
EXAMPLES = '''\
fashion-models retrieval shop runs/shop --split test
fashion-models retrieval shop runs/plain runs/same-product towers/fashionclip.onnx --split test
fashion-models retrieval in-shop runs/in-shop --in-shop -o recorded'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.catalogue(parser)
    parser.add_argument('runs', metavar='RUN', nargs='+', type=options.path,
                        help='a run folder, written by "train", or an image tower (.onnx); several '
                             'are compared')
    which = parser.add_mutually_exclusive_group()
    which.add_argument('--in-shop', action='store_true',
                       help='the queries and the gallery of the In-shop benchmark: pictures, of '
                            'which those of the same item are right')
    which.add_argument('--split', choices=SPLITS, help='only products of this split')
    options.output(parser, 'DIR', 'write the tables and all figures to this folder, too',
                   required=False)
    options.snapshot(parser)
    options.devices(parser)
    options.precision(parser)
    options.store(parser)


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.cli.encoders import encoder_at
    from fashion_models.experiments.kit.results import write_results
    from fashion_models.experiments.measuring.picture_search import (
        compare,
        in_shop,
        one_picture_out,
    )
    from fashion_models.representation.image_tower import is_tower
    from fashion_models.representation.requirements import require_unseen

    started = time.monotonic()
    catalogue = open_catalogue(arguments.catalogue)
    encoders = {}
    for path, name in zip(arguments.runs, _names(arguments.runs)):
        # What is said of runs is not of the towers that they are compared with.
        of_run = () if is_tower(path) and not all(map(is_tower, arguments.runs)) else (
            arguments.snapshot, arguments.devices, arguments.precision)
        encoders[name] = encoder_at(path, *of_run)
        require_unseen(encoders[name], catalogue, arguments.split)
    protocol = in_shop if arguments.in_shop else functools.partial(
        one_picture_out, split=arguments.split)
    figures, tables = compare(encoders, catalogue, protocol, arguments.store)
    write = functools.partial(
        write_results, arguments.output, NAME, figures, tables, catalogue,
        runs=[encoder.run for encoder in encoders.values() if encoder.run],
        seconds=time.monotonic() - started)
    with beside(arguments.output and write):
        print('\n'.join(table.text() for table in tables), end='')
    if arguments.output:
        print(f'\nmore in {arguments.output}')


def _names(paths):
    """The last parts of paths, or all of them where the last parts are not enough."""
    last = [path.name for path in paths]
    return last if len(set(last)) == len(last) else list(map(str, paths))
