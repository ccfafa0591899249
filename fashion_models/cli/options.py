"""Arguments that several commands have, each declared once."""

import argparse
import pathlib
from collections.abc import Callable

from fashion_models.catalogue.split import SPLITS
from fashion_models.parsing import whole_number
from fashion_models.remote import local_path as path
from fashion_models.remote import without_password


def run(parser: argparse.ArgumentParser) -> None:
    """The positional ``run``."""
    parser.add_argument('run', metavar='RUN', type=path, help='a run folder, written by "train"')


def encoder(parser: argparse.ArgumentParser, anywhere: bool = False) -> None:
    """The positional ``run``, where an image tower will do, too, or, anywhere, an address."""
    parser.add_argument('run', metavar='RUN', type=place if anywhere else path,
                        help='a run folder, written by "train"; or an image tower (.onnx), with a '
                             '.toml of the same name beside it')


def file_to_write(text: str) -> pathlib.Path:
    """The type of an argument that is a file to write, in a folder that is there."""
    file = path(text)
    if not file.absolute().parent.is_dir():     # said before hours of computing, not after
        raise argparse.ArgumentTypeError(f'found {text}, and there is no folder {file.parent}')
    return file


def place(text: str) -> pathlib.Path | str:
    """The type of an argument that is a path on this machine, or an address (a text)."""
    return text if '://' in text else pathlib.Path(text)


def _path_or_database(text):
    """The type of an argument that is a path on this machine, or a database's address (a text)."""
    from fashion_models.representation.postgres.connection import is_address

    if is_address(text):
        return text
    if '://' in text:
        raise argparse.ArgumentTypeError(
            f'found {without_password(text)}, expected a path on this machine, or a database as in '
            'postgresql://user@host/name; only "embed" and "embeddings merge" take addresses of '
            'files')
    return pathlib.Path(text)


def catalogue(parser: argparse.ArgumentParser) -> None:
    """The positional ``catalogue``."""
    parser.add_argument('catalogue', metavar='CATALOGUE', type=path,
                        help='a catalogue folder')


def new_catalogue(parser: argparse.ArgumentParser) -> None:
    """The positional ``folder`` of a catalogue to write, and whether it may replace one."""
    parser.add_argument('folder', metavar='DIR', type=path,
                        help='the folder of the new catalogue')
    overwrite(parser, 'the catalogue that DIR holds')


def embeddings(parser: argparse.ArgumentParser) -> None:
    """The positional ``file``."""
    parser.add_argument('file', metavar='EMBEDDINGS', type=path,
                        help='a file of embeddings, written by "embed"')


def searched(parser: argparse.ArgumentParser) -> None:
    """The positional ``file``, or a database (a text)."""
    parser.add_argument(
        'file', metavar='EMBEDDINGS', type=_path_or_database,
        help='a file of embeddings, written by "embed", or the database that it was published in: '
             'postgresql://user@host/name, or the folder of an embedded one')
    table(parser, 'the only one')


def table(parser: argparse.ArgumentParser, default: str) -> None:
    """``--table``."""
    parser.add_argument('--table', metavar='NAME',
                        help=f'the table of the database (default: {default})')


def images(parser: argparse.ArgumentParser) -> None:
    """The positional ``images``."""
    parser.add_argument('images', metavar='IMAGE', nargs='+', type=path,
                        help='the image files of one product, one or more')


def output(parser: argparse.ArgumentParser, metavar: str, text: str, required: bool = True,
           kind: Callable[[str], pathlib.Path] = path) -> None:
    """``-o/--output``: the folder that the command writes, or, of :func:`file_to_write`, the file.

    argparse takes ``--out`` for it, as it does any beginning of an option that is unambiguous.
    """
    parser.add_argument('-o', '--output', metavar=metavar, type=kind, required=required,
                        help=text)


def overwrite(parser: argparse.ArgumentParser, what: str) -> None:
    """``--overwrite``."""
    parser.add_argument('--overwrite', action='store_true', help=f'replace {what}')


def link(parser: argparse.ArgumentParser, what: str) -> None:
    """``--link``."""
    parser.add_argument('--link', action='store_true',
                        help=f'link the images to those of {what} instead of copying them')


def recipe(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """``--recipe``."""
    parser.add_argument(
        '--recipe', metavar='RECIPE', default=default,
        help='how to train: the name of a recipe, such as small or lyst2016, or a TOML file'
             + (f' (default: {default})' if default else ''))


def devices(parser: argparse.ArgumentParser, several: bool = False) -> None:
    """``--devices``; all of them are used, or the first only."""
    parser.add_argument(
        '--devices', metavar='DEVICES',
        help='where to compute, instead of where the recipe says: ' + (
            'GPUs by number, as in 0,1,2,3; @numpy for the CPU, @numpy*4 for four replicas on it'
            if several else 'a GPU by number, as in 0, or @numpy for the CPU'))


def precision(parser: argparse.ArgumentParser, default: str = 'float32') -> None:
    """``--precision``."""
    parser.add_argument(
        '--precision', choices=('float32', 'bfloat16'),
        help='what to compute with: bfloat16 is faster on a CPU that has instructions for it '
             f'(default: {default})')


def encoding(parser: argparse.ArgumentParser, what: str) -> None:
    """``--encoding``, of CSV files that people edit."""
    parser.add_argument(
        '--encoding', metavar='NAME',
        help=f'of {what}, such as cp1252 (default: UTF-8, or UTF-16 where it begins like that)')


def init(parser: argparse.ArgumentParser, more: str = '') -> None:
    """``--init``."""
    parser.add_argument(
        '--init', metavar='RUN', type=path,
        help=f'start from the trunk and encoder of another run instead of at random{more}')


def snapshot(parser: argparse.ArgumentParser) -> None:
    """``--snapshot``."""
    parser.add_argument(
        '--snapshot', choices=('best', 'last'), default='best',
        help='the network of the epoch with the lowest validation loss (best, the default), or of '
             'the last epoch')


def split(parser: argparse.ArgumentParser, what: str = 'products') -> None:
    """``--split``."""
    parser.add_argument('--split', choices=SPLITS, help=f'only {what} of this split')


def store(parser: argparse.ArgumentParser) -> None:
    """``--store``."""
    parser.add_argument(
        '--store', metavar='DIR', type=path,
        help='the folder of image stores (default: .prepared in the catalogue folder)')


def moved_catalogue(parser: argparse.ArgumentParser) -> None:
    """``--catalogue``, for commands that draw the images of embeddings."""
    parser.add_argument(
        '--catalogue', metavar='DIR', type=path,
        help='where the images are, if the catalogue was moved after EMBEDDINGS was written')


def where(parser: argparse.ArgumentParser) -> None:
    """``--where``."""
    parser.add_argument(
        '--where', action='append', default=[], metavar='TASK=LABEL,…',
        help='only products with all of these labels, as in gender=female,type=shoes; may be '
             'repeated')


def json(parser: argparse.ArgumentParser, text: str = 'print JSON instead of a table') -> None:
    """``--json``."""
    parser.add_argument('--json', action='store_true', help=text)


def top(parser: argparse.ArgumentParser, default: int) -> None:
    """``-k``."""
    parser.add_argument('-k', type=positive, default=default, metavar='N',
                        help=f'how many products to show (default: {default})')


def workers(parser: argparse.ArgumentParser) -> None:
    """``--workers``."""
    parser.add_argument('--workers', type=positive, metavar='N',
                        help='how many processes to use (default: one for each processor)')


def seed(parser: argparse.ArgumentParser, text: str) -> None:
    """``--seed``, 0 by default."""
    parser.add_argument('--seed', type=int, default=0, metavar='N', help=f'{text} (default: 0)')


def positive(text: str) -> int:
    """The type of an argument that is a whole number, 1 or more."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f'found {text}, expected a whole number, 1 or more')
    return number


def whole(least: int, most: int) -> Callable[[str], int]:
    """The type of an argument that is a whole number in a range, its ends included."""
    def number(text):
        found = whole_number(text)
        if found is None or not least <= found <= most:
            raise argparse.ArgumentTypeError(
                f'found {text}, expected a whole number, {least} to {most}')
        return found
    return number


def probability(text: str) -> float:
    """The type of an argument that is a number from 0 to 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f'found {text}, expected a number from 0 to 1')
    return number
