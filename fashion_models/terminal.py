"""Texts of catalogues on a terminal, which obeys the control characters in what it shows."""

import codecs
import contextlib
import io
import json
import os
import sys
import unicodedata

_ESCAPED = 'fashion_models.escaped'
#: Characters of an error. What is longer holds a file in place of a name.
LONGEST = 4000
#: Exit status of a command whose output nobody reads any more.
READER_GONE = 141


def ready_streams() -> None:
    r"""Lets standard output and error take any text, whatever their encoding, closed or not.

    What they cannot encode appears as in ``\u00df``, which JSON reads, too.
    """
    for name in 'stdout', 'stderr':
        stream = getattr(sys, name)
        if stream is None:      # whoever started this has closed it, as by ``>&-``
            setattr(sys, name, open(os.devnull, 'w', encoding='utf-8'))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ESCAPED)


def print_error(program: str, message: object) -> None:
    """Prints an error in one line on standard error, if that can be written to."""
    with contextlib.suppress(OSError):      # the exit status tells all the same
        print(f'{program}: error: {visible(shortened(str(message)))}', file=sys.stderr, flush=True)


def reader_gone() -> int:
    """Ends the output whose reader has seen enough, as in ``| head``; returns the exit status."""
    # Python must not complain of it at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return READER_GONE


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
