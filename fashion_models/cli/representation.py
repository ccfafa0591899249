"""``fashion-models embed``, ``colour``, ``export``, …: what a trained network is good for."""

import argparse
import json

from fashion_models.cli import duplicates as duplicates_commands
from fashion_models.cli import order as order_commands
from fashion_models.cli import search as search_commands
from fashion_models.cli import tags as tags_commands


def add_parser(subparsers):
    """Adds the commands to those of ``fashion-models``."""
    _add_embed(subparsers)
    _add_colour(subparsers)
    _add_export(subparsers)
    search_commands.add_parser(subparsers)
    duplicates_commands.add_parser(subparsers)
    order_commands.add_parser(subparsers)
    tags_commands.add_parser(subparsers)


def _parser(subparsers, name, summary, function, epilog=None):
    parser = subparsers.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + '.', epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.set_defaults(func=function)
    return parser


def _add_embed(subparsers):
    parser = _parser(
        subparsers, 'embed', 'turn every product of a catalogue into a vector', _embed, '''\
examples:
  fashion-models embed runs/shop shop -o shop.embeddings
  fashion-models embed runs/shop shop -o listings.embeddings --listings
  fashion-models embed runs/shop shop -o small.embeddings --pca 128 --float16

The vectors have unit length: the dot product of two says how alike they are. The same command
goes on after an interruption. NumPy alone reads the vectors: numpy.load(FILE, mmap_mode='r').''')
    parser.add_argument('run', metavar='RUN', help='a run folder')
    parser.add_argument('catalogue', metavar='CATALOGUE', help='a catalogue folder, any one')
    parser.add_argument('-o', '--out', metavar='FILE', required=True, help='the file to write')
    per = parser.add_mutually_exclusive_group()
    per.add_argument('--listings', dest='per', action='store_const', const='listing',
                     default='product', help='a vector for each listing instead of each product')
    per.add_argument('--images', dest='per', action='store_const', const='image',
                     help='a vector for each image')
    parser.add_argument('--split', choices=('train', 'validation', 'test'),
                        help='only the products of this split')
    parser.add_argument('--float16', action='store_true', help='half the bytes')
    parser.add_argument('--pca', metavar='D', type=int,
                        help="reduce the vectors to D numbers by the training split's principal "
                             'components')
    parser.add_argument('--snapshot', choices=('best', 'last'), default='best')
    parser.add_argument('--devices', help="instead of the recipe's; the first one is used")
    parser.add_argument('--store', metavar='DIR', help='folder of prepared images')


def _embed(arguments):
    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.representation.embed import embed
    from fashion_models.representation.encoder import Encoder
    from fashion_models.training.run import Run

    run = Run.open(arguments.run)
    catalogue = open_catalogue(arguments.catalogue)
    encoder = Encoder(
        run, arguments.snapshot, arguments.devices or run.recipe.training.devices)
    embeddings = embed(
        encoder, catalogue, arguments.out, arguments.per, arguments.split,
        'float16' if arguments.float16 else 'float32', arguments.pca, arguments.store)
    header = embeddings.header
    megabytes = embeddings.file.stat().st_size / 1e6
    kept = f' (PCA, {header["pca"]["variance"]:.1%} of the variance)' if 'pca' in header else ''
    print(f'{arguments.out}: {len(embeddings)} {header["per"]}s, {header["size"]} numbers each'
          f'{kept}, {megabytes:.1f} MB')


def _add_colour(subparsers):
    parser = _parser(
        subparsers, 'colour', 'name the colours of one product from its images', _colour, '''\
example:
  fashion-models colour runs/shop front.jpg back.jpg

The first line names the colours that are prominent. Below, "share" is how much of the product has
a colour, and "probability" that of being the product's colour, if it is to have one only.''')
    parser.add_argument('run', metavar='RUN', help='a run folder')
    parser.add_argument('images', metavar='IMAGE', nargs='+', help='images of one product')
    parser.add_argument('--snapshot', choices=('best', 'last'), default='best')
    parser.add_argument('--json', action='store_true', help='all colours, as JSON')


def _colour(arguments):
    from fashion_models.representation.colour import colours
    from fashion_models.representation.encoder import load

    found = colours(load(arguments.run, arguments.snapshot), arguments.images)
    if arguments.json:
        print(json.dumps({
            'prominent': found.prominent, 'shares': found.shares,
            'probabilities': found.probabilities}, ensure_ascii=False, indent=1))
        return
    print(', '.join(found.prominent))
    print(f'\n{"":14}share  probability')
    ranked = dict.fromkeys([*found.shares, *found.probabilities])
    for label in ranked:
        share, probability = found.shares.get(label, 0), found.probabilities.get(label, 0)
        if max(share, probability) >= 0.02:
            print(f'{label:12} {share:6.0%} {probability:12.1%}')


def _add_export(subparsers):
    parser = _parser(
        subparsers, 'export', 'write the network as ONNX graphs, with an example', _export, '''\
examples:
  fashion-models export runs/shop --onnx shop-onnx
  python shop-onnx/example.py front.jpg back.jpg      needs onnxruntime, Pillow and NumPy only

The graphs take any number of images and products. They are run beside the network, and written
only if they compute the same.''')
    parser.add_argument('run', metavar='RUN', help='a run folder')
    parser.add_argument('--onnx', metavar='DIR', required=True, help='the folder to write')
    parser.add_argument('--snapshot', choices=('best', 'last'), default='best')


def _export(arguments):
    from fashion_models.representation.encoder import load
    from fashion_models.representation.export.onnx_export import export

    difference = export(load(arguments.run, arguments.snapshot), arguments.onnx)
    print(f'{arguments.onnx}: differs from the network by at most {difference:.1e}')
