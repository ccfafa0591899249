"""``fashion-models catalogue``: import, draw, check, show, merge, relabel, prepare."""

import argparse
import pathlib

from tqdm import tqdm

from fashion_models.catalogue import merge, relabel
from fashion_models.catalogue.importers import IMPORTERS
from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.split import SPLITS, split_of
from fashion_models.catalogue.tasks import TASKS
from fashion_models.cli import synthesise
from fashion_models.data import prepare
from fashion_models.errors import UserError
from fashion_models.files import atomic_write


def add_parser(subparsers):
    """Adds ``catalogue`` and its sub-commands to the command line."""
    parser = subparsers.add_parser(
        'catalogue', help='import, draw, check, show, merge, relabel and prepare catalogues')
    commands = parser.add_subparsers(metavar='COMMAND', required=True)
    _add_import(commands)
    _add_check(commands)
    _add_show(commands)
    merge.add_parser(commands)
    relabel.add_parser(commands)
    prepare.add_parser(commands)
    synthesise.add_parser(commands)


def _add_import(commands):
    descriptions = '\n\n'.join(f'{name}: {module.SUMMARY}\n\n{_indent(module.DESCRIPTION)}'
                               for name, module in IMPORTERS.items())
    parser = commands.add_parser(
        'import', help='make a catalogue of a data set',
        description='Makes a catalogue, DIR, of a data set, SOURCE. FORMAT is one of those below; '
                    '"import FORMAT --help" shows its options.',
        epilog=descriptions, formatter_class=argparse.RawDescriptionHelpFormatter)
    formats = parser.add_subparsers(metavar='FORMAT', required=True)
    for name, module in IMPORTERS.items():
        format_parser = formats.add_parser(
            name, help=module.SUMMARY.split(':')[0], description=f'{module.SUMMARY}.',
            epilog=module.DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter)
        format_parser.add_argument('source', metavar='SOURCE', type=pathlib.Path)
        format_parser.add_argument('folder', metavar='DIR', type=pathlib.Path,
                                   help='the new catalogue')
        module.add_arguments(format_parser)
        format_parser.add_argument(
            '--colours', choices=('source', 'lyst16'), default='source',
            help="keep the source's colours, or fold them into 16 base colours (the source's are "
                 'kept as the extra text source_colour; default: source)')
        format_parser.add_argument('--link', action='store_true',
                                   help='link images to those of SOURCE instead of copying them')
        format_parser.add_argument('--overwrite', action='store_true',
                                   help='replace the catalogue that DIR holds')
        format_parser.set_defaults(func=_import, format=name)


def _indent(text):
    return '\n'.join(f'  {line}' for line in text.splitlines())


def _import(args):
    from fashion_models.catalogue.importing import run_import

    source, folder = args.source.resolve(), args.folder.resolve()
    if source == folder or folder in source.parents:
        raise UserError(f'{args.folder}: SOURCE lies in DIR; choose another folder')
    origin = {name: str(value) for name, value in vars(args).items()
              if name not in ('func', 'overwrite', 'folder')} | {'source': str(source)}
    with IMPORTERS[args.format].open_source(args.source, args) as opened:
        if args.link and not opened.tree.has_files:
            raise UserError(f'--link: {args.source} holds no image files to link to; leave it out')
        report = run_import(opened, args.folder, origin=origin, overwrite=args.overwrite,
                            link=args.link, lyst16=args.colours == 'lyst16')
    print(report.text())


def _add_check(commands):
    parser = commands.add_parser(
        'check', help='list every problem of a catalogue',
        description='Looks at every line and every image of a catalogue, and lists all problems '
                    'with file and line. Exits with 1 if there is one.')
    parser.add_argument('folder', metavar='DIR', type=pathlib.Path)
    parser.set_defaults(func=_check)


def _check(args):
    from fashion_models.catalogue.check import Check

    check = Check(args.folder)
    count = 0
    for problem in check.problems():
        count += 1
        tqdm.write(problem)  # to standard output, past the progress bar
    print(f'{check.summary()}: {f"{count:,}" if count else "no"} problem{"s" * (count != 1)}')
    return 1 if count else 0


def _add_show(commands):
    parser = commands.add_parser(
        'show', help='draw a contact sheet of a catalogue',
        description='Draws a sample of the products with their images and labels.')
    parser.add_argument('folder', metavar='DIR', type=pathlib.Path)
    parser.add_argument('-o', '--output', required=True, type=pathlib.Path, metavar='FILE',
                        help='the picture to write; the name\'s ending says the format (.png)')
    parser.add_argument('--products', type=int, default=40, metavar='N',
                        help='how many to draw (default: 40)')
    parser.add_argument('--seed', type=int, default=0, help='draws another sample (default: 0)')
    parser.add_argument('--split', choices=SPLITS, help='only products of this split')
    parser.add_argument('--label', action='append', default=[], metavar='TASK=LABEL',
                        help='only products with this label, as in colour=Blue; may be repeated')
    parser.set_defaults(func=_show)


def _show(args):
    from fashion_models.catalogue.show import contact_sheet, picture_kind, sample

    if args.products < 1:
        raise UserError(f'--products {args.products}: expected 1 or more')
    kind = picture_kind(args.output)
    wanted = [_task_and_label(text) for text in args.label]
    catalogue = open_catalogue(args.folder)
    products = sample(
        (product for product in catalogue.products
         if (args.split is None or split_of(product.group) == args.split)
         and all(product.label(task) == label for task, label in wanted)),
        args.products, args.seed)
    if not products:
        raise UserError(f'{args.folder}: no product is of that split and has those labels')
    try:
        with atomic_write(args.output) as file:
            contact_sheet(catalogue.folder, products).save(file, kind)
    except OSError as error:
        raise UserError(f'-o {args.output}: {error.strerror or error}') from error
    print(f'{args.output}: {len(products)} products')


def _task_and_label(text):
    task, _, label = text.partition('=')
    if task not in TASKS or not label:
        raise UserError(f'--label {text}: expected TASK=LABEL, TASK one of {", ".join(TASKS)}')
    return task, label
