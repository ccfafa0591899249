"""``fashion-models <command>``, the same as ``python -m fashion_models <command>``."""

import argparse
import os
import sys

import fashion_models
from fashion_models.cli import audit as audit_command
from fashion_models.cli import catalogue as catalogue_commands
from fashion_models.cli import representation as representation_commands
from fashion_models.cli import training as training_commands
from fashion_models.errors import UserError


def build_parser():
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog='fashion-models', description=fashion_models.__doc__,
        epilog='"fashion-models <command> --help" teaches each command.')
    parser.add_argument('--version', action='version', version=fashion_models.__version__)
    subparsers = parser.add_subparsers(metavar='<command>', required=True)
    catalogue_commands.add_parser(subparsers)
    training_commands.add_parser(subparsers)
    representation_commands.add_parser(subparsers)
    audit_command.add_parser(subparsers)
    return parser


def main(argv=None):
    """Runs a command; returns its exit status.

    0 is success, 1 that a check found problems, 2 that something given cannot be used, 130 that the
    user interrupted.
    """
    arguments = build_parser().parse_args(argv)
    try:
        return arguments.func(arguments) or 0
    except UserError as error:
        print(f'fashion-models: error: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('interrupted', file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader has seen enough, as in "| head"; Python must not complain of it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


if __name__ == '__main__':
    sys.exit(main())
