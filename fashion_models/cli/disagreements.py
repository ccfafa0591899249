"""Tells on which decisions of a journal its reviewers disagree."""

import sys

from fashion_models.catalogue.journal import LabelDecision, State
from fashion_models.terminal import visible_line

#: Disagreements that are told, of each journal.
SHOWN = 10


def tell_disagreements(state: State, kind: str) -> None:
    """Prints what reviewers disagree on to the standard error; the last word counts.

    Args:
        state: What the journal comes to.
        kind: On what: ``'label'`` or ``'pair'``.
    """
    labels = kind == 'label'
    found = [own for own in state.disagreements if isinstance(own[0], LabelDecision) == labels]
    if not found:
        return
    print(f'reviewers disagree on {len(found):,} {kind}{"s" * (len(found) != 1)}; the last word '
          'counts:', file=sys.stderr)
    for own in found[:SHOWN]:
        item = (f'{own[0].task} of product {own[0].product}' if labels
                else f'{own[0].a} and {own[0].b}')
        words = ', '.join(f'{one.who}: {one.word or "cannot tell"}' for one in own)
        print(visible_line(f'  {item}: {words}'), file=sys.stderr)
    if len(found) > SHOWN:
        print(f'  and {len(found) - SHOWN:,} more', file=sys.stderr)
