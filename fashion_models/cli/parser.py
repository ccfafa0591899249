"""How a parser is made of a command's module; see :mod:`fashion_models.cli` for what it has."""

import argparse
import difflib
import re
import sys
import textwrap
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import NoReturn

from fashion_models.errors import UserError

_INVALID_CHOICE = re.compile(r"invalid choice: '?([^']*?)'? \(choose from (.*)\)")
_UNKNOWN = 'unrecognized arguments: '


class Parser(argparse.ArgumentParser):
    """A parser whose errors are a :class:`UserError`, and suggest what may have been meant."""

    def __init__(self, **keywords: object) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, **keywords)

    def parse_known_args(
            self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None,
    ) -> tuple[argparse.Namespace, list[str]]:
        namespace, unknown = super().parse_known_args(args, namespace)
        if unknown:     # a command's own parser knows best which options it has
            self.error(_UNKNOWN + ' '.join(unknown))
        return namespace, unknown

    def _print_message(self, message, file=None):
        # argparse would keep silent about a full device.
        if message:
            print(message, end='', file=file or sys.stderr, flush=True)

    def in_flags(self, message: str) -> str:
        """A message of the library, its parameters named as on the command line.

        The library puts the parameter that would help in parentheses, as in ``say where it is now
        (run)``; where the command has an option for it, that becomes ``(--run)``.
        """
        flags = {action.dest: action.option_strings[-1] for action in self._actions
                 if action.option_strings}
        return re.sub(r'\((\w+)\)', lambda match: f'({flags.get(match[1], match[1])})', message)

    def error(self, message: str) -> NoReturn:
        word, choices = '', []
        if message.startswith(_UNKNOWN):
            word = message.removeprefix(_UNKNOWN).split()[0].partition('=')[0]
            choices = [name for name in self._option_string_actions if name.startswith('--')]
        elif match := _INVALID_CHOICE.search(message):
            word, choices = match[1], re.split(', ', match[2].replace("'", ''))
        close = difflib.get_close_matches(word, choices, 1)
        meant = f'; did you mean {close[0]}?' if close else f' (see {self.prog} --help)'
        command = self.prog.removeprefix('fashion-models').strip()
        raise UserError(f'{command}: {message}{meant}' if command else message + meant)


def add_commands(parser: argparse.ArgumentParser, modules: Iterable[ModuleType]) -> None:
    """Adds commands to the parser of ``fashion-models``, or of a group of commands."""
    subparsers = parser.add_subparsers(metavar='COMMAND', required=True)
    for module in modules:
        examples = textwrap.indent(module.EXAMPLES.strip(), '  ')
        summary = module.__doc__.partition('\n')[0].rstrip('.')
        child = add_parser(
            subparsers, module.NAME, summary[0].lower() + summary[1:], module.__doc__,
            f'examples:\n{examples}')
        if hasattr(module, 'COMMANDS'):
            add_commands(child, module.COMMANDS)
        else:
            module.add_arguments(child)
            child.set_defaults(command=module)


def add_parser(subparsers: argparse._SubParsersAction, name: str, summary: str, text: str,
               epilog: str) -> Parser:
    """Adds a parser, with a summary for the list of names, and the text and epilog of its help."""
    # A % would be taken for the beginning of a placeholder.
    parser = subparsers.add_parser(
        name, help=summary.replace('%', '%%'), description=text.strip(), epilog=epilog)
    parser.set_defaults(parser=parser)
    return parser
