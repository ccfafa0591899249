"""Recipes as the text of TOML files: keys and types are checked, values are not."""

import dataclasses
import difflib
import json

from fashion_models.errors import UserError
from fashion_models.parsing import shown, toml_tables

#: Characters of a key or a value that a message shows.
_LENGTH = 60


def parse(text: str, recipe: type, of_run: bool = False) -> dict:
    """The sections of a recipe, from the text of a TOML file.

    Args:
        text: Of the file.
        recipe: The dataclass, whose fields are the sections.
        of_run: Whether missing choices are what was done before there was a choice.

    Raises:
        UserError: If the text is no TOML, has a key that no recipe has, or a value of another type.
    """
    try:
        tables = toml_tables(text)
    except ValueError as error:
        raise UserError(f'not a TOML file: {error}') from error
    fields = {field.name: field.default_factory for field in dataclasses.fields(recipe)}
    sections = {}
    if of_run:
        tables = {name: {} for name in fields} | tables
    for name, table in tables.items():
        if name not in fields:
            raise UserError(_unknown(name, fields))
        if not isinstance(table, dict):
            raise UserError(f'{name}: found {shown(table)}, expected a table [{name}]')
        sections[name] = _section(name, fields[name], table, of_run)
    return sections


def _section(section, cls, table, of_run):
    types = {field.name: field.type for field in dataclasses.fields(cls)}
    values = {
        field.name: field.metadata['earlier'] for field in dataclasses.fields(cls)
        if of_run and 'earlier' in field.metadata}
    for name, value in table.items():
        key = f'{section}.{name}'
        if name not in types:
            raise UserError(_unknown(key, [f'{section}.{other}' for other in types]))
        values[name] = _typed(key, types[name], value)
    return cls(**values)


def _typed(key, wanted, value):
    numbers = value if isinstance(value, list) else [value]
    if isinstance(value, dict):
        numbers = value.values()
    if any(type(number) is int and abs(number) >= 1 << 63 for number in numbers):
        raise UserError(f'{key}: found a number too large, expected one of 64 bits')
    if wanted is float and type(value) is int:
        return float(value)
    if wanted in (bool, int, float, str) and type(value) is wanted:
        return value
    if wanted == tuple[int, ...] and isinstance(value, list) and all(
            type(item) is int for item in value):
        return tuple(value)
    if wanted == tuple[str, ...] and isinstance(value, list) and all(
            type(item) is str for item in value):
        return tuple(value)
    if wanted == dict[str, float] and isinstance(value, dict) and all(
            type(item) in (int, float) for item in value.values()):
        return {name: float(item) for name, item in value.items()}
    names = {
        bool: 'true or false', int: 'a whole number', float: 'a number', str: 'a text in quotes',
        tuple[int, ...]: 'a list of whole numbers', tuple[str, ...]: 'a list of texts',
        dict[str, float]: 'a table of numbers'}
    raise UserError(f'{key}: found {shown(value)}, expected {names[wanted]}')


def _unknown(key, known):
    near = difflib.get_close_matches(key[:_LENGTH], known, 1)
    hint = f'did you mean {near[0]}?' if near else f'known are {", ".join(known)}'
    plain = key.isprintable() and len(key) <= _LENGTH
    return f'unknown key {key if plain else shown(key)}: {hint}'


def written(value: object) -> str:
    """A value as TOML."""
    if isinstance(value, tuple):
        return '[' + ', '.join(map(written, value)) + ']'
    if isinstance(value, str):
        # TOML escapes what JSON does, and one character more.
        return json.dumps(value, ensure_ascii=False).replace('\x7f', '\\u007f')
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        items = (f'{written(name)} = {written(item)}' for name, item in value.items())
        return '{' + ', '.join(items) + '}'
    return repr(value)
