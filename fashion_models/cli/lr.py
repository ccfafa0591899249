"""Set the learning rate of a running training by hand, or hand it back to the schedule.

It takes effect at the next iteration, overrides the recipe's schedule until it is handed back, and
is logged in learning-rate.jsonl.
"""

import argparse

from fashion_models.cli import options

NAME = 'lr'
EXAMPLES = '''\
fashion-models lr runs/shop 0.001
fashion-models lr runs/shop 5e-4
fashion-models lr runs/shop auto         go back to the recipe's schedule'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.run(parser)
    parser.add_argument('rate', metavar='RATE', type=_rate,
                        help='the new learning rate, a number above 0; or auto')


def _rate(text):
    if text == 'auto':
        return text
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'found {text!r}, expected a number above 0, or auto') from None


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.training.learning_rate import AUTO, request
    from fashion_models.training.run import Run

    run = Run.open(arguments.run)
    request(run, arguments.rate)
    what = ("back to the recipe's schedule" if arguments.rate == AUTO
            else f'learning rate {arguments.rate:g}')
    if run.finished:
        print(f'{arguments.run}: the training is finished; {what} once it is trained longer: '
              f'fashion-models train -o {arguments.run} --resume --epochs N')
    else:
        print(f'{arguments.run}: {what} from the next iteration on, or once the training is '
              'resumed')
