"""The suspected labels of a catalogue, by task."""

from fashion_models.catalogue.io import Catalogue
from fashion_models.representation.audit.judge import judge
from fashion_models.representation.audit.review import Suspect


def review_sections(catalogue: Catalogue, answers, most: int,
                    ) -> list[tuple[str, list[Suspect]]]:
    """The suspected labels, as :func:`~fashion_models.representation.audit.review.write_review`
    takes it.

    Args:
        catalogue (~fashion_models.catalogue.io.Catalogue): Whose labels.
        answers (~fashion_models.experiments.kit.held_out.HeldOut): The networks' answers.
        most (int): How many of a task at most.

    Returns:
        list: For each task a heading, and its suspects, the most suspicious first.
    """
    listed = []
    for column, task in enumerate(answers.vocabulary.tasks):
        t, probabilities = answers.t[:, column], answers.probabilities(task)
        judged = judge(probabilities, t)
        rows = judged.order[judged.suspected[judged.order]]
        listed.append((
            f'{task}: {min(len(rows), most)} of {len(rows)} suspected labels, of '
            f'{len(judged.order)} in all',
            [(answers.ids[row], task, answers.vocabulary.labels[task][judged.suggested[row]],
              float(probabilities[row, t[row]]),
              float(probabilities[row, judged.suggested[row]])) for row in rows[:most]]))
    wanted = {id for _, suspects in listed for id, *_ in suspects}
    products = {product.id: product for product in catalogue.products if product.id in wanted}
    return [(heading, [Suspect(products[id], *more) for id, *more in suspects])
            for heading, suspects in listed]
