"""The plan of the house: which room of the package may import from which."""

import ast
import pathlib

import pytest

import fashion_models

PACKAGE = pathlib.Path(fashion_models.__file__).parent
#: From top to bottom. A module imports from its own line and from those above it, never from below.
ROOMS = (
    ('compat', 'errors', 'caching', 'optional', 'plural', 'surrogates', 'terminal'),
    ('onednn',),
    ('functions',),
    ('arrays', 'article', 'devices', 'files', 'parsing', 'processes', 'provenance', 'remote',
     'workers'),
    ('catalogue',),
    ('pages',),
    ('drawn',),
    ('data',),
    ('links',),
    ('training',),
    ('representation',),
    ('__init__',),  # the face of the package: load()
    ('sync',),
    ('serve',),
    ('experiments',),
    ('cli',),
    ('__main__',),
)
LEVEL = {room: level for level, rooms in enumerate(ROOMS) for room in rooms}
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob('*.py'))


def room(path):
    """The room of a module: the folder at the top, or the module itself."""
    return path.parts[0].removesuffix('.py')


def imported(source):
    """Yields (line, room) of every import of the package's own, inside functions, too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f'line {node.lineno}: imports are absolute'
            names = [f'{node.module}.{alias.name}' for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            package, *parts = name.split('.')
            # The package by itself lies above all: it is always imported first. What comes from it
            # that is no module, as in ``from fashion_models import load``, is of ``__init__``.
            if package == PACKAGE.name and parts:
                yield node.lineno, parts[0] if is_room(parts[0]) else '__init__'


def is_room(name):
    return (PACKAGE / name).is_dir() or (PACKAGE / f'{name}.py').is_file()


def upward(own, source):
    """The imports that go against the plan, a line each."""
    return [
        f'line {line}: {own} imports {other}, which lies below it'
        for line, other in imported(source) if LEVEL[other] > LEVEL[own]]


@pytest.mark.parametrize('path', MODULES, ids=str)
def test_imports_go_one_way(path):
    assert room(path) in LEVEL, f'{room(path)}: has no place among the rooms of {__file__}'
    faults = upward(room(path), (PACKAGE / path).read_text('utf-8'))
    assert not faults, f'{path}: ' + '; '.join(faults)


@pytest.mark.parametrize('source', [
    'from fashion_models.training import run', 'import fashion_models.training.run as run',
    'from fashion_models import training', 'def f():\n    from fashion_models.cli import main',
    'from fashion_models import load'])
def test_an_upward_import_is_found(source):
    assert upward('links', source)
    assert not upward('__main__', source)


def test_what_lies_above_may_be_imported():
    assert not upward('links', 'from fashion_models.functions import linear\nimport numpy')
    assert not upward('links', 'from fashion_models.links.zfnet import ZFNet')


@pytest.mark.parametrize('path', MODULES, ids=str)
def test_a_long_module_says_why_it_is_one(path):
    source = (PACKAGE / path).read_text('utf-8')
    lines = source.count('\n')
    head = ast.get_docstring(ast.parse(source)) or ''
    assert lines <= 320 or 'One file' in head, (
        f'{path}: {lines} lines; divide it, or say in its docstring why it is "One file, …"')
