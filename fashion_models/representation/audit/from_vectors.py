"""What vectors alone say of the labels, out of sample: any encoder's embeddings will do.

For each fold of the products a logistic regression is learned from the vectors of the others, for
each task: the linear probe that encoders are judged by (Alain and Bengio, "Understanding
intermediate layers using linear classifier probes", 2016). It takes seconds where training networks
takes hours, and finds what the vectors show.
"""

import dataclasses

import numpy as np
import tqdm

from fashion_models.catalogue.io import Catalogue
from fashion_models.data.views import group_folds
from fashion_models.data.vocabulary import MISSING, Vocabulary
from fashion_models.errors import UserError
from fashion_models.optional import require
from fashion_models.representation.embeddings import Embeddings
from fashion_models.representation.linear import Whitening, in_blocks
from fashion_models.representation.requirements import holds_trained, require_products

#: The inverse of the regressions' regularisation. On 2,099 drawn products, 0.03 to 1 put about as
#: many wrong colours into the first twentieth of the list.
C = 0.1
_ITERATIONS = 300


@dataclasses.dataclass(frozen=True)
class VectorAnswers:
    """What regressions that never saw the products say of them, an
    :class:`~fashion_models.representation.audit.sections.Answers`.

    Attributes:
        ids: The products.
        vocabulary: The labels.
        t: (products, tasks) int32, the catalogue's labels, -1 where there is none, or where no
            other fold has it, so that nobody could learn it.
        by_task: From each task to the probabilities (products, classes) float32.
    """

    ids: list[str]
    vocabulary: Vocabulary
    t: np.ndarray
    by_task: dict[str, np.ndarray]

    def probabilities(self, task: str) -> np.ndarray:
        """(products, classes), out of sample."""
        return self.by_task[task]


def answers_of_vectors(embeddings: Embeddings, catalogue: Catalogue, folds: int,
                       progress: bool = True) -> VectorAnswers:
    """Judges every product that has a vector, by regressions on the vectors of the other folds.

    Products of one group are in one fold.

    Args:
        embeddings: Of the catalogue's products, or of those of a split.
        catalogue: Its labels.
        folds: How many; see :func:`~fashion_models.data.views.group_folds`.
        progress: Whether to show a progress bar.

    Raises:
        UserError: If the embeddings are not of this catalogue's products, or were made by a network
            that was trained on these very labels; if there are fewer groups than folds; or if
            scikit-learn is not installed.
    """
    model = require('sklearn.linear_model', extra='analysis',
                    purpose='an audit of embeddings').LogisticRegression
    require_products(embeddings, catalogue)
    if holds_trained(embeddings):
        raise UserError(
            f'{embeddings.file}: was made by a network that was trained on these labels, and may '
            'have learned the wrong ones by heart; expected embeddings by another, such as an '
            'image tower, or none, so that networks are trained for the audit')
    fold_of = group_folds(catalogue, folds)
    rows = {id: row for row, id in enumerate(embeddings.ids)}
    products = [product for product in catalogue.products if product.id in rows]
    vocabulary = Vocabulary.of(products, catalogue.tasks)
    t = np.array([vocabulary.encode(product) for product in products], np.int32)
    fold = np.array([fold_of[product.group] for product in products])
    x = in_blocks(Whitening(embeddings.vectors).linear, embeddings.vectors)[
        [rows[product.id] for product in products]]
    judged = t.copy()
    found = {task: np.zeros((len(products), len(labels)), np.float32)
             for task, labels in vocabulary.labels.items()}
    with tqdm.tqdm(total=folds * len(found), desc='judging', unit=' regressions',
                   disable=None if progress else True) as bar:
        for number in range(folds):
            own = fold == number
            for column, probabilities in enumerate(found.values()):
                known = ~own & (t[:, column] != MISSING)
                classes = np.unique(t[known, column])
                judged[own & ~np.isin(t[:, column], classes), column] = MISSING
                if len(classes) == 1:
                    probabilities[own, classes] = 1
                elif len(classes) and own.any():
                    regression = model(C=C, max_iter=_ITERATIONS).fit(x[known], t[known, column])
                    probabilities[np.ix_(own, classes)] = regression.predict_proba(x[own])
                bar.update()
    return VectorAnswers([product.id for product in products], vocabulary, judged, found)
