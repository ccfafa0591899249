"""The part of the API by which labels and pairs are reviewed."""

import itertools
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from fashion_models.catalogue.journal import LabelDecision, PairDecision
from fashion_models.serve import review_schema as schema
from fashion_models.serve.api import ERRORS, STRICT, product_of
from fashion_models.serve.workbench import Workbench

_CONFLICT = ERRORS | {409: {**ERRORS[400], 'description': 'The label is another one by now'}}
_KINDS = {'label': LabelDecision, 'pair': PairDecision}

State = Annotated[Literal['open', 'decided', 'any'], Query(
    description='Those to be decided on, those that are, or both')]
After = Annotated[int, Query(description='Only those after this number')]
Limit = Annotated[int, Query(ge=1, le=200)]


def router(bench: Workbench) -> APIRouter:
    """The routes of the reviews.

    Args:
        bench: What answers.
    """
    api = APIRouter(prefix='/api/review', **STRICT)
    shop, decisions = bench.shop, bench.decisions

    @api.get('/labels', responses=ERRORS)
    def labels(task: str = '', label: str = '', suspects: bool = True,
               surest: Annotated[float, Query(ge=0, le=1)] = 1, state: State = 'open',
               after: After = -1, limit: Limit = 60) -> schema.Doubts:
        """Labels to review: those that an audit suspects, or all."""
        total, decided, shown = 0, 0, []
        known = decisions.journal.state().labels
        if task:
            bench.known_task(task)
        for number, doubt in bench.labels.doubts(task, label, suspects, surest):
            decision = known.get((bench.labels.product(doubt), doubt.task))
            total += 1
            decided += decision is not None
            if number > after and len(shown) < limit and _fits(state, decision):
                shown.append(schema.Doubt(
                    number=number, product=product_of(shop.item(doubt.row)), task=doubt.task,
                    label=doubt.label, suggested=doubt.suggested, p_label=doubt.p_label,
                    p_suggested=doubt.p_suggested, decision=_decided(decision)))
        return schema.Doubts(total=total, decided=decided, doubts=shown)

    @api.get('/labels/names', responses=ERRORS)
    def names(task: str) -> list[str]:
        """The labels that a product may have in a task."""
        return bench.labels.labels(bench.known_task(task))

    @api.post('/labels', responses=_CONFLICT)
    def decide_labels(asked: schema.LabelAnswers) -> schema.Saved:
        """Saves decisions on labels; what is answered as saved is on the disk."""
        made = [bench.labels.decision(asked.who.strip(), one.product, one.task, one.before,
                                      one.answer, one.label) for one in asked.answers]
        return _saved(decisions.add(made, [[one.seen] for one in asked.answers]))

    @api.get('/pairs', responses=ERRORS)
    def pairs(least: Annotated[float, Query(ge=0, le=1)] = 0, known: bool = False,
              state: State = 'open', after: After = -1, limit: Limit = 20) -> schema.Pairs:
        """Pairs that are likely duplicates, the likeliest first."""
        found = bench.pairs.pairs(least, known)
        last = decisions.journal.state().pairs
        total, decided, shown = 0, 0, []
        for number, pair in found or ():
            decision = last.get(tuple(sorted((pair.a.id, pair.b.id))))
            total += 1
            decided += decision is not None
            if number > after and len(shown) < limit and _fits(state, decision):
                shown.append(schema.PairOut(
                    number=number, probability=round(pair.probability, 4), known=pair.known,
                    similarity=round(pair.similarity, 4), decision=_decided(decision),
                    sides=[_side(pair.a), _side(pair.b)]))
        return schema.Pairs(searching=found is None, total=total, decided=decided, pairs=shown)

    @api.get('/groups', responses=ERRORS)
    def groups(state: State = 'open', after: After = -1, limit: Limit = 20) -> schema.Groups:
        """Groups of three or more likely duplicates, the largest first."""
        found = bench.pairs.groups()
        last = decisions.journal.state().pairs
        total, done, shown = 0, 0, []
        for number, members in found or ():
            ids = sorted(item.id for item in members)
            made = [last.get(pair) for pair in itertools.combinations(ids, 2)]
            decided = all(made)
            total += 1
            done += decided
            if number > after and len(shown) < limit and _fits(state, decided or None):
                shown.append(schema.GroupOut(
                    number=number, decided=decided, members=list(map(_side, members)),
                    decisions=[_outcome(one) for one in made if one]))
        return schema.Groups(searching=found is None, total=total, decided=done, groups=shown)

    @api.post('/pairs', responses=ERRORS)
    def decide_pairs(asked: schema.PairAnswers) -> schema.Saved:
        """Saves decisions on pairs; what is answered as saved is on the disk."""
        for one in asked.answers:
            for id in [*one.ids, *one.apart]:
                bench.row(id)
        made = bench.pairs.decisions(
            asked.who.strip(), asked.answers, decisions.last(PairDecision))
        return _saved(decisions.add(list(made), list(made.values())))

    @api.post('/undo', responses=ERRORS)
    def undo(asked: schema.UndoBody) -> schema.Undone:
        """Takes back what a reviewer decided last: one decision, or many made at once."""
        taken = decisions.undo(asked.who.strip(), _KINDS[asked.kind])
        last = decisions.last(_KINDS[asked.kind])
        return schema.Undone(
            undone=list(map(_outcome, taken)),
            left=[_outcome(last[one.item]) for one in taken if one.item in last])

    return api


def _fits(state, decision):
    return state == 'any' or (state == 'decided') == (decision is not None)


def _side(item):
    return schema.Side(**product_of(item), description=item.description)


def _decided(decision):
    return decision and schema.Decided(
        id=decision.id, who=decision.who, when=decision.when, answer=decision.answer,
        label=getattr(decision, 'label', ''))


def _outcome(decision):
    names = {name: value for name in ('product', 'task', 'a', 'b')
             if (value := getattr(decision, name, ''))}
    return schema.Outcome(**names, decision=_decided(decision))


def _saved(outcome):
    return schema.Saved(saved=list(map(_outcome, outcome.saved)),
                        conflicts=list(map(_outcome, outcome.conflicts)))
