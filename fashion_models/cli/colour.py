"""Name the colours of one product from its images.

The first line names the prominent colours. Below it, "share" is how much of the product has a
colour, and "probability" that of being the product's colour if it had to be one only.
"""

import argparse

from fashion_models.cli import options
from fashion_models.surrogates import json_text
from fashion_models.terminal import visible

NAME = 'colour'
EXAMPLES = '''\
fashion-models colour runs/shop front.jpg back.jpg
fashion-models colour runs/shop front.jpg --json'''

_LEAST = 0.02   # share or probability below which the table leaves a colour out


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.run(parser)
    options.images(parser)
    options.snapshot(parser)
    options.json(parser, 'print all colours, as JSON')


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.representation.colour import colours
    from fashion_models.representation.encoder import load

    found = colours(load(arguments.run, arguments.snapshot), arguments.images)
    if arguments.json:
        print(json_text({
            'prominent': found.prominent, 'shares': found.shares,
            'probabilities': found.probabilities}, indent=1))
        return
    print(visible(', '.join(found.prominent)))
    print(f'\n{"":14}share  probability')
    for label in dict.fromkeys([*found.shares, *found.probabilities]):
        share, probability = found.shares.get(label, 0), found.probabilities.get(label, 0)
        if max(share, probability) >= _LEAST:
            print(f'{visible(label):12} {share:6.0%} {probability:12.1%}')
