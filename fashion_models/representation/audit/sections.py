"""The suspected labels of a catalogue, task by task."""

from typing import Protocol

import numpy as np

from fashion_models.catalogue.io import Catalogue
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.representation.audit.judge import judge
from fashion_models.representation.audit.review import Suspect


class Answers(Protocol):
    """What networks that never saw the products say of them, such as
    :class:`~fashion_models.experiments.kit.held_out.HeldOut`.

    Attributes:
        ids (list of str): Of the products.
        vocabulary (~fashion_models.data.vocabulary.Vocabulary): The networks' labels.
        t (numpy.ndarray): (products, tasks) the catalogue's labels, -1 where there is none.
    """

    ids: list[str]
    vocabulary: Vocabulary
    t: np.ndarray

    def probabilities(self, task: str) -> np.ndarray:
        """The probabilities (products, classes) of the labels of a task."""


def review_sections(catalogue: Catalogue, answers: Answers, most: int,
                    ) -> list[tuple[str, list[Suspect]]]:
    """The suspected labels, for :func:`~fashion_models.representation.audit.review.write_review`.

    Args:
        catalogue: The catalogue.
        answers: What networks that never saw its products say of them.
        most: How many suspects to list per task, at most.

    Returns:
        A heading for each task and its suspects, the most suspicious first.
    """
    listed = []
    for column, task in enumerate(answers.vocabulary.tasks):
        t, probabilities = answers.t[:, column], answers.probabilities(task)
        judged = judge(probabilities, t)
        rows = judged.order[judged.suspected[judged.order]]
        listed.append((
            task, f'{len(rows)} suspected labels, of {len(judged.order)} in all',
            [(answers.ids[row], task, answers.vocabulary.labels[task][judged.suggested[row]],
              float(probabilities[row, t[row]]),
              float(probabilities[row, judged.suggested[row]])) for row in rows[:most]]))
    wanted = {id for *_, suspects in listed for id, *_ in suspects}
    products = {product.id: product for product in catalogue.products if product.id in wanted}
    sections = []
    for task, of, suspects in listed:
        # Judging takes hours: some products may have gone meanwhile.
        own = [Suspect(products[id], *more) for id, *more in suspects if id in products]
        sections.append((f'{task}: {len(own)} of {of}', own))
    return sections
