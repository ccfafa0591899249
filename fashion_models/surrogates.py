"""Halves of surrogate pairs, which JSON can hold and UTF-8 cannot.

Programs that count UTF-16 units leave them where they cut a text in the middle of an emoji. In
Python, names of files whose bytes are not UTF-8 hold them, too.
"""

import json
import re

_HALF = re.compile(r'[\ud800-\udfff]')
#: These, and what a terminal obeys and JSON lets pass: control characters, directions of writing.
_ESCAPED = re.compile('[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]')


def json_text(value: object, **how: object) -> str:
    """JSON to be read by people, which any file can hold and any terminal show.

    Args:
        value: The value; paths of files may be among its texts, whatever their names hold.
        how: As of :func:`json.dumps`.
    """
    text = json.dumps(value, ensure_ascii=False, **how)
    return _ESCAPED.sub(lambda sign: f'\\u{ord(sign[0]):04x}', text)


def is_whole(value: object) -> bool:
    """Says whether no text in a JSON value, names included, holds half of a surrogate pair."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            if not one.isascii() and _HALF.search(one):
                return False
        elif isinstance(one, dict):
            stack += [*one, *one.values()]
        elif isinstance(one, (list, tuple)):
            stack += one
    return True


def whole(value: object) -> object:
    """The JSON value with a replacement character (U+FFFD) for each half of a surrogate pair."""
    if isinstance(value, str):
        return _HALF.sub('\ufffd', value)
    if isinstance(value, dict):
        return {whole(name): whole(one) for name, one in value.items()}
    return [*map(whole, value)] if isinstance(value, list) else value
