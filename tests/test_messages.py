"""What errors say: the library names parameters and values, the command line flags."""

import ast
import pathlib
import re

import pytest

import fashion_models

PACKAGE = pathlib.Path(fashion_models.__file__).parent
FLAG = re.compile(r'(?<![\w-])--[a-z]')
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob('*.py')
                 if path.relative_to(PACKAGE).parts[0] != 'cli')


def flags_in_errors(source):
    """Yields the lines on which an exception is raised or made with a flag in its text."""
    for node in ast.walk(ast.parse(source)):
        is_error = isinstance(node, ast.Raise) or (
            isinstance(node, ast.Call) and ast.unparse(node.func).endswith('Error'))
        if is_error:
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and FLAG.search(
                        part.value):
                    yield part.lineno


def test_flags_are_found():
    source = ("if x:\n    raise UserError(f'--most {x}: expected 1 or more')\n"
              "error = UserError('leave out ' '--init')\n"
              "raise UserError('most: a range--of numbers')\n"
              "parser.add_argument('--most')\n")
    assert set(flags_in_errors(source)) == {2, 3}


@pytest.mark.parametrize('module', MODULES)
def test_the_library_speaks_of_parameters(module):
    assert list(flags_in_errors((PACKAGE / module).read_text(encoding='utf-8'))) == []
