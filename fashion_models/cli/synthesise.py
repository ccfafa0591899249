"""``fashion-models catalogue synthesise``: draws the embedded catalogue."""

import dataclasses
import pathlib

from fashion_models.drawn.difficulty import EASY, Difficulty


def add_parser(subparsers):
    """Adds ``synthesise`` to the sub-commands of ``catalogue``."""
    parser = subparsers.add_parser(
        'synthesise', help='draw the embedded catalogue',
        description='Draws a fashion catalogue by code: a simulation for trying things out, with '
        'the difficulties that the article names. The same seed gives the same bytes. Interrupted, '
        'it goes on when started again.')
    parser.add_argument('folder', metavar='DIR', type=pathlib.Path, help='the new catalogue')
    parser.add_argument('--products', type=int, default=2000, metavar='N',
                        help='how many, of three pictures on average (default: 2000)')
    parser.add_argument('--seed', type=int, default=0, help='draws another shop (default: 0)')
    parser.add_argument('--size', type=int, default=128, metavar='PIXELS',
                        help='width and height of the pictures (default: 128)')
    parser.add_argument('--workers', type=int, metavar='N',
                        help='processes (default: as many as there are processors)')
    parser.add_argument('--overwrite', action='store_true',
                        help='replace the catalogue that DIR holds')
    parser.add_argument('--easy', action='store_true', help='switch all difficulties off')
    for field in dataclasses.fields(Difficulty):
        parser.add_argument(
            f'--no-{field.name.replace("_", "-")}', dest=field.name, action='store_false',
            help=f'no {HELP[field.name]} (else in a share of {field.default:.2g})')
    parser.set_defaults(func=_synthesise)


HELP = {
    'other_garments': 'other garments in pictures on a model',
    'several_colours': 'products with a second prominent colour',
    'shades_between': 'shades between two colour labels, such as teal and coral',
    'misleading_tones': 'coloured walls, and dummies in place of models',
    'wrong_labels': "labels that a moderator got wrong",
    'near_twins': "products cut like another subcategory's",
    'text_errors': 'texts that name a wrong colour',
}


def chosen_difficulty(args):
    """The :class:`Difficulty` that the options ask for."""
    if args.easy:
        return EASY
    return Difficulty(**{field.name: field.default if getattr(args, field.name) else 0.0
        for field in dataclasses.fields(Difficulty)})


def _synthesise(args):
    from fashion_models.drawn.generator import synthesise

    synthesise(args.folder, args.products, args.seed, args.size, chosen_difficulty(args),
        args.workers, args.overwrite)
    print(f'{args.folder}: {args.products:,} products')
