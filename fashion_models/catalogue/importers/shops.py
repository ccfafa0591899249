"""What the exports of shops have in common: options, attributes that are labels, category paths."""

from __future__ import annotations

import argparse
import collections
import os
import pathlib
import re
from collections.abc import Iterable, Mapping

from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers import pictures
from fashion_models.catalogue.importers.no_labels import is_uncategorized
from fashion_models.catalogue.importers.source import clean, closest
from fashion_models.catalogue.importers.wording import (
    gender_in_shop,
    genders_in_any_language,
    genders_of_paths,
    names_only_a_gender,
    unescaped,
)
from fashion_models.catalogue.records import Header
from fashion_models.catalogue.tasks import LEVELS, TASKS, joined
from fashion_models.errors import UserError

#: What shops call the attributes that are labels here, in lower case. After English: German,
#: French, Italian, Spanish, Portuguese, Dutch; the Nordic languages; those of eastern Europe, Greek
#: and Turkish; of colours also those of the Baltic, of Asia and of the Near East.
ATTRIBUTES = {
    'gender': ('gender', 'target gender', 'geschlecht', 'sexe', 'genre', 'genere', 'sesso',
               'género', 'sexo', 'gênero', 'geslacht', 'køn', 'kjønn', 'kön', 'sukupuoli',
               'płeć', 'pohlaví', 'pohlavie', 'spol', 'пол', 'стать', 'φύλο', 'cinsiyet'),
    'colour': ('color', 'colour', 'colors', 'colours', 'color name', 'colour name',
               'colorway', 'colourway', 'colorways', 'colourways', 'color family', 'colour family',
               'farbe', 'farben', 'couleur', 'couleurs', 'coloris', 'colore', 'colori', 'colores',
               'cor', 'cores', 'kleur', 'kleuren', 'farve', 'farver', 'farge', 'farger', 'färg',
               'färger', 'väri', 'värit', 'litur', 'kolor', 'kolory', 'barva', 'barvy', 'barve',
               'farba', 'farby', 'szín', 'színek', 'culoare', 'culori', 'boja', 'боја', 'цвят',
               'цвет', 'цвета', 'колір', 'кольори', 'χρώμα', 'χρωμα', 'χρώματα', 'renk', 'renkler',
               'spalva', 'krāsa', 'värv', 'カラー', '色', '颜色', '顏色', '색상', 'màu', 'màu sắc',
               'warna', 'สี', 'צבע', 'لون', 'اللون', 'رنگ'),
}

#: The level of all apparel in Google's taxonomy, in the languages of most feeds, in lower case.
_APPAREL = {
    'apparel & accessories', 'bekleidung & accessoires', 'vêtements et accessoires',
    'ropa y accesorios', 'abbigliamento e accessori', 'kleding en accessoires',
    'ubrania i akcesoria', 'vestuário e acessórios', 'oblečení a doplňky'}
#: Where the way to a product begins in a shop, in lower case.
_BEGINNINGS = {
    'homepage', 'home page', 'startseite', 'accueil', 'inicio', 'início', 'strona główna',
    'default category', 'root catalog'}

#: What attributes are called that say for which age a product is, in lower case.
AGE_GROUPS = {'age group', 'age_group', 'altersgruppe', "tranche d'âge", 'grupo de edad',
               'fascia di età', 'leeftijdsgroep'}


def add_arguments(parser: argparse.ArgumentParser, columns: bool = True) -> None:
    """Adds the options that all exports of shops have."""
    pictures.add_arguments(parser)
    add_label_arguments(parser)
    add_table_arguments(parser, columns)
    add_header_arguments(parser)


def add_table_arguments(parser: argparse.ArgumentParser, columns: bool = True) -> None:
    """Adds the options that say how a table is to be read."""
    parser.add_argument('--encoding', metavar='NAME',
                        help='of the table, such as cp1252 (default: UTF-8, or UTF-16 where it '
                             'begins like that; other bytes are taken for cp1252)')
    if columns:
        parser.add_argument('--column', action='append', default=[], metavar='NAME=COLUMN',
                            help='what the table calls a column of the format, as in '
                                 'Images=Bilder; may be repeated')


def add_label_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say which attributes and categories are labels."""
    parser.add_argument('--attribute', action='append', default=[], metavar='TASK=ATTRIBUTE',
                        help='the attribute or option that holds the labels of a task, as in '
                             'colour=Shade; may be repeated')
    add_levels_argument(parser)


def add_levels_argument(parser: argparse.ArgumentParser) -> None:
    """Adds the option that says what the levels of categories are."""
    parser.add_argument('--levels', default='/'.join(LEVELS), metavar='LEVELS',
                        help='what the levels of a category path stand for, without those that '
                             'are a gender, such as category/subcategory (default: '
                             'type/category/subcategory)')


def add_header_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what the catalogue is to say of itself."""
    parser.add_argument('--name', help="the catalogue's name (default: that of the SOURCE file)")
    parser.add_argument('--licence', default='', help="the images' licence, for the header")


def header(table: str | os.PathLike, arguments: argparse.Namespace) -> Header:
    """The header of a catalogue that is made of a file."""
    table = pathlib.Path(table)
    return Header(arguments.name or table.stem, source=table.name, licence=arguments.licence)


def pairs(option: str, values: Iterable[str]) -> dict[str, str]:
    """Takes apart what an option that may be repeated says, as in ``colour=Shade``.

    Raises:
        UserError: If a value is not of that form, or names the same twice.
    """
    found = {}
    for value in values:
        name, _, text = (word.strip() for word in value.partition('='))
        if not name or not text or name in found:
            raise UserError(f'{option}: found {value!r}, expected NAME=NAME, each but once')
        found[name] = text
    return found


def only_file(source: str | os.PathLike, what: str) -> pathlib.Path:
    """The file that a source is.

    Raises:
        UserError: If there is no such file.
    """
    source = pathlib.Path(source)
    if not source.is_file():
        raise UserError(f'{source}: expected {what}')
    return source


def category_path(text: str) -> list[str]:
    """The levels of a category such as ``Clothing > Dresses``; ``Uncategorized`` is none.

    Of a path in Google's taxonomy the first is left out, under which all apparel is, and so is
    where the way to a product begins, as in *Home > Women > Dresses*.
    """
    # Exports are often escaped twice.
    levels = _levels(re.split(r'\s*>\s*', clean(unescaped(text))))
    if len(levels) > 1 and _is_beginning(levels):
        levels = levels[1:]
    return levels[1:] if levels and levels[0].casefold() in _APPAREL else levels


def _is_beginning(levels):
    """Says whether the first level is where the way begins; ``Home > Towels`` is a category."""
    first = levels[0].casefold()
    return first in _BEGINNINGS or first == 'home' and names_only_a_gender(levels[1])


def _levels(names):
    """The names that are levels of a category."""
    return [name for name in names if name and not is_uncategorized(name)]


def is_category_path(text: str) -> bool:
    """Says whether a text is a category of several levels."""
    return '>' in unescaped(text).strip('> ')


def _folded(name):
    """What the names of an attribute have in common: of *Color:*, too."""
    return clean(name).casefold().rstrip(': ')


class Labelling:
    """How attributes and categories become labels.

    Args:
        attributes: From tasks to the names of attributes; a task that is not in it has the usual
            ones.
        levels: What the levels of a category path stand for, joined by ``/``.

    Raises:
        UserError: If a task or a level does not exist.
    """

    def __init__(self, attributes: Mapping[str, str], levels: str) -> None:
        for task in attributes:
            if task not in TASKS:
                raise UserError(f'attribute: found {task!r}, expected a task: {", ".join(TASKS)}')
        self.levels = levels.split('/')
        if not set(self.levels) <= set(LEVELS) or len(set(self.levels)) < len(self.levels):
            raise UserError(f'levels: found {levels}, expected some of {", ".join(LEVELS)}, '
                            'each once, joined by /')
        self._task_of = {name: task for task, names in ATTRIBUTES.items()
                         if task not in attributes for name in names}
        self._named = {_folded(name): name for name in attributes.values()}
        self._task_of |= {_folded(name): task for task, name in attributes.items()}
        self._seen = {}

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> Labelling:
        """As the options of :func:`add_label_arguments` say."""
        return cls(pairs('attribute', arguments.attribute), arguments.levels)

    def task_of(self, attribute: str) -> str | None:
        """The task whose labels an attribute holds, if any."""
        self.saw([attribute])
        return self._task_of.get(_folded(attribute))

    def saw(self, attributes: Iterable[str]) -> None:
        """Takes down that products have attributes."""
        self._seen.update((_folded(name), name) for name in attributes)

    def require_seen(self) -> None:
        """Makes sure, once all products were read, that the attributes that were named are theirs.

        Raises:
            UserError: No product has one of them.
        """
        for key, name in self._named.items():
            if key not in self._seen:
                raise UserError(f'attribute: no product has {name!r}; there are '
                                f'{closest(name, self._seen.values())}')

    def colours(self, attributes: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
        """The colours that attributes (name to values) give."""
        return self._values('colour', attributes)

    def labels(self, attributes: Mapping[str, Iterable[str]], paths: Iterable[list[str]],
               texts: Iterable[str] = ()) -> dict:
        """The labels of a product.

        Args:
            attributes: From each attribute's name to its values.
            paths: The category paths that it is filed under, each a list of names.
            texts: Other words that may tell the gender, if nothing else does: the first that does
                decides.

        Returns:
            dict: Labels by task; the type, category and subcategory are of the longest path.
        """
        paths = [_levels(clean(unescaped(name)) for name in path) for path in paths]
        longest = max(paths, key=len, default=[])
        labels = dict(zip(self.levels, [
            name for name in longest if not names_only_a_gender(name)]))
        for task in TASKS:
            if task not in ('gender', 'colour') and (values := self._values(task, attributes)):
                labels[task] = values[0]
        labels['colour'] = self._values('colour', attributes)
        labels['gender'] = self._gender(attributes, paths, longest, texts)
        return labels

    def note_unused(self, variants: Iterable[tuple[Mapping[str, Iterable[str]], Iterable[str]]],
                    where: str, report: Report) -> None:
        """Notes what varies, and the pictures with it, between variants whose colour is not known.

        Args:
            variants: Of each the attributes (name to values) and the pictures.
            where: The product.
            report: Of the import.
        """
        pictures = collections.defaultdict(lambda: collections.defaultdict(set))
        for attributes, images in variants:
            for name, values in attributes.items():
                if not self.task_of(name):
                    pictures[name][joined(values)].update(images)
        for name, shown in pictures.items():
            if any(found != next(iter(shown.values())) for found in shown.values()):
                report.note(f'{name} varies between the variants of a product, and the pictures '
                            'with it; it was not used. Is it the colour?', where)

    def extra(self, attributes: Mapping[str, Iterable[str]]) -> dict[str, str]:
        """The attributes that are no labels, as texts."""
        found = {name: joined(dict.fromkeys(map(clean, values)))
                 for name, values in attributes.items() if not self.task_of(name)}
        return {name: text for name, text in found.items() if text}

    def _values(self, task, attributes):
        """The labels in the first of a task's attributes that has some, in the order of our list.

        A *colour family* beside the colour is not another colour.
        """
        found = {_folded(name): values for name, values in attributes.items()
                 if self.task_of(name) == task and any(map(clean, values))}
        name = next((name for name in self._task_of if name in found), None)
        # Spelled in several ways, a label is one.
        labels = {}
        for value in filter(None, (clean(unescaped(value)) for value in found.get(name, ()))):
            labels.setdefault(value.casefold(), value)
        return tuple(labels.values())

    def _gender(self, attributes, paths, longest, texts):
        said = self._values('gender', attributes)
        found = genders_in_any_language(' '.join(said))
        if said and not found:
            return said[0]
        found = found or genders_of_paths(paths, longest)
        for text in texts:
            found = found or genders_in_any_language(text)
        return gender_in_shop(found, [
            clean(unescaped(value)) for name, values in attributes.items()
            if _folded(name) in AGE_GROUPS for value in values])
