"""Wrong labels found by the network, and what correcting them is worth ("The Results").

    python -m fashion_models.experiments.label_audit [--catalogue DIR] [--seeds 3]

The article's colour accuracy rose to above 90 % "by fixing our labels", from 67.5 % if its table is
from before; it says no more than that. Here a person would be given the labels that
``fashion-models audit`` finds suspicious: those that contradict what networks say that were trained
without the product and its group (:mod:`~fashion_models.representation.audit.judge`,
:mod:`~fashion_models.experiments.kit.held_out`), by the mean of the seeds' probabilities. The
experiment measures

* how many of the first labels of that list are wrong (precision), and how many of all wrong ones
  they are (recall), for lists of several lengths, each task by itself;
* the accuracy before and after a review, of networks trained with the labels as they are, with the
  reviewed ones, and with all labels right: each judged by all three kinds of labels.

The reviewer is simulated and never errs: it looks at the first tenth of each task's list
(``--reviewed``) and answers by the truth. Where a category is corrected and the subcategory was not
on the list, the product loses the contradicting subcategory. With ``--rounds`` that is repeated:
networks trained on the reviewed labels make the next list, of labels not looked at before.

Which labels are wrong is known where the catalogue has a ``truth.jsonl``, as the embedded one does.
In any other, wrong labels are planted at the same rates (a tenth of the colours, a quarter as many
of gender, category and subcategory), with labels that other products have. The catalogue's own
wrong labels then count as right, so precision is a lower bound; and random mistakes may be easier
to find than those that people make.

Two effects make reviewed labels look better than they are worth; the columns keep them apart. A
network that has learnt nothing new is more often right on corrected validation labels, because the
labels were wrong and not the network. And the review finds those wrong labels that such networks
disagree with, so the labels move towards what networks say; judged by all labels right, that gains
nothing.

Time: eight trainings a seed, one of which ``main_table`` shares, and six more for each further
round.
"""

import argparse
import dataclasses
import hashlib
import json
import pathlib
import sys
from collections.abc import Sequence

from fashion_models.catalogue.io import HEADER_FILE, open_catalogue
from fashion_models.catalogue.relabel import relabel
from fashion_models.data.prepare import prepare
from fashion_models.data.views import View
from fashion_models.errors import UserError
from fashion_models.experiments.drawing.label_lists import draw_lists
from fashion_models.experiments.kit.command import add_folds, command, folds_of
from fashion_models.experiments.kit.held_out import held_out
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings
from fashion_models.experiments.measuring.corrected_labels import (
    AS_THEY_ARE,
    REVIEWED,
    RIGHT,
    before_and_after,
)
from fashion_models.experiments.measuring.label_lists import list_figures, listed_length
from fashion_models.experiments.measuring.label_truth import (
    PLANTED,
    known_truth,
    planted_corrections,
    planted_truth,
)
from fashion_models.experiments.measuring.requirements import require_folds
from fashion_models.experiments.tabulating.label_audit import audit_tables
from fashion_models.representation.audit import judge as audit

REVIEWED_SHARE = 0.1


def label_audit(
        settings: Settings, folder: pathlib.Path,
        arguments: argparse.Namespace) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.command.command`."""
    audit.require_cleanlab()
    if not 0 < arguments.reviewed <= 1:
        raise UserError(f'reviewed: found {arguments.reviewed:g}, expected a share above 0 and '
                        'up to 1')
    if arguments.rounds < 1:
        raise UserError(f'rounds: found {arguments.rounds}, expected 1 or more')
    count = folds_of(arguments)
    require_folds(settings.catalogue, count)
    truth = known_truth(settings.catalogue)
    planted = truth is None
    if planted:
        settings.catalogue = _relabelled(
            settings, 'planted', planted_corrections(settings.catalogue))
        truth = planted_truth(settings.catalogue)
    settings.networks = ((count + 1) * arguments.rounds + 2) * len(settings.seeds)
    answers, judged = _audited(settings, count)
    tasks = answers.vocabulary.tasks
    figures = {
        'tasks': tasks, 'folds': count, 'products': len(answers.ids),
        'planted': PLANTED if planted else None,
        'lists': {task: list_figures(answers, task, judged[task], truth) for task in tasks}}
    reviewed, rounds = _reviewed(settings, truth, answers, judged, count, arguments)
    looked_at = set().union(*(listed for listed, _ in rounds))
    figures['review'] = {
        'share': arguments.reviewed, 'labels_looked_at': len(looked_at),
        'products_looked_at': len({id for id, _ in looked_at}),
        'wrong_labels': sum(map(len, truth.wrong.values())),
        'corrected': sum(corrected for _, corrected in rounds),
        'rounds': [{'labels_looked_at': len(listed), 'corrected': corrected}
                   for listed, corrected in rounds]}
    corrections = truth.corrections(settings.catalogue)
    right = {RIGHT: _relabelled(settings, 'all-right', corrections)} if corrections else {}
    figures |= before_and_after(
        settings, {AS_THEY_ARE: settings.catalogue, **reviewed, **right}, truth, tasks)
    draw_lists(folder / 'lists.png', figures['lists'])
    return figures, audit_tables(figures)


def _audited(settings, count):
    """What networks say that have not seen a product, and each task's labels in their order."""
    settings.train([
        (f'multi-image-fold-{fold}', None, View(count, fold)) for fold in range(count)])
    answers = held_out(
        settings.catalogue, prepare(settings.catalogue, settings.recipe.data.shorter_side), count,
        lambda view, seed: settings.run(f'multi-image-fold-{view.fold}', seed, view=view),
        settings.seeds)
    return answers, {
        task: audit.judge(answers.probabilities(task), answers.t[:, column])
        for column, task in enumerate(answers.vocabulary.tasks)}


def _reviewed(settings, truth, answers, judged, count, arguments):
    """The catalogue after each round of review, and what was looked at and corrected in it.

    Returns:
        dict from title to catalogue, without rounds that corrected nothing; and for each round the
        labels looked at, as pairs of product id and task, and the number of those corrected.
    """
    catalogues, rounds, looked_at, own = {}, [], set(), settings
    for number in range(1, arguments.rounds + 1):
        if number > 1:
            answers, judged = _audited(own, count)
        listed = set()
        for task in answers.vocabulary.tasks:
            order = judged[task].order
            new = [row for row in order if (answers.ids[row], task) not in looked_at]
            listed |= {(answers.ids[row], task)
                       for row in new[:listed_length(order, arguments.reviewed)]}
        if not listed:      # all have been looked at
            break
        looked_at |= listed
        corrections = truth.corrections(own.catalogue, listed)
        rounds.append((listed, len(corrections)))
        if not corrections:
            break
        title = REVIEWED if number == 1 else f'{REVIEWED}, round {number}'
        catalogues[title] = _relabelled(own, f'reviewed-{number}', corrections)
        own = dataclasses.replace(settings, catalogue=catalogues[title], _products={})
    return catalogues, rounds


def _relabelled(settings, title, corrections):
    """The catalogue of the settings with other labels; written only once."""
    digest = hashlib.sha256(json.dumps(
        [settings.catalogue.hash(), *map(dataclasses.astuple, corrections)]).encode()).hexdigest()
    folder = settings.runs / f'{settings.name}-{title}-{digest[:8]}.catalogue'
    if not (folder / HEADER_FILE).exists():
        settings.runs.mkdir(parents=True, exist_ok=True)
        relabel(settings.catalogue, corrections, folder, link=True)
    return open_catalogue(folder)


def _add_arguments(parser):
    add_folds(parser)
    parser.add_argument('--reviewed', metavar='SHARE', type=float, default=REVIEWED_SHARE, help=(
        "how much of each task's list the simulated reviewer looks at (default: "
        f'{REVIEWED_SHARE})'))
    parser.add_argument('--rounds', metavar='N', type=int, default=1, help=(
        'how often labels are audited and reviewed (default: 1)'))


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('label_audit', __doc__, label_audit, argv, _add_arguments)


if __name__ == '__main__':
    sys.exit(main())
