"""Make a catalogue from a data set or a shop's export.

FORMAT is one of those described below; "import FORMAT --help" shows its options. Call it again to
resume an interrupted import: images that are there are not copied again.
"""

import argparse
import pathlib
import textwrap

from fashion_models.catalogue.importers import IMPORTERS
from fashion_models.cli import options
from fashion_models.cli.parser import add_parser
from fashion_models.cli.terminal import visible
from fashion_models.errors import UserError
from fashion_models.files import require_outside

NAME = 'import'
EXAMPLES = '''\
fashion-models catalogue import csv my-shop/products.csv shop
fashion-models catalogue import csv my-shop shop --task pattern=Pattern --task season=Season
fashion-models catalogue import folder photographs shop --link
fashion-models catalogue import csv my-shop shop --colours lyst16 --overwrite'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog += '\n\nformats:\n' + '\n\n'.join(
        f'  {name}: {module.SUMMARY}\n\n{textwrap.indent(module.DESCRIPTION, "    ")}'
        for name, module in IMPORTERS.items())
    formats = parser.add_subparsers(metavar='FORMAT', required=True, help='the layout of SOURCE')
    for name, module in IMPORTERS.items():
        of_format = add_parser(
            formats, name, module.SUMMARY.partition(':')[0], f'{module.SUMMARY}.',
            f'{module.DESCRIPTION}\n\nexample:\n'
            f'  fashion-models catalogue import {name} SOURCE shop')
        of_format.add_argument('source', metavar='SOURCE', type=pathlib.Path,
                               help='the data set, as described below')
        options.new_catalogue(of_format)
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
    from fashion_models.catalogue.importers.declared import Declared
    from fashion_models.catalogue.importing import run_import

    texts = _declared(arguments.task)
    require_outside(arguments.folder, arguments.source)
    # What decides the result: an interrupted import is resumed only if all of it is the same.
    origin = {name: str(value) for name, value in vars(arguments).items()
              if name not in ('command', 'overwrite', 'folder')}
    origin['source'] = str(arguments.source.resolve())
    with IMPORTERS[arguments.format].open_source(arguments.source, arguments) as opened:
        if arguments.link and not opened.tree.has_files:
            raise UserError(
                f'--link: {arguments.source} holds no image files to link to; leave it out')
        if texts or arguments.several:
            opened = Declared(opened, texts, arguments.several)
        report = run_import(
            opened, arguments.folder, origin=origin, overwrite=arguments.overwrite,
            link=arguments.link, lyst16=arguments.colours == 'lyst16')
    print(visible(report.text()))


def _declared(options):
    texts = {}
    for option in options:
        task, _, text = (word.strip() for word in option.partition('='))
        if not text or task in texts:
            raise UserError(f'--task {option}: expected TASK=TEXT, each TASK once')
        texts[task] = text
    return texts
