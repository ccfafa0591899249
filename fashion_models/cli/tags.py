"""Say which words of the products' texts are true of their pictures.

Finds colour, category and style words in titles and descriptions, and prints which of them the
pictures support (kept), which they do not (rejected), and what they show that the texts leave out
(missing). What words look like is learned from the catalogue's training and validation products,
unless --words names a file that was learned before.
"""

import argparse
import functools
import pathlib
import tempfile

from fashion_models.cli import options
from fashion_models.cli.writing import beside
from fashion_models.errors import UserError
from fashion_models.surrogates import json_text
from fashion_models.terminal import visible

NAME = 'tags'
EXAMPLES = '''\
fashion-models tags runs/shop shop --split test
fashion-models tags runs/shop shop --embeddings shop.embeddings --json > tags.jsonl
fashion-models tags runs/shop shop --save words.npz --product 1163
fashion-models tags runs/shop new-shop --words words.npz
fashion-models tags towers/fashionclip.onnx shop'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.encoder(parser)
    options.catalogue(parser)
    parser.add_argument('--embeddings', metavar='FILE', type=options.path,
                        help='the embeddings of the whole catalogue, written by "embed"; without '
                             'them, the catalogue is embedded first')
    words = parser.add_mutually_exclusive_group()
    words.add_argument('--words', metavar='FILE', type=options.path,
                       help='use the words that --save kept instead of learning them')
    words.add_argument('--save', metavar='FILE', type=options.path,
                       help='keep the words that were learned (.npz)')
    options.split(parser)
    parser.add_argument('--product', metavar='ID', nargs='+', help='only these products')
    parser.add_argument('--keep', type=float, metavar='P',
                        help='keep words of a text from this probability on (default: 0.5)')
    parser.add_argument('--propose', type=float, metavar='P',
                        help='propose words that a text lacks from this probability on (default: '
                             '0.8)')
    options.json(parser, 'print a JSON object for each product, one a line')


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.cli.encoders import encoder_at
    from fashion_models.data.vocabulary import Vocabulary
    from fashion_models.representation.embeddings import open_embeddings
    from fashion_models.representation.image_tower import is_tower
    from fashion_models.representation.tags.learning import learn_tags
    from fashion_models.representation.tags.products import check_embeddings, judged_products
    from fashion_models.representation.tags.tagger import KEEP, PROPOSE, Tagger

    keep, propose = (
        default if given is None else _probability(name, given) for name, given, default in (
            ('keep', arguments.keep, KEEP), ('propose', arguments.propose, PROPOSE)))
    if arguments.save and not arguments.save.absolute().parent.is_dir():
        raise UserError(f'--save {arguments.save}: there is no such folder')
    embeddings = open_embeddings(arguments.embeddings) if arguments.embeddings else None
    with_labels = (is_tower(arguments.run) or embeddings is None
                   or 'tower' in embeddings.header or 'labels' in embeddings.header)
    encoder = encoder_at(arguments.run, on_cpu=True, with_labels=with_labels)
    catalogue = open_catalogue(arguments.catalogue)
    tagger = Tagger.load(arguments.words) if arguments.words else None
    with tempfile.TemporaryDirectory() as folder:
        if embeddings is None:
            embeddings = _embed(encoder, catalogue, pathlib.Path(folder))
        check_embeddings(embeddings, encoder, catalogue)
        if tagger is None:
            # What a tower was not taught, the catalogue knows.
            vocabulary = encoder.run.vocabulary if encoder.run else Vocabulary.of(
                catalogue.products, catalogue.tasks)
            tagger = learn_tags(catalogue.products, embeddings, vocabulary.labels)
        tagger.check(embeddings)
        with beside(arguments.save and functools.partial(tagger.save, arguments.save)):
            for product, judged in judged_products(
                    tagger, catalogue, embeddings, keep, propose, arguments.product or (),
                    arguments.split):
                print(_json(product, judged) if arguments.json
                      else visible(_text(product, judged)))


def _probability(name, value):
    if not 0 < value < 1:
        raise UserError(f'--{name} {value:g}: expected a probability, more than 0 and less than 1')
    return value


def _embed(encoder, catalogue, folder):
    from fashion_models.representation.embed import embed

    return embed(encoder, catalogue, folder / 'products.embeddings')


def _json(product, judged):
    return json_text({'id': product.id, 'listings': [
        {'retailer': listing.retailer, 'title': listing.title, **tags.record()}
        for listing, tags in judged]})


def _text(product, judged):
    lines = []
    for listing, tags in judged:
        lines.append('  '.join(filter(None, (product.id, listing.retailer, listing.title))))
        for name in 'kept', 'rejected', 'missing':
            words = [f'{tag.said or tag.word.name} {tag.probability:.2f}'
                     for tag in getattr(tags, name)]
            lines.append(f'    {name:10}{" · ".join(words) or "-"}')
    return '\n'.join(lines)
