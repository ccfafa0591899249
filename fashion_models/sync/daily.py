"""What the daily run of a shop does, in one TOML file.

Lines that begin with ``#`` are optional: remove the ``#`` of those you want. A section that is
missing is a step left out, except that ``[embed]`` has a default for everything::

    catalogue = "shop"                  # paths are relative to this file
    run = "runs/shop"                   # or an image tower, "towers/fashionclip.onnx"
    embeddings = "shop.embeddings"

    [import]                            # without it, something else changes the catalogue
    format = "csv"                      # or another of "catalogue import"
    source = "exports/products.csv"
    # colours = "lyst16"                # fold them into 16, instead of "source", the shop's own
    # most_gone = 0.5                   # the share of products that an export may lack
    # link = true                       # to the pictures, instead of copies
    # tasks = {pattern = "Pattern"}     # further tasks, and the texts that hold their labels
    # several = ["pattern"]             # those of which a product may have several labels
    # options.separator = ";"           # and others: see "catalogue import FORMAT --help"
    # options.name = "spring"           # the catalogue's name, instead of its folder's

    # [embed]
    # per = "listing"                   # or "image", instead of "product"
    # float16 = true                    # half the space
    # pca = 128                         # so many numbers each; not for a database or [duplicates]
    # precision = "bfloat16"            # instead of "float32"
    # snapshot = "last"                 # instead of "best"
    # devices = "0"                     # a GPU, instead of the devices of the run's recipe
    # store = "/scratch/stores"         # of prepared images, instead of the catalogue's own

    # [duplicates]
    # threshold = 0.8                   # the least probability; or precision = 0.95
    # calibration = "mine.json"         # from your own pairs, instead of the package's
    # across = true                     # only pairs of two retailers

    # [publish]
    # database = "postgresql://me@db.example.com/shop"
    # table = "shop"                    # without it, a network trained anew fills another table
    # index_memory = "4GB"              # as --index-memory of "publish"
    # parquet = "shop.parquet"          # instead of a database, or as well
"""

import argparse
import dataclasses
import difflib
import os
import pathlib

from fashion_models.catalogue.importers import IMPORTERS
from fashion_models.errors import UserError
from fashion_models.parsing import content as whole_file
from fashion_models.parsing import shown, toml_tables

_NUMBER = int, float      # of a share or a probability
#: The keys of each section, and the types of their values.
_KEYS = {
    '': {'catalogue': str, 'run': str, 'embeddings': str},
    'import': {'format': str, 'source': str, 'colours': str, 'most_gone': _NUMBER, 'link': bool,
               'tasks': dict, 'several': list, 'options': dict},
    'embed': {'per': str, 'float16': bool, 'pca': int, 'precision': str, 'snapshot': str,
              'devices': str, 'store': str},
    'duplicates': {'precision': _NUMBER, 'threshold': _NUMBER, 'calibration': str,
                   'across': bool},
    'publish': {'database': str, 'table': str, 'index_memory': str, 'parquet': str},
}
_NEEDED = {'': ('catalogue', 'run', 'embeddings'), 'import': ('format', 'source')}
_CHOICES = {('import', 'format'): tuple(IMPORTERS), ('import', 'colours'): ('source', 'lyst16'),
            ('embed', 'per'): ('product', 'listing', 'image'),
            ('embed', 'snapshot'): ('best', 'last')}
_PATHS = {('', 'catalogue'), ('', 'run'), ('', 'embeddings'), ('import', 'source'),
          ('embed', 'store'), ('duplicates', 'calibration'), ('publish', 'parquet')}


@dataclasses.dataclass(frozen=True)
class Settings:
    """A file of settings; the module's text shows one.

    Attributes:
        file (pathlib.Path): The file.
        catalogue, run, embeddings (pathlib.Path): Where they are.
        import_, duplicates, publish (dict): The sections of these names, None where they lack.
        embed (dict): The section of this name.
    """

    file: pathlib.Path
    catalogue: pathlib.Path
    run: pathlib.Path
    embeddings: pathlib.Path
    import_: dict | None
    embed: dict
    duplicates: dict | None
    publish: dict | None

    @property
    def folder(self) -> pathlib.Path:
        """Where the daily run keeps its lock, its log and what it found: beside the file."""
        return self.file.with_suffix('.sync')


def load(file: str | os.PathLike) -> Settings:
    """Reads a file of settings.

    Raises:
        UserError: It cannot be read, or a value is none of those that are expected.
    """
    file = pathlib.Path(file)
    try:
        content = toml_tables(whole_file(file).decode())
    except OSError as error:
        raise UserError(f'{file}: cannot be read: {error.strerror}') from None
    except ValueError as error:
        raise UserError(f'{file}: not TOML: {error}') from None
    tables = {'': {name: value for name, value in content.items() if name not in _KEYS}}
    for name in _KEYS:
        if name in content:
            if not isinstance(content[name], dict):
                raise UserError(f'{file}: {name}: expected a section, [{name}]')
            tables[name] = content[name]
    for name, table in tables.items():
        _require_keys(file, name, table)
        for key in table:
            if (name, key) in _PATHS:
                if '://' in table[key]:
                    raise UserError(f'{file}: {f"{name}." * bool(name)}{key}: found {table[key]}, '
                                    'expected a path on this machine')
                table[key] = file.absolute().parent / table[key]
    _place_database(file, tables.get('publish', {}))
    if 'import' in tables:
        _require_options(file, tables['import'], tables['']['catalogue'])
    _require_comparable(file, tables)
    return Settings(file, **tables[''], import_=tables.get('import'),
                    embed=tables.get('embed', {}), duplicates=tables.get('duplicates'),
                    publish=tables.get('publish'))


def _require_keys(file, name, table):
    prefix = f'{name}.' if name else ''
    for key, value in table.items():
        kinds = _KEYS[name].get(key)
        if kinds is None:
            known = [*_KEYS[name], *(() if name else filter(None, _KEYS))]
            close = difflib.get_close_matches(key, known, 1) or known
            raise UserError(f'{file}: {prefix}{key}: there is no such setting; expected '
                            f'{" or ".join(close)}')
        texts = value if isinstance(value, list) else (
            value.values() if key == 'tasks' and isinstance(value, dict) else ())
        if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool) or (
                not all(isinstance(text, str) for text in texts)):
            raise UserError(f'{file}: {prefix}{key}: found {shown(value)}, expected '
                            f'{_KINDS[kinds]}')
        if kinds is _NUMBER and not 0 <= value <= 1:
            raise UserError(f'{file}: {prefix}{key}: found {shown(value)}, expected a number from '
                            '0 to 1')
        choices = _CHOICES.get((name, key), ())
        if choices and value not in choices:
            raise UserError(f'{file}: {prefix}{key}: found {shown(value)}, expected '
                            f'{", ".join(choices)}')
        if isinstance(value, str) and '\0' in value:
            raise UserError(f'{file}: {prefix}{key}: found {shown(value)}, expected a text without '
                            'a null character')
    for key in _NEEDED.get(name, ()):
        if key not in table:
            raise UserError(f'{file}: {prefix}{key} is missing')
    if name == 'publish' and not table.keys() & {'database', 'parquet'}:
        raise UserError(f'{file}: publish: expected a database, a parquet file, or both')


_KINDS = {str: 'a text', bool: 'true or false', int: 'a whole number', _NUMBER: 'a number',
          dict: 'names and texts, as in {pattern = "Pattern"}', list: 'a list of texts'}


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise ValueError(message)


def _place_database(file, table):
    """Makes a path of the database if it is the folder of an embedded one."""
    from fashion_models.representation.postgres.connection import (
        is_address,
        require_no_other_address,
    )

    place = table.get('database')
    if place is None or is_address(place):
        return
    try:
        require_no_other_address(place)
    except UserError as error:
        raise UserError(f'{file}: publish.database: {error}') from None
    table['database'] = file.absolute().parent / place


def _require_comparable(file, tables):
    """Refuses what a later step would, after hours, or on the next day."""
    for step, is_asked in (('[duplicates]', 'duplicates' in tables),
                           ('[publish] database', 'database' in tables.get('publish', {}))):
        if is_asked and 'pca' in tables.get('embed', {}):
            raise UserError(
                f'{file}: embed.pca: expected none with {step}: when the catalogue changes, so do '
                'the principal components, and no vector can be compared with those of before')
    if 'duplicates' not in tables:
        return
    if tables.get('embed', {}).get('per') == 'image':
        raise UserError(f"{file}: embed.per: found 'image', expected product or listing, which "
                        'duplicates are looked for among')
    if tables['duplicates'].keys() >= {'threshold', 'precision'}:
        raise UserError(f'{file}: duplicates: expected a threshold or a precision, not both')


def _require_options(file, table, catalogue):
    """Reads the options of the format as its command would, and completes them by the defaults."""
    parser = _Parser(prog='', add_help=False, allow_abbrev=False)
    IMPORTERS[table['format']].add_arguments(parser)
    defaults = vars(parser.parse_args([]))
    words = []
    for key, value in table.get('options', {}).items():
        if key not in defaults:
            raise UserError(f'{file}: import.options.{key}: {table["format"]} has no such option; '
                            f'expected {", ".join(defaults)}')
        words += _words(f'{file}: import.options.{key}', key, value, defaults[key])
    try:
        options = vars(parser.parse_args(words))
    except ValueError as error:
        raise UserError(f'{file}: import.options: {error}') from None
    for key in table.get('options', {}):
        if isinstance(options[key], pathlib.Path):
            options[key] = file.absolute().parent / options[key]
    if options.get('name', '') is None:
        options['name'] = pathlib.Path(os.path.abspath(catalogue)).name
    # What importers may look at, beside their own.
    common = {'link': table.get('link', False), 'colours': table.get('colours', 'source'),
              'task': [f'{task}={text}' for task, text in table.get('tasks', {}).items()],
              'several': table.get('several', [])}
    table['options'] = argparse.Namespace(**common | options)


def _words(where, key, value, default):
    """An option as it would be typed."""
    option, kind = f'--{key.replace("_", "-")}', str if default is None else type(default)
    if kind is bool and isinstance(value, bool):
        return [option] if value else []
    values = value if kind is list and isinstance(value, list) else [value]
    for one in values:
        good = (isinstance(one, int) and not isinstance(one, bool) and abs(one) < 1e9
                if kind is int else
                isinstance(one, str) and '\0' not in one and kind is not bool)
        if not good:
            raise UserError(f'{where}: found {shown(one)}, expected {_KINDS[kind]}')
    return [f'{option}={one}' for one in values]
