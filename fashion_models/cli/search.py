"""``fashion-models search`` and ``index``: the products most similar to one, or to pictures."""

import argparse
import json
import pathlib
import time

from fashion_models.catalogue.records import Listing, Product
from fashion_models.cli.showing import catalogue_folder, drawable, ranked_table
from fashion_models.errors import UserError


def add_parser(subparsers):
    """Adds the commands to those of ``fashion-models``."""
    _add_search(subparsers)
    _add_index(subparsers)


def _add_search(subparsers):
    parser = subparsers.add_parser(
        'search', help='find the products most similar to one, or to pictures',
        description='Finds the products most similar to one of the file, or to one seen in '
                    'pictures only. Up to 100,000 are all compared; more are searched by an index, '
                    'which the first search builds.',
        epilog='''\
examples:
  fashion-models search shop.embeddings --product 1234
  fashion-models search shop.embeddings --product 1234 -k 20 --where gender=female,type=shoes
  fashion-models search shop.embeddings --image front.jpg back.jpg -o neighbours.png''',
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('file', metavar='FILE', type=pathlib.Path,
                        help='what "fashion-models embed" wrote')
    query = parser.add_mutually_exclusive_group(required=True)
    query.add_argument('--product', metavar='ID', help='one of the file; itself is not found')
    query.add_argument('--image', metavar='IMAGE', nargs='+', type=pathlib.Path,
                       help='pictures of one product')
    parser.add_argument('-k', type=int, default=10, metavar='N',
                        help='how many to find (default: 10)')
    parser.add_argument('--where', action='append', default=[], metavar='TASK=LABEL,…',
                        help='only among products with all of these labels')
    parser.add_argument('--other-groups', action='store_true',
                        help="leave out the product's own group, such as its other colours")
    parser.add_argument('--exact', action='store_true',
                        help='compare all, however many there are')
    parser.add_argument('--run', metavar='RUN', type=pathlib.Path,
                        help='the run that made FILE, to see --image with; where it was moved to')
    parser.add_argument('--json', action='store_true', help='print JSON instead of a table')
    parser.add_argument('-o', '--output', metavar='PICTURE', type=pathlib.Path,
                        help='draw query and neighbours; the ending says the format (.png)')
    parser.add_argument('--catalogue', metavar='DIR', type=pathlib.Path,
                        help='where the pictures for -o are; the catalogue that FILE was made of, '
                             'if it was moved')
    parser.set_defaults(func=_search)


def _search(arguments):
    from fashion_models.catalogue.show import picture_kind
    from fashion_models.representation.embeddings import open_embeddings
    from fashion_models.representation.labels import parse_where
    from fashion_models.representation.search.searcher import Searcher, encoder_of

    if arguments.k < 1:
        raise UserError(f'-k {arguments.k}: expected 1 or more')
    if arguments.other_groups and arguments.image:
        raise UserError('--other-groups: pictures have no group; leave it out, or give --product')
    kind = picture_kind(arguments.output) if arguments.output else None
    where = parse_where(arguments.where)
    embeddings = open_embeddings(arguments.file)
    # What is wrong with the query shall be said before an index is built.
    if arguments.product is not None:
        query = embeddings.items[embeddings.row(arguments.product)]
        searcher = Searcher(embeddings, arguments.exact)
        hits = searcher.like(query.id, arguments.k, where, arguments.other_groups)
    else:
        query = arguments.image
        vector = embeddings.project(encoder_of(embeddings, arguments.run).embed(query))
        hits = Searcher(embeddings, arguments.exact).nearest(vector, arguments.k, where)
    if arguments.json:
        print(json.dumps(_record(arguments, where, hits), ensure_ascii=False, indent=1))
    else:
        print(_table(hits))
    if arguments.output:
        _draw(arguments, kind, embeddings, query, hits)


def _record(arguments, where, hits):
    query = ({'product': arguments.product} if arguments.product is not None
             else {'images': [str(image) for image in arguments.image]})
    return {'file': str(arguments.file), 'query': query, 'where': where, 'hits': [
        {'rank': hit.rank, 'similarity': round(hit.similarity, 6), **hit.item.record()}
        for hit in hits]}


def _table(hits):
    if not hits:
        return 'no product fits'
    return ranked_table([(hit.rank, hit.similarity, hit.item) for hit in hits], 'similarity')


def _draw(arguments, kind, embeddings, query, hits):
    from fashion_models.catalogue.show import contact_sheet
    from fashion_models.files import atomic_write

    folder = catalogue_folder(embeddings, arguments.catalogue)
    products = [drawable(hit.item, f'{hit.rank} · {hit.similarity:.3f}') for hit in hits]
    for product in products:
        for image in product.images:
            if not (folder / image).is_file():
                raise UserError(
                    f'{folder}: has no {image} of product {product.id}; expected the catalogue '
                    f'that {arguments.file} was made of')
    if arguments.product is not None:
        products.insert(0, drawable(query, 'query'))
    else:
        images = [str(image.resolve()) for image in query]
        products.insert(0, Product('query', 'query', {}, [Listing(title='query', images=images)]))
    try:
        with atomic_write(arguments.output) as file:
            contact_sheet(folder, products).save(file, kind)
    except OSError as error:
        raise UserError(f'-o {arguments.output}: {error.strerror or error}') from error


def _add_index(subparsers):
    parser = subparsers.add_parser(
        'index', help='build the index that a search among more than 100,000 products uses',
        description='Builds the index of a file, FILE.index, which the first search would build '
                    'otherwise.')
    parser.add_argument('file', metavar='FILE', type=pathlib.Path,
                        help='what "fashion-models embed" wrote')
    parser.set_defaults(func=_index)


def _index(arguments):
    from fashion_models.representation.embeddings import open_embeddings
    from fashion_models.representation.search.index import build_index, index_folder
    from fashion_models.representation.search.searcher import EXACT_LIMIT

    count = len(open_embeddings(arguments.file))
    if count <= EXACT_LIMIT:
        print(f'{arguments.file}: {count:,} vectors are searched without an index')
        return
    started = time.monotonic()
    build_index(arguments.file)
    folder = index_folder(arguments.file)
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f'{folder}: {count:,} vectors, {size / 2**20:,.0f} MiB, '
          f'{time.monotonic() - started:.0f} s')
