"""Embed a catalogue: turn every product into a vector.

The vectors have unit length, so that the dot product of two is their cosine similarity. NumPy alone
reads them: numpy.load(FILE, mmap_mode='r'). Call it again to resume an interrupted run. After the
catalogue has changed, --update computes only what is new; the file is the same as without, bit for
bit. Instead of a run, any image tower in ONNX will do, such as FashionCLIP's, with a TOML file
beside it that says what it expects of a picture.

With --shard I/N it embeds one of N parts of the catalogue, as a job of SLURM, GNU parallel or any
other scheduler does; "embeddings merge" makes one file of the parts. With --ray it spreads the work
over the machines of a Ray cluster. Either way pictures are decoded as they are needed, without an
image store; the file is the same, bit for bit. RUN, CATALOGUE and FILE may be at addresses, such as
s3://bucket/shop.
"""

import argparse
import contextlib
import re

from fashion_models.cli import options
from fashion_models.errors import UserError
from fashion_models.plural import counted

NAME = 'embed'
EXAMPLES = '''\
fashion-models embed runs/shop shop -o shop.embeddings
fashion-models embed runs/shop shop -o listings.embeddings --listings
fashion-models embed runs/shop shop -o shop.embeddings --update
fashion-models embed runs/shop shop -o small.embeddings --pca 128 --float16
fashion-models embed towers/fashionclip.onnx shop -o shop.embeddings
fashion-models embed runs/shop shop -o part-3.embeddings --shard 3/8
fashion-models embed runs/shop s3://bucket/shop -o s3://bucket/shop.embeddings --ray auto'''

#: What cannot be used where the catalogue is embedded in parts, and why.
_NOT_OF_PARTS = {
    'update': 'few products are new each day: embed them on one machine, from a folder',
    'pca': 'it is fitted to all vectors',
    'store': 'pictures are decoded as they are needed'}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.encoder(parser, anywhere=True)
    parser.add_argument('catalogue', metavar='CATALOGUE', type=options.place,
                        help='a catalogue folder')
    parser.add_argument('-o', '--output', metavar='FILE', type=options.place, required=True,
                        help='the file of embeddings to write')
    per = parser.add_mutually_exclusive_group()
    per.add_argument('--listings', dest='per', action='store_const', const='listing',
                     default='product', help='a vector for each listing instead of each product')
    per.add_argument('--images', dest='per', action='store_const', const='image',
                     help='a vector for each image instead of each product')
    options.split(parser)
    parser.add_argument('--update', action='store_true',
                        help='take from FILE the vectors of products whose pictures have not '
                             'changed; with --pca, the full vectors are kept in FILE.whole')
    parser.add_argument('--without-labels', dest='with_labels', action='store_false',
                        help='the representation alone, as in the article; by default the '
                             'probabilities of the subcategory and the colour are part of a '
                             'vector, too, by which more of the nearest have the same')
    parser.add_argument('--float16', action='store_true',
                        help='half-precision numbers, which take half the space')
    parser.add_argument('--pca', metavar='D', type=options.positive,
                        help='reduce the vectors to D numbers, the principal components of the '
                             'training split')
    parts = parser.add_mutually_exclusive_group()
    parts.add_argument('--shard', metavar='I/N', type=_shard,
                       help='embed only part I of N, to be merged by "embeddings merge"')
    parts.add_argument('--ray', metavar='ADDRESS', nargs='?', const='', type=_address,
                       help='embed on a Ray cluster of which this machine is part: its HOST:PORT, '
                            'or auto; without ADDRESS, on one that is started here')
    options.snapshot(parser)
    options.devices(parser)
    options.precision(parser)
    options.store(parser)


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.remote import is_address, staged, without_password
    from fashion_models.representation.shards.shipping import catalogue_at

    how = ('--shard' if arguments.shard else '--ray' if arguments.ray is not None
           else 'a CATALOGUE at an address' if is_address(arguments.catalogue) else '')
    for option, reason in _NOT_OF_PARTS.items():
        if how and getattr(arguments, option):
            raise UserError(f'--{option}: cannot be used with {how}; {reason}')
    if arguments.update and is_address(arguments.output):
        raise UserError(f'--update: found {without_password(arguments.output)}, expected a FILE '
                        'on this machine')
    with contextlib.ExitStack() as stack:
        encoder = _encoder(arguments, stack)
        catalogue = stack.enter_context(catalogue_at(arguments.catalogue))
        file = stack.enter_context(staged(arguments.output))
        if arguments.shard:
            text = _embed_shard(encoder, catalogue, file, arguments)
        elif how:
            text = _embed_together(encoder, catalogue, file, arguments)
        else:
            text = _embed(encoder, catalogue, file, arguments)
    # The file may have been copied to an address only now.
    print(f'{without_password(arguments.output)}: {text}')


def _encoder(arguments, stack):
    from fashion_models.cli.encoders import encoder_at
    from fashion_models.remote import is_address
    from fashion_models.representation.encoder import Encoder
    from fashion_models.representation.shards.shipping import run_at

    # On a cluster, this process only tells what computes.
    on_cpu, devices = arguments.ray is not None, arguments.devices
    if is_address(arguments.run):
        run = stack.enter_context(run_at(arguments.run, arguments.snapshot))
        devices = '@numpy' if on_cpu else devices or run.recipe.training.devices
        return Encoder(run, arguments.snapshot, devices,
                       precision=arguments.precision or 'float32',
                       with_labels=arguments.with_labels)
    return encoder_at(arguments.run, arguments.snapshot, None if on_cpu else devices,
                      arguments.precision, on_cpu, arguments.with_labels)


def _embed(encoder, catalogue, file, arguments):
    from fashion_models.representation.embed import embed

    updates = []
    embeddings = embed(
        encoder, catalogue, file, arguments.per, arguments.split, _dtype(arguments),
        arguments.pca, arguments.store, update=arguments.update, told=updates.append)
    text = _summary(embeddings)
    if arguments.update:
        update, = updates
        text += (f'\n{update.computed:,} computed, {update.kept:,} kept, '
                 f'{update.discarded:,} discarded')
    return text


def _embed_shard(encoder, catalogue, file, arguments):
    from fashion_models.representation.shards import Shard, embed_shard

    shard = Shard(*arguments.shard)
    embeddings = embed_shard(encoder, catalogue, file, shard, arguments.per, arguments.split,
                             _dtype(arguments))
    header = embeddings.header
    return (f'shard {shard}, {counted(len(embeddings), header["per"])}, {header["size"]} numbers '
            'each')


def _embed_together(encoder, catalogue, file, arguments):
    from fashion_models.representation.shards import Cluster, embed_together

    options = arguments.per, arguments.split, _dtype(arguments)
    if arguments.ray is None:
        return _summary(embed_together(encoder, catalogue, file, *options))
    device = arguments.devices and ('cpu' if arguments.devices.startswith('@numpy') else 'gpu')
    with Cluster(encoder, catalogue, arguments.ray or None, device) as cluster:
        return _summary(
            embed_together(encoder, catalogue, file, *options, cluster.compute))


def _dtype(arguments):
    return 'float16' if arguments.float16 else 'float32'


def _summary(embeddings):
    header = embeddings.header
    megabytes = embeddings.file.stat().st_size / 1e6
    kept = f' (PCA, {header["pca"]["variance"]:.1%} of the variance)' if 'pca' in header else ''
    return (f'{counted(len(embeddings), header["per"])}, '
            f'{header["size"]} numbers each{kept}, {megabytes:.1f} MB')


def _shard(text):
    """The type of ``--shard``: two whole numbers."""
    match = re.fullmatch(r'(\d{1,9})/(\d{1,9})', text)
    numbers = tuple(map(int, match.groups())) if match else (0, 0)
    if not 1 <= numbers[0] <= numbers[1]:
        raise argparse.ArgumentTypeError(
            f'found {text}, expected I/N with I from 1 to N, as in 3/8')
    return numbers


def _address(text):
    """The type of the address of a cluster."""
    if text and not re.fullmatch(r'auto|[^/:]+:\d{1,5}', text):
        raise argparse.ArgumentTypeError(
            f'found {text}, expected HOST:PORT or auto, or nothing after --ray, the last option')
    return text
