"""The parser of all commands as the documentation shows it: :doc:`reference/commands`."""

import argparse
import re

from fashion_models.cli import build_parser


def parser():
    """``fashion-models``' parser with texts that are valid reStructuredText.

    Help texts are plain: what they say of ``*.jpg`` is escaped, and epilogs, which are laid out by
    hand, become literal blocks.
    """
    return _readable(build_parser())


def _readable(parser):
    parser.description = _escaped(parser.description)
    if parser.epilog:
        lines = ''.join(f'   {line}\n' for line in (parser.epilog % {'prog': parser.prog}).split('\n'))
        parser.epilog = f'.. code-block:: text\n\n{lines}'
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in set(action.choices.values()):
                _readable(command)
        elif action.help:
            action.help = _escaped(action.help)
    for group in parser._action_groups:
        group.description = _escaped(group.description)
    return parser


def _escaped(text):
    return text and re.sub(r'([*`|_\\])', r'\\\1', text)
