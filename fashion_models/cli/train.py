"""Train the network of a recipe on a catalogue.

Leaves a run folder with the network, its log and plots, and all that is needed to repeat the run.
Ctrl-C saves a snapshot and stops; the same command, or --resume, continues from there. While it
runs, "fashion-models lr" changes the learning rate. Started with mpirun, several processes, on one
machine or on many, share each batch.
"""

import argparse

from fashion_models.cli import options
from fashion_models.errors import UserError

NAME = 'train'
EXAMPLES = '''\
fashion-models train --recipe small --catalogue shop -o runs/shop
fashion-models train -o runs/shop --resume                  after an interruption
fashion-models train -o runs/shop --resume --epochs 30      train longer
fashion-models train --recipe small --catalogue shop -o runs/shop-2 --init runs/fashion
fashion-models train --recipe lyst2016 --catalogue shop -o runs/large --devices 0,1,2,3
mpirun -n 4 fashion-models train --recipe small --catalogue shop -o runs/shop'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.recipe(parser)
    parser.add_argument('--catalogue', metavar='DIR', type=options.path,
                        help='the catalogue folder; with --resume, where it was moved to')
    options.output(parser, 'RUN', 'the run folder to write, or with --resume to continue')
    options.devices(parser, several=True)
    options.precision(parser, 'that of RECIPE')
    parser.add_argument('--seed', type=int, metavar='N', help='instead of training.seed in RECIPE')
    parser.add_argument('--epochs', type=options.positive, metavar='N',
                        help='instead of training.epochs in RECIPE')
    options.init(parser, ', where its layers fit; the heads always start at random')
    parser.add_argument('--resume', action='store_true', help='continue the run in RUN')
    options.overwrite(parser, 'the run in RUN')
    options.store(parser)


def run(arguments: argparse.Namespace) -> int:
    from fashion_models.cli.evaluate import print_results
    from fashion_models.processes import join
    from fashion_models.training import train
    from fashion_models.training.recipe import Recipe
    from fashion_models.training.run import Run

    def recipe():
        return Recipe.load(arguments.recipe).replace(
            training__devices=arguments.devices, training__seed=arguments.seed,
            training__epochs=arguments.epochs, training__precision=arguments.precision)

    def evaluate(run):
        print_results(
            run, ['validation'], 'best', run.recipe.training.devices, None, arguments.store)

    _check(arguments)
    processes = join()
    if not processes.first:
        train.follow(processes)
        return 0
    if arguments.resume:
        run = Run.open(arguments.output)
        finished = train.resume(
            run, recipe() if arguments.recipe else None, arguments.catalogue, arguments.epochs,
            arguments.store, evaluate, processes)
    else:
        run, finished = train.train(
            recipe(), arguments.catalogue, arguments.output, arguments.overwrite, arguments.store,
            arguments.init, finish=evaluate, processes=processes)
    if not finished:
        print(f'stopped; to resume: fashion-models train -o {arguments.output} --resume')
        return 130
    return 0


def _check(arguments):
    """Refuses options that contradict each other."""
    if not arguments.resume:
        for option in 'recipe', 'catalogue':
            if getattr(arguments, option) is None:
                raise UserError(f'train: --{option} is missing (only --resume does without)')
        return
    if arguments.overwrite:
        raise UserError('--resume and --overwrite contradict each other: give one of them')
    if arguments.init is not None:
        raise UserError(
            '--resume continues from the last snapshot of the run itself: leave out --init')
    if arguments.recipe is None and (
            arguments.devices or arguments.precision or arguments.seed is not None):
        raise UserError('--resume keeps devices, precision and seed of the run: leave out '
                        '--devices, --precision and --seed')
