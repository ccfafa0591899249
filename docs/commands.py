"""The parser of all commands as the documentation shows it: :doc:`reference/commands`."""

import argparse
import re
import textwrap

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
        parser.epilog = '.. code-block:: text\n\n' + textwrap.indent(parser.epilog, '   ')
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in set(action.choices.values()):
                _readable(command)
        else:
            action.help = _escaped(action.help)
            if action.metavar:
                action.choices = None  # of which autoprogram would list every one
    for group in parser._action_groups:
        group.description = _escaped(group.description)
    return parser


def _escaped(text):
    return text and re.sub(r'([*`|_\\])', r'\\\1', text)
