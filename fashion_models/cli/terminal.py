"""Texts of catalogues on a terminal, which obeys the control characters in what it shows."""

import codecs
import io
import json
import sys
import unicodedata

_ESCAPED = 'fashion_models.escaped'
#: Characters of an error. What is longer holds a file in place of a name.
LONGEST = 4000


def escape_what_cannot_be_shown() -> None:
    r"""Lets standard output and error write any text, whatever their encoding.

    What they cannot encode appears as in ``\u00df``, which JSON reads, too.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ESCAPED)


def _escaped(error):
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start:error.end])[1:-1], error.end


codecs.register_error(_ESCAPED, _escaped)


def visible(text: str) -> str:
    r"""The text with its control characters escaped, as in ``\x1b``; it keeps its line breaks.

    So are the characters that reverse the direction of writing, with which a text can pretend to be
    another, and halves of surrogate pairs, which cannot be encoded.
    """
    return ''.join(sign if sign == '\n' or not _controls(sign)
                   else sign.encode('unicode_escape').decode() for sign in text)


def shortened(text: str) -> str:
    """The text without its middle, if a name of megabytes would flood the terminal."""
    if len(text) <= LONGEST:
        return text
    return f'{text[:LONGEST // 2]} … {text[-LONGEST // 2:]}'


def visible_line(text: str) -> str:
    """The text as :func:`visible` gives it, line breaks escaped, too."""
    return visible(text).replace('\n', r'\n')


def _controls(sign):
    return (unicodedata.category(sign) in ('Cc', 'Cs', 'Zl', 'Zp')
            or unicodedata.bidirectional(sign) in (
                'LRE', 'RLE', 'LRO', 'RLO', 'PDF', 'LRI', 'RLI', 'FSI', 'PDI'))
