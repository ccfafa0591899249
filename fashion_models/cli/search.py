"""Find the products most similar to a given one, or to pictures.

Compares the product with up to 100,000 others one by one; more than that are searched through an
index, which the first search builds. In place of a file of embeddings, a database that it was
published in (see "publish") answers the same.
"""

import argparse
import functools

from fashion_models.cli import options
from fashion_models.cli.tables import ranked_table
from fashion_models.cli.writing import beside
from fashion_models.errors import UserError
from fashion_models.surrogates import json_text

NAME = 'search'
EXAMPLES = '''\
fashion-models search shop.embeddings --product 1234
fashion-models search shop.embeddings --product 1234 -k 20 --where gender=female,type=shoes
fashion-models search shop.embeddings --image front.jpg back.jpg -o neighbours.png
fashion-models search postgresql://me@db.example.com/shop --product 1234'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.searched(parser)
    query = parser.add_mutually_exclusive_group(required=True)
    query.add_argument('--product', metavar='ID',
                       help='find products similar to this one, which is not listed itself')
    query.add_argument('--image', metavar='IMAGE', nargs='+', type=options.path,
                       help='find products similar to the one in these image files')
    options.top(parser, 10)
    options.where(parser)
    parser.add_argument('--other-groups', action='store_true',
                        help="leave out the product's own group, such as its other colours")
    parser.add_argument('--exact', action='store_true',
                        help='compare with all products, however many, without an index')
    parser.add_argument('--run', metavar='RUN', type=options.path,
                        help='for --image: the run that made EMBEDDINGS, if it was moved since')
    options.json(parser)
    options.output(parser, 'PICTURE', 'draw the query and its neighbours into this picture; its '
                                      'ending names the format (.png)', required=False,
                   kind=options.file_to_write)
    options.moved_catalogue(parser)


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.catalogue.show import picture_kind
    from fashion_models.representation.embeddings import open_embeddings
    from fashion_models.representation.postgres import is_database, open_table
    from fashion_models.representation.search.searcher import Searcher

    if arguments.other_groups and arguments.image:
        raise UserError('--other-groups: pictures have no group; leave it out, or give --product')
    if arguments.run and not arguments.image:
        raise UserError('--run: made the vectors that --image is compared with; give that, or '
                        'leave it out')
    if arguments.catalogue and not arguments.output:
        raise UserError('--catalogue: has the pictures that -o draws; give that, or leave it out')
    if arguments.output:
        picture_kind(arguments.output)
    if is_database(arguments.file):
        with open_table(arguments.file, arguments.table, arguments.exact) as table:
            _search(arguments, table, lambda: table)
    elif not arguments.file.is_file():
        what = ('this folder holds no database' if arguments.file.is_dir()
                else 'there is no such file or folder')
        raise UserError(
            f'{arguments.file}: {what}; expected a file of embeddings that "embed" wrote, or a '
            'database: its address, as in postgresql://user@host/name, or the folder of an '
            'embedded one')
    elif arguments.table:
        raise UserError(f'--table: {arguments.file} is no database; leave it out')
    else:
        embeddings = open_embeddings(arguments.file)
        _search(arguments, embeddings, lambda: Searcher(embeddings, arguments.exact))


def _search(arguments, embeddings, searcher):
    """Searches, and prints what was found.

    Args:
        arguments: Of the command.
        embeddings: A file's, or a table.
        searcher: Makes what searches; an error in the query comes before the time that this takes.
    """
    from fashion_models.representation.labels import parse_where
    from fashion_models.representation.search.searcher import encoder_of

    where = parse_where(arguments.where, embeddings.tasks)
    if arguments.product is not None:
        query = embeddings.item(arguments.product)
        hits = searcher().like(query.id, arguments.k, where, arguments.other_groups)
    else:
        query = arguments.image
        vector = embeddings.project(encoder_of(embeddings, arguments.run).embed(query))
        hits = searcher().nearest(vector, arguments.k, where)
    draw = functools.partial(_draw, arguments, embeddings, query, hits)
    with beside(arguments.output and draw):
        if arguments.json:
            print(json_text(
                _record(arguments, str(embeddings.file), where, hits), indent=1))
        elif hits:
            print(ranked_table(
                [(hit.rank, hit.similarity, hit.item) for hit in hits], 'similarity'))
        else:
            print('no product fits')


def _record(arguments, file, where, hits):
    query = ({'product': arguments.product} if arguments.product is not None
             else {'images': [str(image) for image in arguments.image]})
    return {'file': file, 'query': query, 'where': where, 'hits': [
        {'rank': hit.rank, 'similarity': round(hit.similarity, 6), **hit.item.record()}
        for hit in hits]}


def _draw(arguments, embeddings, query, hits):
    from fashion_models.representation import pictures

    first = (pictures.drawable(query, 'query') if arguments.product is not None
             else pictures.of_files(query, 'query'))
    folder = pictures.catalogue_folder(embeddings, arguments.catalogue)
    pictures.draw(arguments.output, folder, [first, *(
        pictures.drawable(hit.item, f'{hit.rank} · {hit.similarity:.3f}') for hit in hits)])
