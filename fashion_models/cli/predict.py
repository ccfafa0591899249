"""Predict the labels of one product from its images.

For each task, prints the most probable label and the two after it.
"""

import argparse

from fashion_models.cli import options
from fashion_models.surrogates import json_text
from fashion_models.terminal import visible

NAME = 'predict'
EXAMPLES = '''\
fashion-models predict runs/shop front.jpg back.jpg
fashion-models predict runs/shop photographs/1234/*.jpg
fashion-models predict runs/shop front.jpg --json'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.run(parser)
    options.images(parser)
    options.snapshot(parser)
    options.json(parser, 'print the probability of every label, as JSON')


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.representation.encoder import load

    predicted = load(arguments.run, arguments.snapshot).predict(arguments.images)
    if arguments.json:
        print(json_text(predicted, indent=1))
        return
    for task, probabilities in predicted.items():
        ranked = [f'{label} {value:.1%}' for label, value in list(probabilities.items())[:3]]
        print(visible(
            f'{task:12} {ranked[0]:30}' + (f' or {", ".join(ranked[1:])}' if ranked[1:] else '')))
