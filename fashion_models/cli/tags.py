"""``fashion-models tags``: which words of listings are true of their pictures."""

import argparse
import json
import pathlib
import tempfile

from fashion_models.errors import UserError


def add_parser(subparsers):
    """Adds the command to those of ``fashion-models``."""
    parser = subparsers.add_parser(
        'tags', help="say which words of the products' texts are true of their pictures",
        description='Finds colour, category and style words in titles and descriptions, and says '
                    'which of them the pictures support and which do not, and what the pictures '
                    "show and the texts leave out. What words look like is learned from the "
                    "catalogue's training and validation products, or from another's (--words).",
        epilog='''\
examples:
  fashion-models tags runs/shop shop --split test
  fashion-models tags runs/shop shop --embeddings shop.embeddings --json > tags.jsonl
  fashion-models tags runs/shop shop --save words.npz --product 1163
  fashion-models tags runs/shop new-shop --words words.npz''',
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('run', metavar='RUN', help='a run folder')
    parser.add_argument('catalogue', metavar='CATALOGUE', help='a catalogue folder')
    parser.add_argument('--embeddings', metavar='FILE',
                        help='what "fashion-models embed" wrote of the whole catalogue; saves the '
                             'time to embed it again')
    words = parser.add_mutually_exclusive_group()
    words.add_argument('--words', metavar='FILE', help='use what --save kept instead of learning')
    words.add_argument('--save', metavar='FILE', help='keep what was learned (.npz)')
    parser.add_argument('--split', choices=('train', 'validation', 'test'),
                        help='only products of this split; those of "train" taught the words')
    parser.add_argument('--product', metavar='ID', nargs='+', help='only these products')
    parser.add_argument('--keep', type=float, metavar='P',
                        help='keep words of a text from this probability on (default: 0.5)')
    parser.add_argument('--propose', type=float, metavar='P',
                        help='name words that it lacks from this probability on (default: 0.8)')
    parser.add_argument('--json', action='store_true', help='print a JSON object a product')
    parser.set_defaults(func=_tags)


def _tags(arguments):
    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.catalogue.split import split_of
    from fashion_models.representation.embeddings import open_embeddings
    from fashion_models.representation.tags.tagger import KEEP, PROPOSE, Tagger, learn_tags, text_of
    from fashion_models.training.run import Run

    keep, propose = (
        default if given is None else _probability(name, given) for name, given, default in (
            ('keep', arguments.keep, KEEP), ('propose', arguments.propose, PROPOSE)))
    if arguments.save and not pathlib.Path(arguments.save).absolute().parent.is_dir():
        raise UserError(f'--save {arguments.save}: there is no such folder')
    run = Run.open(arguments.run)
    catalogue = open_catalogue(arguments.catalogue)
    tagger = Tagger.load(arguments.words) if arguments.words else None
    with tempfile.TemporaryDirectory() as folder:
        embeddings = open_embeddings(
            arguments.embeddings or _embed(run, catalogue, pathlib.Path(folder)))
        _check(embeddings, run, catalogue)
        if tagger is None:
            tagger = learn_tags(catalogue.products, embeddings, run.vocabulary.labels)
        tagger.check(embeddings)
        if arguments.save:
            tagger.save(arguments.save)
        for id in arguments.product or ():
            embeddings.row(id)
        wanted = set(arguments.product or ())
        rows = {id: row for row, id in enumerate(embeddings.ids)}
        for product in catalogue.products:
            if (product.id not in rows or wanted and product.id not in wanted
                    or arguments.split and split_of(product.group) != arguments.split):
                continue
            row = rows[product.id]
            log_odds = tagger.log_odds(embeddings.vectors[row:row + 1])[0]
            judged = [(listing, tagger.judge(text_of(listing), log_odds, keep, propose))
                      for listing in product.listings]
            print(_json(product, judged) if arguments.json else _text(product, judged))


def _probability(name, value):
    if not 0 < value < 1:
        raise UserError(f'--{name} {value:g}: expected a probability, more than 0 and less than 1')
    return value


def _embed(run, catalogue, folder):
    from fashion_models.representation.embed import embed
    from fashion_models.representation.encoder import Encoder

    return embed(Encoder(run), catalogue, folder / 'products.embeddings').file


def _check(embeddings, run, catalogue):
    """The vectors must be of products, of this catalogue's, and of this run's network."""
    from fashion_models.files import sha256
    from fashion_models.training.snapshots import BEST

    if embeddings.header['per'] != 'product':
        raise UserError(f'{embeddings.file}: holds a vector for each {embeddings.header["per"]}, '
                        'expected one for each product')
    if embeddings.header.get('snapshot_sha256') != sha256(run.snapshots / BEST):
        raise UserError(f'{embeddings.file}: was not made with the best network of {run.folder}')
    if embeddings.header.get('catalogue_hash') != catalogue.hash():
        raise UserError(
            f'{embeddings.file}: is not of {catalogue.folder} as it is now, but of '
            f'{embeddings.header.get("catalogue")}; embed the catalogue anew, or leave out '
            '--embeddings')


def _json(product, judged):
    return json.dumps({'id': product.id, 'listings': [
        {'retailer': listing.retailer, 'title': listing.title, **tags.record()}
        for listing, tags in judged]}, ensure_ascii=False)


def _text(product, judged):
    lines = []
    for listing, tags in judged:
        lines.append('  '.join(filter(None, (product.id, listing.retailer, listing.title))))
        for name in 'kept', 'rejected', 'missing':
            words = [f'{tag.said or tag.word.name} {tag.probability:.2f}'
                     for tag in getattr(tags, name)]
            lines.append(f'    {name:10}{" · ".join(words) or "-"}')
    return '\n'.join(lines)
