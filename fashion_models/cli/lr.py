"""Change the learning rate of a running training.

It takes effect at the next iteration and is logged in learning-rate.jsonl. Drops of the recipe that
are still to come multiply the new rate.
"""

from fashion_models.cli import options

NAME = 'lr'
EXAMPLES = '''\
fashion-models lr runs/shop 0.001
fashion-models lr runs/shop 5e-4'''


def add_arguments(parser):
    options.run(parser)
    parser.add_argument('rate', metavar='RATE', type=float,
                        help='the new learning rate, a number above 0')


def run(arguments):
    from fashion_models.training.learning_rate import request
    from fashion_models.training.run import Run

    request(Run.open(arguments.run), arguments.rate)
    print(f'{arguments.run}: learning rate {arguments.rate:g} from the next iteration on')
