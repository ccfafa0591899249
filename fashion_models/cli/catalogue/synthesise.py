"""Draw the embedded catalogue.

Draws a simulated fashion shop to try things out, with the difficulties that the article reports.
The same arguments give the same bytes. Call it again to resume.
"""

import argparse
import dataclasses

from fashion_models.cli import options
from fashion_models.drawn.difficulty import EASY, Difficulty

NAME = 'synthesise'
EXAMPLES = '''\
fashion-models catalogue synthesise drawn
fashion-models catalogue synthesise small-and-easy --products 200 --size 64 --easy
fashion-models catalogue synthesise right-labels --no-wrong-labels --seed 1'''

_DIFFICULTIES = {
    'other_garments': 'other garments in pictures on a model',
    'several_colours': 'products with a second prominent colour',
    'shades_between': 'shades between two colour labels, such as teal and coral',
    'misleading_tones': 'coloured walls or dummies in place of models',
    'wrong_labels': 'wrong labels',
    'near_twins': 'products that look like another subcategory',
    'text_errors': 'texts that name a wrong colour',
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.new_catalogue(parser)
    parser.add_argument('--products', type=options.positive, default=10_000, metavar='N',
                        help='number of products, three pictures each on average (default: 10000)')
    options.seed(parser, 'another number draws another shop')
    parser.add_argument('--size', type=int, default=128, metavar='PIXELS',
                        help='width and height of the pictures, 32 to 1024 (default: 128)')
    options.workers(parser)
    parser.add_argument('--easy', action='store_true', help='switch all difficulties off')
    for field in dataclasses.fields(Difficulty):
        parser.add_argument(
            f'--no-{field.name.replace("_", "-")}', dest=field.name, action='store_false',
            help=f'no {_DIFFICULTIES[field.name]} (by default a share of {field.default:.2g})')


def chosen_difficulty(arguments: argparse.Namespace) -> Difficulty:
    """The :class:`Difficulty` that the options ask for."""
    if arguments.easy:
        return EASY
    return Difficulty(**{field.name: field.default if getattr(arguments, field.name) else 0.0
                         for field in dataclasses.fields(Difficulty)})


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.drawn.generator import synthesise
    from fashion_models.plural import counted

    synthesise(
        arguments.folder, arguments.products, arguments.seed, arguments.size,
        chosen_difficulty(arguments), arguments.workers, arguments.overwrite)
    print(f'{arguments.folder}: {counted(arguments.products, "product")}')
