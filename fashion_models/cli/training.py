"""``fashion-models train``, ``evaluate``, ``predict``, ``describe`` and ``lr``."""

import argparse
import json

from fashion_models.errors import UserError


def add_parser(subparsers):
    """Adds the commands to those of ``fashion-models``."""
    _add_train(subparsers)
    _add_evaluate(subparsers)
    _add_predict(subparsers)
    _add_describe(subparsers)
    _add_lr(subparsers)


def _parser(subparsers, name, summary, function, epilog=None):
    parser = subparsers.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + '.', epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.set_defaults(func=function)
    return parser


def _add_train(subparsers):
    parser = _parser(
        subparsers, 'train', 'train the network of a recipe on a catalogue', _train, '''\
examples:
  fashion-models train --recipe small --catalogue shop --out runs/shop
  fashion-models train --out runs/shop --resume               go on after an interruption
  fashion-models train --out runs/shop --resume --epochs 30   train longer
  fashion-models train … --init runs/fashion                  begin with what another run learnt
  fashion-models train … --devices 0,1,2,3                    four GPUs
  fashion-models train … --devices @numpy*4                   four replicas on the CPU

While it runs, "fashion-models lr runs/shop 0.001" changes the learning rate. Ctrl-C saves a
snapshot and stops.''')
    parser.add_argument('--recipe', metavar='FILE', help='every choice of the training (TOML)')
    parser.add_argument('--catalogue', metavar='DIR', help='a catalogue folder')
    parser.add_argument('--out', metavar='RUN', required=True, help='the run folder to make')
    parser.add_argument('--devices', help='instead of those of the recipe: GPUs as 0,1,2,3, or '
                                          '@numpy for the CPU, @numpy*4 for four replicas on it')
    parser.add_argument('--seed', type=int, help='instead of that of the recipe')
    parser.add_argument('--epochs', type=int, help='instead of those of the recipe')
    parser.add_argument('--init', metavar='RUN', help='begin with the trunk and the encoder of '
                                                      'another run, where they fit; heads anew')
    parser.add_argument('--resume', action='store_true', help='go on with the run in RUN')
    parser.add_argument('--overwrite', action='store_true', help='replace the run in RUN')
    parser.add_argument('--store', metavar='DIR', help='keep prepared images here instead of in '
                                                       'the catalogue folder')


def _train(arguments):
    from fashion_models.training import train
    from fashion_models.training.recipe import Recipe
    from fashion_models.training.run import Run

    def recipe():
        return Recipe.load(arguments.recipe).replace(
            training__devices=arguments.devices, training__seed=arguments.seed,
            training__epochs=arguments.epochs)

    if arguments.resume:
        if arguments.overwrite:
            raise UserError('--resume and --overwrite contradict each other: give one of them')
        if arguments.init is not None:
            raise UserError('--resume goes on from the last snapshot of the run itself: leave out '
                            '--init')
        run = Run.open(arguments.out)
        if arguments.recipe is None and (arguments.devices or arguments.seed is not None):
            raise UserError('--resume goes on with the devices and the seed of the run: leave out '
                            '--devices and --seed')
        finished = train.resume(
            run, recipe() if arguments.recipe else None, arguments.catalogue, arguments.epochs,
            arguments.store)
    else:
        for option in 'recipe', 'catalogue':
            if getattr(arguments, option) is None:
                raise UserError(f'train: --{option} is missing (only --resume does without)')
        run, finished = train.train(
            recipe(), arguments.catalogue, arguments.out, arguments.overwrite, arguments.store,
            arguments.init)
    if not finished:
        print(f'stopped; go on with: fashion-models train --out {arguments.out} --resume')
        return 130
    _print_results(run, ['validation'], 'best', run.recipe.training.devices, None, arguments.store)
    return 0


def _print_results(run, splits, which, devices, catalogue, store):
    from fashion_models.devices import resolve
    from fashion_models.training.results import evaluate_run, results_table

    records = evaluate_run(run, splits, resolve(devices)[0], which, catalogue, store)
    print()
    print(results_table(records, run.vocabulary.tasks))
    files = ', '.join(f'evaluation-{split}.json' for split in records)
    print(f'\naccuracy over products; more in {run.folder}: {files}')


def _add_evaluate(subparsers):
    parser = _parser(
        subparsers, 'evaluate', "print the article's table for a trained network", _evaluate, '''\
Accuracies are over products: every product once, with all its images. Confusion counts and
accuracies of each class go to evaluation-<split>.json in the run folder.''')
    parser.add_argument('run', metavar='RUN', help='a run folder')
    parser.add_argument('--split', choices=('train', 'validation', 'test', 'all'),
                        default='validation', help='default: validation; all: all three')
    parser.add_argument('--snapshot', choices=('best', 'last'), default='best',
                        help='best: after the epoch with the lowest validation loss (default)')
    parser.add_argument('--catalogue', metavar='DIR', help='another one than that of the training')
    parser.add_argument('--devices', help="instead of the recipe's; the first one is used")
    parser.add_argument('--store', metavar='DIR', help='folder of prepared images')


def _evaluate(arguments):
    from fashion_models.training.run import Run

    run = Run.open(arguments.run)
    splits = ['train', 'validation', 'test'] if arguments.split == 'all' else [arguments.split]
    _print_results(
        run, splits, arguments.snapshot, arguments.devices or run.recipe.training.devices,
        arguments.catalogue, arguments.store)


def _add_predict(subparsers):
    parser = _parser(
        subparsers, 'predict', 'name the labels of one product from its images', _predict, '''\
example:
  fashion-models predict runs/shop front.jpg back.jpg''')
    parser.add_argument('run', metavar='RUN', help='a run folder')
    parser.add_argument('images', metavar='IMAGE', nargs='+', help='1 to 5 images of one product')
    parser.add_argument('--snapshot', choices=('best', 'last'), default='best')
    parser.add_argument('--json', action='store_true', help='all probabilities, as JSON')


def _predict(arguments):
    from fashion_models.training.prediction import predict
    from fashion_models.training.run import Run

    run = Run.open(arguments.run)
    result = predict(run, run.load_model(arguments.snapshot), arguments.images)
    if arguments.json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
        return
    for task, probabilities in result.items():
        ranked = [f'{label} {value:.1%}' for label, value in list(probabilities.items())[:3]]
        print(f'{task:12} {ranked[0]:30}' + (f' or {", ".join(ranked[1:])}' if ranked[1:] else ''))


def _add_describe(subparsers):
    parser = _parser(
        subparsers, 'describe', "list a recipe's layers: shapes and numbers of weights", _describe,
        '''\
examples:
  fashion-models describe lyst2016
  fashion-models describe --backend        which library computes on this machine''')
    parser.add_argument('recipe', metavar='RECIPE', nargs='?', help='a recipe (TOML)')
    parser.add_argument('--images', metavar='N', type=int, default=3, choices=range(1, 6),
                        help='images of the product (default: 3)')
    parser.add_argument('--backend', action='store_true',
                        help='say what computes on a CPU here, and why')


def _describe(arguments):
    from fashion_models.functions import backend
    from fashion_models.training.describe import describe
    from fashion_models.training.recipe import Recipe

    if arguments.recipe is None and not arguments.backend:
        raise UserError('describe: give a recipe, or --backend')
    if arguments.backend:
        print(backend.describe())
    if arguments.recipe:
        print(describe(Recipe.load(arguments.recipe), arguments.images))


def _add_lr(subparsers):
    parser = _parser(
        subparsers, 'lr', 'change the learning rate of a running training', _lr, '''\
It takes effect at the next iteration and is logged in learning-rate.jsonl. Drops of the recipe
that are still to come multiply the new rate.

example:
  fashion-models lr runs/shop 0.001''')
    parser.add_argument('run', metavar='RUN', help='a run folder')
    parser.add_argument('rate', metavar='RATE', type=float, help='the new learning rate')


def _lr(arguments):
    from fashion_models.training.learning_rate import request
    from fashion_models.training.run import Run

    request(Run.open(arguments.run), arguments.rate)
    print(f'{arguments.run}: asked for learning rate {arguments.rate:g} from the next iteration on')
