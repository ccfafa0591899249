"""The record of a catalogue's merges of duplicates, by which they can be taken back.

``merges.jsonl`` has a line of JSON for each call of
:func:`~fashion_models.catalogue.merge_duplicates.merge_duplicates`::

    {"when": "2026-11-26T09:14:03+00:00",
     "joined": [{"products": [{"row": 3, "record": {…}}, {"row": 17, "record": {…}}]}],
     "groups": {"1234": ["its group before", "and after"]}}

``products`` are those that became one, as they were, with their rows in the catalogue of that time;
the first of them stayed. ``groups`` are of the other products that came into another group.
"""

import json
import os
import pathlib
import shutil
from collections.abc import Sequence

from fashion_models.catalogue.io import MERGES_FILE, TRUTH_FILE, Catalogue
from fashion_models.catalogue.records import product_from_record
from fashion_models.catalogue.rewriting import Rewriting
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, whole_lines
from fashion_models.parsing import json_value, require_form, require_plain

_FORM = {'joined': [{'products': [{'row': int, 'record': dict}]}], 'groups': {str: [str]}}


def merges(catalogue: Catalogue) -> list[dict]:
    """What the merges of a catalogue did, the first one first.

    Raises:
        UserError: If its ``merges.jsonl`` is damaged.
    """
    path = catalogue.folder / MERGES_FILE
    try:
        found = [json_value(line) for line in whole_lines(path)]
        for one in found:
            require_form(one, _FORM)
            for product in (product for own in one['joined'] for product in own['products']):
                product_from_record(product['record'], catalogue.tasks)
            if not all(own['products'] for own in one['joined']):
                raise ValueError('it joins no products')
            if any(len(pair) != 2 for pair in one['groups'].values()):
                raise ValueError('a group before and one after are expected')
    except ValueError as error:
        raise UserError(f'{path}: damaged: {error}') from error
    return found


def handed_on(source: Rewriting, done: Sequence[dict]) -> list[dict]:
    """What merges of a catalogue did, the images by their paths in its copy."""
    return [one | {'joined': [
        {'products': [product | {'record': source.placed(product['record'])}
                      for product in own['products']]} for own in one['joined']]}
        for one in done]


def copy_merges(source: Rewriting, folder: str | os.PathLike) -> None:
    """Hands a catalogue's merges on to a copy in which its products are the same ones."""
    write_merges(folder, handed_on(source, merges(source.catalogue)))


def copy_truth(catalogue: Catalogue, folder: str | os.PathLike) -> None:
    """Hands the truth about a drawn catalogue on, if there is one.

    It tells of the products as they were drawn, those that were joined to others included.
    """
    path = catalogue.folder / TRUTH_FILE
    if path.exists():
        require_plain(path)
        with open(path, 'rb') as source, atomic_write(pathlib.Path(folder) / TRUTH_FILE) as file:
            shutil.copyfileobj(source, file)


def write_merges(folder: str | os.PathLike, done: Sequence[dict]) -> None:
    """Writes the record of a catalogue's merges; no file if there are none."""
    path = pathlib.Path(folder) / MERGES_FILE
    if not done:
        path.unlink(missing_ok=True)
        return
    with atomic_write(path, 'w', encoding='utf-8') as file:
        file.writelines(f'{json.dumps(one)}\n' for one in done)
