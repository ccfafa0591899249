"""The journal of decisions: who decided what about a catalogue, and when.

A reviewer decides whether a label is right, and whether two listings are one product. Each decision
is a line of JSON at the end of a file that is only ever added to::

    {"kind": "label", "id": "9f86d081884c7d65", "who": "anna", "when": "2026-11-26T09:14:03.201Z",
     "product": "1234", "task": "colour", "before": "Red", "answer": "label", "label": "Burgundy"}
    {"kind": "pair", "id": …, "who": …, "when": …, "a": "1234", "b": "77", "answer": "same"}
    {"kind": "undo", "id": …, "who": …, "when": …, "entry": "9f86d081884c7d65"}

:meth:`Journal.add` returns once the decisions are on the disk; a line that a crash cut short was
never acknowledged, and is passed over. Several processes may write at once: each takes a lock for
its lines. What counts is the last word on each label and each pair (:class:`State`). An undo is a
further line, and may itself be undone.
"""

import dataclasses
import datetime
import functools
import json
import os
import pathlib
import secrets
import threading
from collections.abc import Iterable

from fashion_models.catalogue.tasks import joined, parts
from fashion_models.errors import UserError
from fashion_models.files import append_line, locked, told_if_unwritable
from fashion_models.parsing import json_value, require_plain
from fashion_models.surrogates import is_whole

#: The ending by which a journal is told from a table of answers.
SUFFIX = '.jsonl'

#: Answers on a label: it is right, another is, or nobody can tell.
RIGHT, LABEL, CANNOT_TELL = 'right', 'label', 'cannot tell'
#: Answers on a pair: one product, colourways of one design, or neither.
SAME, COLOURWAY, DIFFERENT = 'same', 'colourway', 'different'


def _now():
    now = datetime.datetime.now(datetime.UTC)
    return now.isoformat(timespec='milliseconds').replace('+00:00', 'Z')


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of a journal.

    Attributes:
        who (str): The reviewer.
        when (str): The time in UTC, as in ``'2026-11-26T09:14:03.201Z'``; by default, now.
        id (str): Names the entry, in one journal and in several that were joined.

    Raises:
        UserError: A value is none of those that are expected.
    """

    who: str
    when: str = dataclasses.field(default_factory=_now)
    id: str = dataclasses.field(default_factory=functools.partial(secrets.token_hex, 8))

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, str) or not is_whole(value) or not (
                    value.strip() or field.name in _MAY_BE_EMPTY):
                raise UserError(f'{field.name}: expected a text, found {value!r:.60}')
        try:
            datetime.datetime.fromisoformat(self.when)
        except ValueError:
            raise UserError(
                f'when: expected a time such as {_now()}, found {self.when!r:.60}') from None

    def record(self) -> dict[str, str]:
        """The entry as a JSON object."""
        return {'kind': _NAMES[type(self)], 'id': self.id, 'who': self.who, 'when': self.when} | {
            field.name: value for field in dataclasses.fields(self)
            if (value := getattr(self, field.name)) or field.name == 'before'}


@dataclasses.dataclass(frozen=True, kw_only=True)
class LabelDecision(Entry):
    """A reviewer's answer on one label of a product.

    Attributes:
        product (str): The product's id.
        task (str): Of which label.
        before (str): The label that was looked at, ``''`` if there was none; several are joined by
            ``|``.
        answer (str): :data:`RIGHT`, :data:`LABEL` or :data:`CANNOT_TELL`.
        label (str): The right label, if the answer is :data:`LABEL`; several are joined by ``|``,
            the main one first.
    """

    product: str
    task: str
    before: str
    answer: str
    label: str = ''

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_answer(self.answer, (RIGHT, LABEL, CANNOT_TELL))
        if (self.answer == LABEL) != bool(parts(self.label)):
            raise UserError(
                f'label: found {self.label!r:.60}, expected '
                + ('the right label' if self.answer == LABEL
                   else f'none with the answer {self.answer!r}'))

    @property
    def item(self) -> tuple[str, str]:
        """What was decided on: the product and the task."""
        return self.product, self.task

    @property
    def after(self) -> str:
        """What is right, as the reviewer says; ``''`` where nobody can tell."""
        return {RIGHT: self.before, CANNOT_TELL: ''}.get(self.answer, joined(parts(self.label)))

    word = after    #: What reviewers may disagree on.


@dataclasses.dataclass(frozen=True, kw_only=True)
class PairDecision(Entry):
    """A reviewer's answer on whether two listings are one product.

    Attributes:
        a, b (str): Their ids, of products, or of listings as in a file of embeddings (the product's
            id, a slash, and the number of the listing from 1); the lesser first.
        answer (str): :data:`SAME`, :data:`COLOURWAY` or :data:`DIFFERENT`.
    """

    a: str
    b: str
    answer: str

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_answer(self.answer, (SAME, COLOURWAY, DIFFERENT))
        if self.a == self.b:
            raise UserError(f'pair: expected two ids, found {self.a!r:.60} twice')
        a, b = sorted((self.a, self.b))
        object.__setattr__(self, 'a', a)
        object.__setattr__(self, 'b', b)

    @property
    def item(self) -> tuple[str, str]:
        """What was decided on: the two ids, the lesser first."""
        return self.a, self.b

    @property
    def word(self) -> str:
        """What reviewers may disagree on."""
        return self.answer


@dataclasses.dataclass(frozen=True, kw_only=True)
class Undo(Entry):
    """Takes back the ``entry`` of that id, of any reviewer; what an undo took, it brings back."""

    entry: str


Decision = LabelDecision | PairDecision
_KINDS = {'label': LabelDecision, 'pair': PairDecision, 'undo': Undo}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_MAY_BE_EMPTY = 'before', 'label'     # a product may have had no label


def _require_answer(answer, answers):
    if answer not in answers:
        raise UserError(f'answer: expected {", ".join(answers)}, found {answer!r:.60}')


class State:
    """What a journal comes to.

    Args:
        entries: In their order.

    Attributes:
        decisions (list of Decision): Those that nobody took back, in their order. The last one of a
            reviewer is what their undo would take back.
        labels (dict): (product, task) to the last :class:`LabelDecision` on it.
        pairs (dict): (a, b), the lesser id first, to the last :class:`PairDecision` on it.
        disagreements (list of list of Decision): For each label or pair on which the last words of
            its reviewers differ, these, in their order: the last of them counts.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        undone, kept = set(), []
        for entry in reversed(list(entries)):
            if entry.id in undone:
                continue
            if isinstance(entry, Undo):
                undone.add(entry.entry)
            else:
                kept.append(entry)
        self.decisions = kept[::-1]
        words = {}      # of each item, the last one of each reviewer
        for decision in self.decisions:
            own = words.setdefault((type(decision), decision.item), {})
            own.pop(decision.who, None)     # the order is that of the last words
            own[decision.who] = decision
        last = {key: list(own.values()) for key, own in words.items()}
        self.labels = {item: own[-1] for (kind, item), own in last.items() if kind is LabelDecision}
        self.pairs = {item: own[-1] for (kind, item), own in last.items() if kind is PairDecision}
        self.disagreements = [
            own for own in last.values() if len({decision.word for decision in own}) > 1]


class Journal:
    """A journal on disk; it may be shared by threads and processes.

    Args:
        path: The file; its folder exists. It is made by the first decision.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.path = pathlib.Path(path)
        self._guard = threading.Lock()
        self._forget()

    def _forget(self):
        self._entries, self._ids, self._state = [], set(), None
        self._inode, self._read, self._last = None, 0, b''

    def add(self, *entries: Entry) -> None:
        """Adds entries; when it returns, they are on the disk.

        Raises:
            UserError: An undo is of no entry there, or the file cannot be written, or read.
        """
        text = '\n'.join(json.dumps(entry.record()) for entry in entries)
        lock = self.path.with_name(f'{self.path.name}.lock')
        with told_if_unwritable(self.path), locked(lock, lambda: None):
            known = self._refreshed()[1] | {entry.id for entry in entries}
            for entry in entries:
                if isinstance(entry, Undo) and entry.entry not in known:
                    raise UserError(f'{self.path}: has no entry {entry.entry!r:.60} to undo')
            if entries:
                append_line(self.path, text, durable=True)

    def entries(self) -> list[Entry]:
        """All entries, in their order; none if there is no file.

        Raises:
            UserError: If a line is no entry.
        """
        return list(self._refreshed()[0])

    def state(self) -> State:
        """What they come to; read again only if there are new ones."""
        return self._refreshed()[2]

    def _refreshed(self):
        """The entries, their ids and the state, with what was added since the last call."""
        with self._guard:
            new = self._unread()
            if new or self._state is None:
                # Not in place: what was given out earlier stays as it is.
                self._entries = self._entries + new
                self._ids = self._ids | {entry.id for entry in new}
                self._state = State(self._entries)
            return self._entries, self._ids, self._state

    def _unread(self):
        try:
            require_plain(self.path)
            with open(self.path, 'rb') as file:
                inode = os.fstat(file.fileno()).st_ino
                file.seek(self._read - len(self._last))
                if (inode, file.read(len(self._last))) != (self._inode, self._last):
                    self._forget()      # replaced: by another file or, as "cp" does, in place
                    file.seek(0)
                content = file.read()
        except FileNotFoundError:
            self._forget()
            return []
        except OSError as error:
            raise UserError(f'{self.path}: cannot be read: {error.strerror or error}') from error
        content = content[:content.rfind(b'\n') + 1]
        found = [_parsed(line, f'{self.path}:{number}')
                 for number, line in enumerate(content.split(b'\n')[:-1], len(self._entries) + 1)]
        self._inode, self._read = inode, self._read + len(content)
        self._last = content[content.rfind(b'\n', 0, -1) + 1:] or self._last
        return found


def journal_at(path: str | os.PathLike, encoding: str | None = None) -> State | None:
    """What the journal at a path comes to; ``None`` if the path does not end as a journal's.

    Args:
        path: Of a journal, or of a table of answers.
        encoding: Of the table; a journal has none to choose.

    Raises:
        UserError: If it is a journal and is not there, or cannot be read.
    """
    path = pathlib.Path(path)
    if path.suffix.lower() != SUFFIX:
        return None
    if encoding:
        raise UserError(f'encoding: {path} is a journal, which is UTF-8; leave the encoding out')
    if not path.is_file():
        raise UserError(f'{path}: there is no such file; expected a journal of decisions')
    return Journal(path).state()


def _parsed(line, where):
    try:
        record = json_value(line)
        return _KINDS[record.pop('kind')](**record)
    except UserError as error:
        raise UserError(f'{where}: {error}') from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise UserError(f'{where}: expected an entry of a journal, found '
                        f'{line.decode("utf-8", "replace")!r:.60}') from None
