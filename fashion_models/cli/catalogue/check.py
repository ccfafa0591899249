"""List every problem of a catalogue.

Reads every line and decodes every image. Each problem is one line that names file and line; the
exit status is 1 if there is any. Warnings, at the end, say what is valid but likely to go wrong
later, such as labels spelled in several ways, and what to do about it.
"""

import argparse

from fashion_models.cli import options
from fashion_models.terminal import visible

NAME = 'check'
EXAMPLES = '''\
fashion-models catalogue check shop
fashion-models catalogue check shop > problems.txt'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.catalogue(parser)


def run(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from fashion_models.catalogue.check import Check
    from fashion_models.plural import counted

    check = Check(arguments.catalogue)
    count = 0
    for problem in check.problems():
        count += 1
        tqdm.write(visible(problem))     # to standard output, past the progress bar
    warnings = list(check.warnings())
    for warning in warnings:
        print(visible(f'warning: {warning}'))
    print(f'{check.summary()}: {counted(count, "problem") if count else "no problems"}'
          + (f', {counted(len(warnings), "warning")}' if warnings else ''))
    return 1 if count else 0
