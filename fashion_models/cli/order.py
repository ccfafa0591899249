"""Order products for a shopper, or as a merchandiser would.

Orders by what a shopper liked and disliked, leaving those products out, or as a person ordered
others: in lists.csv, with the columns list, product and rank, where rank 1 goes first.
"""

import argparse
import functools
import sys
import zipfile

from fashion_models.cli import options
from fashion_models.cli.tables import ranked_table
from fashion_models.cli.writing import beside
from fashion_models.errors import UserError
from fashion_models.parsing import content, require_plain
from fashion_models.plural import counted
from fashion_models.surrogates import json_text

NAME = 'order'
EXAMPLES = '''\
fashion-models order shop.embeddings --liked 1234 1260 --disliked 77
fashion-models order shop.embeddings --liked 1234 --where gender=female,type=shoes -o page.html
fashion-models order shop.embeddings --like-merchandiser lists.csv --save spring.npz
fashion-models order new.embeddings --like-merchandiser spring.npz --products new-in.txt'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.embeddings(parser)
    taste = parser.add_mutually_exclusive_group(required=True)
    taste.add_argument('--liked', metavar='ID', nargs='+', help='products that the shopper liked')
    taste.add_argument('--like-merchandiser', metavar='FILE', type=options.path, dest='examples',
                       help='ordered lists to learn from (CSV), or what --save kept of them')
    parser.add_argument('--disliked', metavar='ID', nargs='+', default=[],
                        help='products that the shopper did not like')
    parser.add_argument('--save', metavar='FILE', type=options.path,
                        help='keep what --like-merchandiser learned, to order other products by it '
                             '(.npz)')
    options.encoding(parser, 'the lists and of --products')
    parser.add_argument('--products', metavar='FILE', type=options.path,
                        help='order only these: a text file with one id a line')
    options.where(parser)
    parser.add_argument('--diversity', type=float, metavar='SHARE',
                        help='how much variety counts beside relevance, from 0 (not at all) to '
                             'less than 1 (default: 0.2)')
    options.top(parser, 50)
    options.json(parser)
    options.output(parser, 'PAGE', 'write a page with pictures (.html)', required=False,
                   kind=options.file_to_write)
    options.moved_catalogue(parser)


def run(arguments: argparse.Namespace) -> None:
    import numpy as np

    from fashion_models.representation.embeddings import open_embeddings
    from fashion_models.representation.labels import Labels, parse_where
    from fashion_models.representation.linear import Whitening
    from fashion_models.representation.ordering.order import DIVERSITY, order_products
    from fashion_models.representation.pictures import catalogue_folder

    if arguments.disliked and not arguments.liked:
        raise UserError('--disliked: needs --liked')
    if both := sorted({*(arguments.liked or ())}.intersection(arguments.disliked)):
        raise UserError(f'--disliked: {both[0]} is among those of --liked, too')
    if arguments.save and not arguments.examples:
        raise UserError('--save: keeps what --like-merchandiser learned; give that, or leave it '
                        'out')
    if arguments.encoding and not (arguments.examples or arguments.products):
        raise UserError('--encoding: is that of the lists of --like-merchandiser and of '
                        '--products; leave it out')
    if arguments.catalogue and not arguments.output:
        raise UserError('--catalogue: has the pictures that -o shows; give that, or leave it out')
    if arguments.output and arguments.output.suffix.lower() not in ('.html', '.htm'):
        raise UserError(f'-o {arguments.output}: a page ends in .html')
    embeddings = open_embeddings(arguments.file)
    where = parse_where(arguments.where, embeddings.tasks)
    folder = catalogue_folder(embeddings, arguments.catalogue) if arguments.output else None
    seen = [embeddings.row(id) for id in [*(arguments.liked or ()), *arguments.disliked]]
    if arguments.products:
        chosen = np.zeros(len(embeddings), bool)
        chosen[[embeddings.row(id) for id in _ids(arguments)]] = True
    else:
        chosen = np.ones(len(embeddings), bool)
    if where:
        chosen &= Labels.of(embeddings.items, embeddings.tasks).allowed(where)
    chosen[seen] = False
    if not chosen.any():
        raise UserError('there is no product to order: the options leave none')
    whitening = Whitening(embeddings.vectors)
    taste = _taste(arguments, embeddings, seen, whitening)
    diversity = DIVERSITY if arguments.diversity is None else arguments.diversity
    order = order_products(
        embeddings, taste.relevance, np.flatnonzero(chosen), diversity, arguments.k, whitening)
    page = functools.partial(_write_page, arguments, embeddings, seen, order, folder)
    with (beside(arguments.save and functools.partial(taste.save, arguments.save)),
          beside(arguments.output and page)):
        if arguments.json:
            print(json_text({
                'file': str(arguments.file), 'liked': arguments.liked or [],
                'disliked': arguments.disliked,
                'examples': str(arguments.examples) if arguments.examples else None,
                'where': where, 'diversity': diversity, 'order': [
                    {'rank': entry.rank, 'relevance': round(entry.relevance, 6),
                     **entry.item.record()} for entry in order]}, indent=1))
        else:
            print(ranked_table(
                [(entry.rank, entry.relevance, entry.item) for entry in order], 'relevance'))


def _taste(arguments, embeddings, seen, whitening):
    """What tells the relevance of products: a Shopper or a LinearOrder."""
    from fashion_models.representation.ordering.merchandiser import (
        LinearOrder,
        learn_order,
        read_ranked_lists,
    )
    from fashion_models.representation.ordering.order import Shopper

    if arguments.liked:
        count = len(arguments.liked)
        return Shopper(whitening, embeddings.vectors[seen[:count]],
                       embeddings.vectors[seen[count:]])
    require_plain(arguments.examples)
    if zipfile.is_zipfile(arguments.examples):
        order = LinearOrder.load(arguments.examples)
        order.check(embeddings)
    else:
        order = learn_order(read_ranked_lists(arguments.examples, arguments.encoding),
                            embeddings, whitening)
        facts = order.facts
        judged = ('one list is too few to measure how well' if facts['tau'] is None else
                  f"Kendall's tau on held-out lists {facts['tau']:.2f}")
        print(f'{arguments.examples}: {counted(facts["pairs"], "pair")} of '
              f'{counted(facts["lists"], "list")}; {judged}',
              file=sys.stderr)
    return order


def _ids(arguments):
    path = arguments.products
    try:
        lines = content(path).decode(arguments.encoding or 'utf-8-sig').splitlines()
    except LookupError as error:
        raise UserError(f'--encoding {arguments.encoding}: {error}') from None
    except (OSError, ValueError) as error:
        raise UserError(f'--products {path}: cannot be read: {error}') from error
    ids = [line.strip() for line in lines if line.strip()]
    if not ids:
        raise UserError(f'--products {path}: holds no id; expected one a line')
    return ids


def _write_page(arguments, embeddings, seen, order, folder):
    from fashion_models.representation.page import write_page

    count = len(arguments.liked or ())
    sections = [(heading, [(embeddings.items[row], '') for row in rows])
                for heading, rows in (('Liked', seen[:count]), ('Disliked', seen[count:])) if rows]
    sections.append(('In order', [
        (entry.item, f'{entry.rank} · relevance {entry.relevance:.3f}') for entry in order]))
    title = ('For somebody who liked these' if arguments.liked
             else f'Ordered as in {arguments.examples.name}')
    write_page(arguments.output, title, sections, folder)
