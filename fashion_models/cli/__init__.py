"""``fashion-models COMMAND``, the same as ``python -m fashion_models COMMAND``.

Each command is a module that parses and prints; the work is the library's. The module's docstring
is what ``--help`` says first, and it has

=============================  ==================================================================
``NAME``                       what the user types
``EXAMPLES``                   command lines, shown at the end of its help
``add_arguments(parser)``      declares its arguments, with :mod:`~fashion_models.cli.options`
``run(arguments)``             does it; returns the exit status, or ``None`` for 0
=============================  ==================================================================

or, if it is a group of commands, ``COMMANDS`` in place of the two functions. Modules import Chainer
and whatever else is slow inside ``run``, so that ``--help`` is not.
"""

import contextlib
import os
import sys

import fashion_models
from fashion_models import processes
from fashion_models.cli import (
    audit,
    catalogue,
    colour,
    describe,
    duplicates,
    embed,
    embeddings,
    evaluate,
    export,
    index,
    lr,
    order,
    predict,
    publish,
    retrieval,
    search,
    serve,
    sync,
    tags,
    train,
)
from fashion_models.cli.parser import Parser, add_commands
from fashion_models.cli.terminal import escape_what_cannot_be_shown, shortened, visible
from fashion_models.cli.writing import require_apart
from fashion_models.errors import UserError, system_text

#: Every command, in the order of the help.
COMMANDS = (
    catalogue, train, evaluate, predict, describe, lr, embed, embeddings, search, retrieval, index,
    publish, duplicates, order, tags, colour, audit, serve, sync, export)

def build_parser() -> Parser:
    """The parser of all commands."""
    parser = Parser(
        prog='fashion-models', description=fashion_models.__doc__,
        epilog='"fashion-models COMMAND --help" shows the arguments of a command, with examples.')
    parser.add_argument('--version', action='version', version=fashion_models.__version__)
    add_commands(parser, COMMANDS)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Runs a command.

    Args:
        argv: The words after ``fashion-models``; those of this process by default.

    Returns:
        The exit status: 0 for success, 1 if a check found problems, 2 if something given cannot be
        used, 130 if the user interrupted, 141 if the reader of the output went away. Other than 0,
        it ends the processes that train with this one, too.
    """
    _replace_closed_streams()
    status = _status(argv)
    if status:
        processes.abort(status)
    return status


def _replace_closed_streams():
    """Lets everything print where whoever started this has closed a stream, as by ``>&-``."""
    for name in 'stdout', 'stderr':
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, 'w', encoding='utf-8'))  # noqa: SIM115


def _status(argv):
    escape_what_cannot_be_shown()
    parser = build_parser()
    try:
        arguments = parser.parse_args(argv)
        parser = arguments.parser
        require_apart(vars(arguments))
        status = arguments.command.run(arguments) or 0
        sys.stdout.flush()
        return status
    except UserError as error:
        return _fail(parser.in_flags(str(error)))
    except KeyboardInterrupt:
        print('interrupted', file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader has seen enough, as in "| head"; Python must not complain of it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        return _fail(system_text(error))


def _fail(message):
    with contextlib.suppress(OSError):      # the status tells all the same
        print(f'fashion-models: error: {processes.wait_turn()}{visible(shortened(str(message)))}',
              file=sys.stderr, flush=True)
    return 2


if __name__ == '__main__':
    sys.exit(main())
