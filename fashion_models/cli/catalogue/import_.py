"""Make a catalogue from a data set or a shop's export, or bring one up to date.

FORMAT is one of those described below; "import FORMAT --help" shows its options. Call it again to
resume an interrupted import: images that are there are not copied again. With --update, SOURCE is a
new export of the same shop: the catalogue gets what is new or changed and loses what is gone, and
is whole at every moment.
"""

import argparse
import contextlib
import os
import textwrap
from collections.abc import Iterator

from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers import IMPORTERS
from fashion_models.catalogue.importers.source import Source
from fashion_models.catalogue.updating import MOST_GONE, Changes, update
from fashion_models.cli import options
from fashion_models.cli.parser import add_parser
from fashion_models.errors import UserError
from fashion_models.files import require_outside
from fashion_models.terminal import visible

NAME = 'import'
EXAMPLES = '''\
fashion-models catalogue import csv my-shop/products.csv shop
fashion-models catalogue import csv my-shop shop --task pattern=Pattern --task season=Season
fashion-models catalogue import folder photographs shop --link
fashion-models catalogue import csv my-shop shop --colours lyst16 --overwrite
fashion-models catalogue import csv my-shop/today.csv shop --update'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    for of_format in add_formats(parser, 'import'):
        options.new_catalogue(of_format)
        of_format.add_argument(
            '--update', action='store_true',
            help='SOURCE is a new export of the shop whose catalogue DIR holds')
        of_format.add_argument(
            '--most-gone', type=options.probability, metavar='SHARE',
            help='with --update: the share of the products that may be gone; if more are, SOURCE '
                 f'is taken for half an export, and nothing is changed (default: {MOST_GONE})')


def add_formats(
        parser: argparse.ArgumentParser, verb: str) -> Iterator[argparse.ArgumentParser]:
    """Declares a sub-command for each format, and yields its parser for further arguments."""
    parser.epilog += '\n\nformats:\n' + '\n\n'.join(
        f'  {name}: {module.SUMMARY}\n\n{textwrap.indent(module.DESCRIPTION, "    ")}'
        for name, module in IMPORTERS.items())
    formats = parser.add_subparsers(metavar='FORMAT', required=True, help='the layout of SOURCE')
    for name, module in IMPORTERS.items():
        of_format = add_parser(
            formats, name, module.SUMMARY.partition(':')[0], f'{module.SUMMARY}.',
            f'{module.DESCRIPTION}\n\nexample:\n'
            f'  fashion-models catalogue {verb} {name} SOURCE shop')
        of_format.add_argument('source', metavar='SOURCE', type=options.path,
                               help='the data set, as described below')
        yield of_format
        module.add_arguments(of_format)
        of_format.add_argument(
            '--colours', choices=('source', 'lyst16'), default='source',
            help="keep the source's colours (the default), or fold them into 16 base colours and "
                 "keep the source's as the extra text source_colour")
        of_format.add_argument(
            '--task', action='append', default=[], metavar='TASK=TEXT',
            help='a further task, and the column or extra text that holds its labels, as in '
                 'pattern=Pattern; may be repeated')
        of_format.add_argument(
            '--several', action='append', default=[], metavar='TASK',
            help='a product may have several labels of this further task, joined by |; may be '
                 'repeated')
        options.link(of_format, 'SOURCE')
        of_format.set_defaults(format=name)


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.catalogue.importing import run_import
    from fashion_models.catalogue.unfinished import is_whole

    if arguments.update:
        if arguments.overwrite:
            raise UserError('--update: keeps what has not changed; leave --overwrite out')
        changes, report = updated(arguments, most_gone=(
            MOST_GONE if arguments.most_gone is None else arguments.most_gone))
        print(f'{arguments.folder}: {changes.text()}')
        print(visible(report.text()))
        return
    if arguments.most_gone is not None:
        raise UserError('--most-gone: has a meaning with --update only')
    if is_whole(arguments.folder) and not arguments.overwrite:
        raise UserError(f'{arguments.folder} already holds a catalogue; replace it (--overwrite), '
                        'bring it up to date (--update) or choose another folder')
    # What decides the result: an interrupted import is resumed only if all of it is the same.
    origin = {name: str(value) for name, value in vars(arguments).items()
              if name not in ('command', 'parser', 'overwrite', 'folder', 'update',
                              'most_gone')}
    origin['source'] = os.path.realpath(arguments.source)
    with opened(arguments) as source:
        report = run_import(
            source, arguments.folder, origin=origin, overwrite=arguments.overwrite,
            link=arguments.link, lyst16=arguments.colours == 'lyst16')
    print(visible(report.text()))


def updated(arguments: argparse.Namespace, **how: object) -> tuple[Changes, Report]:
    """Updates the catalogue; gives what has changed, and the report."""
    with opened(arguments) as source:
        return update(source, arguments.folder, link=arguments.link,
                      lyst16=arguments.colours == 'lyst16', **how)


@contextlib.contextmanager
def opened(arguments: argparse.Namespace) -> Iterator[Source]:
    """The source that the arguments name, with the tasks they declare."""
    from fashion_models.catalogue.importers.declared import Declared

    texts = _declared(arguments.task)
    require_outside(arguments.folder, arguments.source)
    with IMPORTERS[arguments.format].open_source(arguments.source, arguments) as source:
        if texts or arguments.several:
            source = Declared(source, texts, arguments.several)
        yield source


def _declared(options):
    texts = {}
    for option in options:
        task, _, text = (word.strip() for word in option.partition('='))
        if not text or task in texts:
            raise UserError(f'--task {option}: expected TASK=TEXT, each TASK once')
        texts[task] = text
    return texts
