"""Join catalogues under one taxonomy and one vocabulary.

A mapping file says which label of which catalogue becomes what. Begin one with --list-unmapped,
and fill it in.
"""

import argparse
import sys

from fashion_models.cli import options
from fashion_models.errors import UserError
from fashion_models.terminal import visible

NAME = 'merge'
EXAMPLES = '''\
fashion-models catalogue merge shop-a shop-b both --list-unmapped > mapping.toml
fashion-models catalogue merge shop-a shop-b both --mapping mapping.toml'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from fashion_models.catalogue import mapping

    _, _, text = mapping.__doc__.partition('\n\n')
    parser.epilog += f'\n\nthe mapping file:\n\n{text.strip().replace("::", ":").replace("``", "")}'
    parser.add_argument('catalogues', metavar='CATALOGUE', nargs='+', type=options.path,
                        help='the folders of the catalogues to join')
    options.new_catalogue(parser)
    parser.add_argument('--mapping', metavar='FILE', type=options.path,
                        help='the mapping file (TOML), described below')
    parser.add_argument('--list-unmapped', action='store_true',
                        help='print the lines that the mapping lacks, to be filled in; write no '
                             'catalogue')
    options.link(parser, 'the catalogues')


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.catalogue.mapping import Mapping, template
    from fashion_models.catalogue.merge import UnmappedLabels, merge, tasks_of, unmapped_labels
    from fashion_models.files import require_outside

    if arguments.mapping is None and not arguments.list_unmapped:
        raise UserError('merge: --mapping is missing; --list-unmapped prints the lines of one')
    require_outside(arguments.folder, *arguments.catalogues)
    catalogues = [open_catalogue(folder) for folder in arguments.catalogues]
    mapping = (Mapping.load(arguments.mapping, tasks_of(catalogues)) if arguments.mapping
               else Mapping({}))
    if arguments.list_unmapped:
        if counts := unmapped_labels(catalogues, mapping):
            print(template(counts))
        return
    try:
        report = merge(
            catalogues, mapping, arguments.folder, arguments.overwrite, arguments.link)
    except UnmappedLabels as error:
        print(template(error.counts), file=sys.stderr)
        raise UserError(f'{arguments.mapping}: {error}') from None
    print(visible(report.text()))
