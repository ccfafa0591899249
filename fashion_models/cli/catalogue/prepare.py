"""Decode and scale the images of a catalogue, once.

Writes an image store, which training and embedding read. They prepare images themselves where
there is no store; this does it beforehand.
"""

import argparse

from fashion_models.cli import options

NAME = 'prepare'
EXAMPLES = '''\
fashion-models catalogue prepare shop --shorter-side 128
fashion-models catalogue prepare shop --shorter-side 128 --prune
fashion-models catalogue prepare shop --shorter-side 256 --store /scratch/stores --workers 8'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.catalogue(parser)
    parser.add_argument('--shorter-side', type=options.positive, required=True, metavar='PIXELS',
                        help="the images' shorter side once scaled; data.shorter_side in a recipe")
    options.store(parser)
    options.workers(parser)
    parser.add_argument('--prune', action='store_true',
                        help='afterwards remove the pictures of this size that the catalogue does '
                             'not have (any more) from the folder of stores')


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.data.dropped import counts
    from fashion_models.data.prepare import prepare
    from fashion_models.plural import counted

    store = prepare(
        open_catalogue(arguments.catalogue), arguments.shorter_side, arguments.store,
        arguments.workers)
    if arguments.prune:
        from fashion_models.data.pruning import prune

        freed = prune(store)
        store = prepare(open_catalogue(arguments.catalogue), arguments.shorter_side,
                        arguments.store, arguments.workers, progress=False)
        print(f'{freed / 1e6:.1f} MB freed')
    print(f'{store.folder}: {counted(len(store.product_ids), "product")} with '
          f'{counted(len(store), "image")}, shorter side {store.shorter_side}; dropped '
          f'{counts(store.dropped)}')
