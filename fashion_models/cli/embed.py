"""Embed a catalogue: turn every product into a vector.

The vectors have unit length, so that the dot product of two is their cosine similarity. NumPy alone
reads them: numpy.load(FILE, mmap_mode='r'). Call it again to resume an interrupted run. After the
catalogue has changed, --update computes only what is new; the file is the same as without, bit for
bit. Instead of a run, any image tower in ONNX will do, such as FashionCLIP's, with a TOML file
beside it that says what it expects of a picture.
"""

import argparse

from fashion_models.cli import options

NAME = 'embed'
EXAMPLES = '''\
fashion-models embed runs/shop shop -o shop.embeddings
fashion-models embed runs/shop shop -o listings.embeddings --listings
fashion-models embed runs/shop shop -o shop.embeddings --update
fashion-models embed runs/shop shop -o small.embeddings --pca 128 --float16
fashion-models embed towers/fashionclip.onnx shop -o shop.embeddings'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.encoder(parser)
    options.catalogue(parser)
    options.output(parser, 'FILE', 'the file of embeddings to write')
    per = parser.add_mutually_exclusive_group()
    per.add_argument('--listings', dest='per', action='store_const', const='listing',
                     default='product', help='a vector for each listing instead of each product')
    per.add_argument('--images', dest='per', action='store_const', const='image',
                     help='a vector for each image instead of each product')
    options.split(parser)
    parser.add_argument('--update', action='store_true',
                        help='take from FILE the vectors of products whose pictures have not '
                             'changed; with --pca, the full vectors are kept in FILE.whole')
    parser.add_argument('--float16', action='store_true',
                        help='half-precision numbers, which take half the space')
    parser.add_argument('--pca', metavar='D', type=options.positive,
                        help='reduce the vectors to D numbers, the principal components of the '
                             'training split')
    options.snapshot(parser)
    options.devices(parser)
    options.precision(parser)
    options.store(parser)


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.cli.encoders import encoder_at
    from fashion_models.representation.embed import embed

    encoder = encoder_at(
        arguments.run, arguments.snapshot, arguments.devices, arguments.precision)
    catalogue = open_catalogue(arguments.catalogue)
    updates = []
    embeddings = embed(
        encoder, catalogue, arguments.output, arguments.per, arguments.split,
        'float16' if arguments.float16 else 'float32', arguments.pca, arguments.store,
        update=arguments.update, told=updates.append)
    header = embeddings.header
    megabytes = embeddings.file.stat().st_size / 1e6
    kept = f' (PCA, {header["pca"]["variance"]:.1%} of the variance)' if 'pca' in header else ''
    print(f'{arguments.output}: {len(embeddings)} {header["per"]}s, {header["size"]} numbers each'
          f'{kept}, {megabytes:.1f} MB')
    if arguments.update:
        update, = updates
        print(f'{update.computed:,} computed, {update.kept:,} kept, {update.gone:,} gone')
