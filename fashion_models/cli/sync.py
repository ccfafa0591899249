"""Do the daily run of a shop: import, check, embed, index, find duplicates, publish.

SETTINGS says what is to be done. Each step does only what is new since the last time, and an
interrupted run is resumed by the next. Exit status: 0 if all is well; 1 if a step found problems or
had to leave out products or pictures (everything else was done); 2 if a step could not be done, or
another process is at it.
"""

import argparse
import textwrap

from fashion_models.cli import options
from fashion_models.sync import daily as settings
from fashion_models.terminal import visible

NAME = 'sync'
EXAMPLES = '''\
fashion-models sync shop.toml
fashion-models sync shop.toml --quiet        # prints only what needs attention, for cron'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    _, _, text = settings.__doc__.partition('\n\n')
    text = text.strip().replace('``', '').replace('::\n', ':\n', 1)
    parser.epilog += f'\n\nthe file of settings:\n{textwrap.indent(text, "  ")}'
    parser.add_argument('settings', metavar='SETTINGS', type=options.path,
                        help='a TOML file, described below')
    parser.add_argument('--quiet', action='store_true',
                        help='print nothing unless something needs attention')


def run(arguments: argparse.Namespace) -> int:
    from fashion_models.sync.steps import sync

    def told(step, text, notable):
        if notable or not arguments.quiet:
            print(visible(f'{step:<12}' + text.replace('\n', '\n' + ' ' * 12)), flush=True)

    good = sync(settings.load(arguments.settings), not arguments.quiet, told)
    return 0 if good else 1
