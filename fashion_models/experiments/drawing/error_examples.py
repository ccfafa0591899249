"""Sheets of products that a network gets wrong."""

import pathlib

import numpy as np

from fashion_models.catalogue.records import Product
from fashion_models.data.prepare import prepare
from fashion_models.drawn.truth import ProductTruth
from fashion_models.experiments.kit import pictures
from fashion_models.experiments.kit.settings import Settings
from fashion_models.experiments.measuring.error_causes import (
    BETWEEN,
    MARGIN,
    SEVERAL,
    TWIN,
    WRONG,
    Answers,
)

EXAMPLES = 12


def draw_examples(settings: Settings, answers: dict[str, Answers],
                  causes: dict[str, list[dict[str, set[str]]]],
                  records: list[tuple[Product, ProductTruth | None]], folder: pathlib.Path) -> None:
    """Draws products that the first seed's network gets wrong, one sheet for each kind of error."""
    chosen = {}
    for task, own in causes.items():
        wrong = np.random.default_rng(0).permutation(np.flatnonzero(answers[task].wrong[0]))
        chosen[f'{task}-random'] = task, wrong
        if task == 'colour':
            margins = answers[task].margins[0]
            chosen['colour-several'] = task, [row for row in wrong if own[row].get(SEVERAL)]
            chosen['colour-ambiguous'] = task, [
                row for row in wrong if margins[row] < MARGIN or own[row].get(BETWEEN)]
    shown = {records[row][0].id for _, rows in chosen.values() for row in rows[:EXAMPLES]}
    files = pictures.readable_files(
        settings.catalogue, prepare(settings.catalogue, settings.recipe.data.shorter_side), shown)
    for name, (task, rows) in chosen.items():
        path = folder / f'{name}.jpg'
        path.unlink(missing_ok=True)    # that of an earlier run
        if len(rows) and pictures.may_show(settings):
            pictures.write_jpeg(pictures.sheet([
                pictures.Cell(
                    files[records[row][0].id],
                    _lines(answers[task], row, task, causes[task][row], *records[row]))
                for row in rows[:EXAMPLES]]), path)


def _lines(answers, row, task, causes, product, truth):
    """The text below a misclassified product: the answer, the label, and what is known."""
    probabilities = answers.probabilities[0, row]
    answer, label = (
        f'{answers.names[number]} {probabilities[number]:.0%}'
        for number in (answers.predicted[0, row], answers.t[row]))
    notes = ''
    if task == 'colour':
        colours = truth.colours if truth else product.colours
        if causes.get(WRONG):
            notes = f'in truth {" and ".join(colours)}'
        elif len(colours) > 1:
            notes = f'has {" and ".join(colours)}'
        if truth and truth.rival_colour:
            shade = f'{truth.shade}: {colours[0]} or {truth.rival_colour}'
            notes = f'{notes}; {shade}'.removeprefix('; ')
    elif causes.get(WRONG):
        notes = f'in truth {truth.label(task)}'
    elif causes.get(TWIN):
        notes = f'cut like {" and ".join(causes[TWIN])}'
    if not notes and task == 'colour':
        notes = product.label('subcategory') or ''
    return tuple(filter(None, (f'predicted {answer}', f'label {label}', notes)))
