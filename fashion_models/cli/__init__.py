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
from fashion_models.cli.writing import require_apart
from fashion_models.errors import UserError, system_text
from fashion_models.terminal import print_error, reader_gone, ready_streams

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
    ready_streams()
    status = _status(argv)
    if status:
        processes.abort(status)
    return status


def _status(argv):
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
        return reader_gone()
    except OSError as error:
        return _fail(system_text(error))


def _fail(message):
    print_error('fashion-models', f'{processes.wait_turn()}{message}')
    return 2


if __name__ == '__main__':
    sys.exit(main())
