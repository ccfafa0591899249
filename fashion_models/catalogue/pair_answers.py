"""A person's answers on pairs of listings: the same product, colourways of one design, or neither.

They stand in a journal (:mod:`~fashion_models.catalogue.journal`) or in a CSV file with a row for
each pair; further columns do not matter. ``fashion-models duplicates -o`` writes one.

============  ======================================================================================
``a``, ``b``  the ids of two listings, or of two products
``answer``    ``same`` (one product), ``colourway`` (of one design) or ``different``, or the first
              letter; nothing or ``?`` where nobody looked, or can tell
============  ======================================================================================
"""

import dataclasses
import os

from fashion_models.catalogue.cells import text_in
from fashion_models.catalogue.importers.tables import Table
from fashion_models.catalogue.journal import COLOURWAY, DIFFERENT, SAME, journal_at
from fashion_models.errors import UserError

COLUMNS = 'a', 'b', 'answer'
_ANSWERS = {word: answer for answer in (SAME, COLOURWAY, DIFFERENT)
            for word in (answer, answer[0])}
_NONE = '', '?'


@dataclasses.dataclass(frozen=True)
class PairAnswer:
    """An answer on a pair.

    Attributes:
        a, b (str): The two ids, the lesser first.
        answer (str): :data:`~.journal.SAME`, :data:`~.journal.COLOURWAY` or
            :data:`~.journal.DIFFERENT`.
        where (str): Where it stands, for messages.
    """

    a: str
    b: str
    answer: str
    where: str = ''


def read_pair_answers(path: str | os.PathLike, encoding: str | None = None) -> list[PairAnswer]:
    """Reads the answers of a journal (a file that ends in ``.jsonl``) or of a CSV file.

    Args:
        path: The file.
        encoding: Of a CSV file; by default UTF-8, or UTF-16 where its first bytes say so.

    Returns:
        Each pair once, in the order of the file.

    Raises:
        UserError: If it cannot be read, a row cannot be used, or two rows answer differently.
    """
    if state := journal_at(path, encoding):
        return [PairAnswer(one.a, one.b, one.answer, f'{path}, {one.who} at {one.when}')
                for one in state.pairs.values()]
    table = Table(path, encoding)
    table.require(*COLUMNS, what='answers on pairs')
    found = {}
    for where, row in table.all_rows():
        a, b, word = (text_in(row[name].strip()) for name in COLUMNS)
        if word in _NONE:
            continue
        answer = _ANSWERS.get(word.casefold())
        if not answer or not a or not b or a == b:
            raise UserError(
                f'{where}: expected two different ids and an answer ({SAME}, {COLOURWAY} or '
                f'{DIFFERENT}), found {a!r}, {b!r} and {word!r}')
        a, b = sorted((a, b))
        one = found.setdefault((a, b), PairAnswer(a, b, answer, where))
        if one.answer != answer:
            raise UserError(f'{where}: says {answer} of {a} and {b}, and {one.where} says '
                            f'{one.answer}; delete one of the two answers')
    return list(found.values())


def require_unanswered(path: str | os.PathLike) -> None:
    """Refuses to replace a table of pairs in which a person has answered.

    Raises:
        UserError: If one has, or a row cannot be read, which may hold an answer, too.
    """
    try:
        table = Table(path, mixed=True)
    except (OSError, UserError):
        return      # none is there, or something else
    if {*COLUMNS} - {*table.names}:
        return
    try:
        answered = any(text_in(row[COLUMNS[-1]].strip()) not in _NONE
                       for _, row in table.all_rows())
    except UserError as error:
        raise UserError(f"{error}; it may hold a person's answer: choose another file, or move "
                        f'{path} away') from None
    if answered:
        raise UserError(f"{path}: holds a person's answers; choose another file, or move it away")
