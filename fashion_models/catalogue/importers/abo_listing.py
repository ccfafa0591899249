"""What a listing of Amazon Berkeley Objects says, in whatever form it says it.

The forms are described in :mod:`~fashion_models.catalogue.importers.abo`.
"""

from fashion_models.catalogue.importers.source import clean
from fashion_models.catalogue.importers.wording import genders, one_gender

#: Marketplaces that name their categories in English.
ENGLISH_DOMAINS = ('amazon.com', 'amazon.co.uk', 'amazon.in', 'amazon.ca', 'amazon.com.au',
                   'amazon.ae', 'amazon.sg')


def word(value: object) -> str:
    """A text, cleaned; ``''`` if it is none."""
    return clean(value) if isinstance(value, str) else ''


def texts_of(record: dict, name: str) -> list[tuple[str, str]]:
    """The (language tag, text) pairs of a key, in whatever form it has them."""
    value = record.get(name)
    entries = value if isinstance(value, list) else [value]
    found = []
    for entry in entries:
        language = entry.get('language_tag') if isinstance(entry, dict) else None
        text = entry.get('value') if isinstance(entry, dict) else entry
        if isinstance(text, (str, int, float)) and clean(str(text)):
            found.append((word(language), clean(str(text))))
    return found


def in_one_language(values: list[tuple[str, str]]) -> list[str]:
    """The texts in the first English variant; if there is none, in the first language."""
    languages = [language for language, _ in values]
    wanted = next(filter(_is_english, languages), languages[0] if languages else '')
    return list(dict.fromkeys(text for language, text in values if language == wanted))


def _is_english(language):
    return language.split('_')[0] == 'en'


def best_text(records: list[dict], name: str) -> str:
    """The first text of several listings in English, else the first; keywords joined by ``|``."""
    values = [value for record in records for value in texts_of(record, name)]
    texts = in_one_language(values)
    return '|'.join(texts) if name == 'item_keywords' else texts[0] if texts else ''


def type_of(record: dict) -> str:
    """The product type as Amazon names it, such as ``SHOES``."""
    return next((text for _, text in texts_of(record, 'product_type')), '')


def images_of(record: dict) -> list[str]:
    """The ids of a listing's images, the main one first."""
    others = record.get('other_image_id')
    found = [record.get('main_image_id'), *(others if isinstance(others, list) else [others])]
    return list(dict.fromkeys(filter(None, map(word, found))))


def colours_of(records: list[dict]) -> tuple[str, ...]:
    """The colours in English, standardised where they are; else in whatever language there is."""
    entries = [entry for record in records if isinstance(record.get('color'), list)
               for entry in record['color'] if isinstance(entry, dict)]
    entries.sort(key=lambda entry: not _is_english(word(entry.get('language_tag'))))  # stable
    for entry in entries:
        standard = entry.get('standardized_values')
        names = [*(standard if isinstance(standard, list) else [])] or [entry.get('value')]
        if colours := tuple(dict.fromkeys(filter(None, map(word, names)))):
            return colours
    return ()


def node_of(records: list[dict]) -> list[str]:
    """The longest category path of an English marketplace, without its root (list of str)."""
    paths = [[]]
    for record in records:
        nodes = record.get('node')
        if record.get('domain_name') in ENGLISH_DOMAINS and isinstance(nodes, list):
            for node in nodes:
                path = isinstance(node, dict) and word(node.get('node_name') or node.get('path'))
                if path:
                    names = [clean(name) for name in path.strip('/').split('/')]
                    paths.append([name for name in names if name and name != 'Categories'])
    return max(paths, key=len)


def gender_of(node: list[str], records: list[dict]) -> str:
    """The gender that the category path names, else the English titles; ``''`` if neither."""
    found = {gender for name in node for gender in genders(name)}
    if not found:
        found = {gender for record in records for language, name in texts_of(record, 'item_name')
                 if _is_english(language) for gender in genders(name)}
    return one_gender(found)
