"""Draw a contact sheet of a catalogue.

Draws a random sample of the products, each with its images and labels.
"""

import argparse

from fashion_models.cli import options
from fashion_models.errors import UserError

NAME = 'show'
EXAMPLES = '''\
fashion-models catalogue show shop -o shop.png
fashion-models catalogue show shop -o shoes.png --label type=shoes --label colour=Red
fashion-models catalogue show shop -o test.png --split test --products 100 --seed 1'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.catalogue(parser)
    options.output(parser, 'PICTURE', 'the picture to write; its ending names the format (.png)',
                   kind=options.file_to_write)
    parser.add_argument('--products', type=options.positive, default=40, metavar='N',
                        help='how many to draw (default: 40)')
    options.seed(parser, 'another number draws another sample')
    options.split(parser)
    parser.add_argument('--label', action='append', default=[], metavar='TASK=LABEL',
                        help='only products with this label, as in colour=Blue; may be repeated')


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.catalogue.show import contact_sheet, picture_kind, sample, save_picture
    from fashion_models.catalogue.split import split_of
    from fashion_models.plural import counted

    picture_kind(arguments.output)      # before the work
    catalogue = open_catalogue(arguments.catalogue)
    wanted = [_task_and_label(text, catalogue.tasks) for text in arguments.label]
    products = sample(
        (product for product in catalogue.products
         if (arguments.split is None or split_of(product.group) == arguments.split)
         and all(product.label(task) == label for task, label in wanted)),
        arguments.products, arguments.seed)
    if not products:
        raise UserError(
            f'{arguments.catalogue}: no product is of that split and has those labels')
    save_picture(arguments.output, contact_sheet(catalogue.folder, products))
    print(f'{arguments.output}: {counted(len(products), "product")}')


def _task_and_label(text, tasks):
    task, _, label = text.partition('=')
    if task not in tasks or not label:
        raise UserError(f'--label {text}: expected TASK=LABEL, TASK one of {", ".join(tasks)}')
    return task, label
