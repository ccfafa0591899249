"""List the layers of a recipe's network: shapes and numbers of weights.

With --toml, prints the recipe itself, every choice of it: the beginning of a recipe of your own.
With --backend, prints which library computes on this machine's CPU, and why.
"""

import argparse
import pathlib

from fashion_models.cli import options
from fashion_models.errors import UserError

NAME = 'describe'
EXAMPLES = '''\
fashion-models describe lyst2016
fashion-models describe my-recipe.toml --images 5
fashion-models describe runs/shop                 what this run was trained with
fashion-models describe small --toml > mine.toml  a recipe to change, for train --recipe mine.toml
fashion-models describe --backend'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('recipe', metavar='RECIPE', nargs='?',
                        help='the name of a recipe, such as small or lyst2016, a TOML file, or a '
                             'run folder')
    parser.add_argument('--images', metavar='N', type=options.whole(1, 5), default=3,
                        help='how many images the product has, 1 to 5 (default: 3)')
    parser.add_argument('--toml', action='store_true',
                        help='print the recipe with every choice, instead of the layers')
    parser.add_argument('--backend', action='store_true',
                        help='print which library computes on the CPU, and why')


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.functions import backend
    from fashion_models.training.describe import describe
    from fashion_models.training.recipe import Recipe
    from fashion_models.training.run import Run

    if arguments.recipe is None and not arguments.backend:
        raise UserError('describe: give a recipe, or --backend')
    if arguments.backend:
        print(backend.describe())
    if arguments.recipe:
        of_run = pathlib.Path(arguments.recipe).is_dir()
        recipe = Run.open(arguments.recipe).recipe if of_run else Recipe.load(arguments.recipe)
        print(recipe.to_toml() if arguments.toml else describe(recipe, arguments.images))
