"""Trains :class:`.TextFusion` on representations of pictures, on texts, and on both.

The representations come from a trained network and stay fixed. The article made them "for other
models without having to process all the images again". And networks on the same representations
differ only in what the text adds, whereas one trained end to end would also see the pictures
through other layers. This assumes that the representations fit training products hardly better than
others, which few epochs ensure; otherwise the joining layers would trust them too much.
The control of ``with_text``, pictures through the same layers, shows whether the assumption holds.
"""

import copy
import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import chainer
import chainer.functions as F
import numpy as np

from fashion_models.catalogue.io import Catalogue
from fashion_models.devices import resolve
from fashion_models.errors import UnsuitableCatalogue, UserError
from fashion_models.links import MultiTaskClassifier, TextFusion, multi_task_loss
from fashion_models.optional import require
from fashion_models.representation.tags.words import text_of
from fashion_models.training import snapshots
from fashion_models.training.evaluation import Evaluation
from fashion_models.training.model import build_loss
from fashion_models.training.run import Run

if TYPE_CHECKING:   # SciPy comes with the extra ``analysis``
    from scipy.sparse import csr_matrix

#: Number of features: the commonest words and pairs of neighbouring words in training texts.
TERMS = 4000
#: Length of a product's representation and of its text's features, so that neither drowns out the
#: other; each of the 1024 numbers of a representation is then about 1.
LENGTH = 32.0
BATCH = 256
RATE = 0.001
EPOCHS = 50
#: Training ends after this many epochs without a lower validation loss.
PATIENCE = 3
#: Folder of the networks, inside that of the run on whose representations they are trained.
FOLDER = 'with-text'
_ROWS = 1024    # products evaluated at once


class TextFeatures:
    """The words of texts and pairs of neighbouring words, weighted by TF-IDF.

    The features and their weights come only from the texts given here.

    Args:
        texts: Those of the training products; an empty string for one without a text.

    Raises:
        UserError: If scikit-learn is not installed, or no two of the texts share a word.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        text = require(
            'sklearn.feature_extraction.text', extra='analysis', purpose='learning from texts')
        self._vectorizer = text.TfidfVectorizer(
            ngram_range=(1, 2), min_df=2, max_features=TERMS, sublinear_tf=True, dtype=np.float32)
        try:
            self._vectorizer.fit(texts)
        except ValueError:      # scikit-learn: an empty vocabulary
            raise UnsuitableCatalogue(
                'no word occurs in the texts of two training products: an experiment with texts '
                'needs a catalogue that has titles or descriptions') from None

    @property
    def terms(self) -> list[str]:
        """The words and pairs of words that are features."""
        return self._vectorizer.get_feature_names_out().tolist()

    def __call__(self, texts: Sequence[str]) -> 'csr_matrix':
        """Features of texts.

        Args:
            texts: (p,)

        Returns:
            (p, terms) float32, rows of length 1, or 0 for a text without any known word.
        """
        return self._vectorizer.transform(texts)


def product_texts(catalogue: Catalogue) -> dict[str, str]:
    """From each product's id to the titles and descriptions of all its listings."""
    return {product.id: '\n'.join(filter(None, map(text_of, product.listings)))
            for product in catalogue.products}


@dataclasses.dataclass(frozen=True)
class Examples:
    """What a network is given about p products.

    Attributes:
        t: (p, tasks) int32, -1 where a label is missing.
        image: (p, d) float32, representations of length 1, or ``None``.
        text: (p, terms) float32, or ``None``.
        others: (p, tasks, k) int32, further labels to accept as right, or ``None``.
    """

    t: np.ndarray
    image: np.ndarray | None = None
    text: 'csr_matrix | None' = None
    others: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.t)

    @property
    def sizes(self) -> tuple[int, int]:
        """Width of the image and of the text, 0 for none."""
        return tuple(0 if part is None else part.shape[1] for part in (self.image, self.text))

    def batch(self, rows: np.ndarray | slice) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Arrays for the network: image (b, d) and text (b, terms), or ``None`` for none."""
        return (None if self.image is None else LENGTH * self.image[rows],
                None if self.text is None else LENGTH * self.text[rows].toarray())


def build(sizes: tuple[int, int], classes: dict[str, int], seed: int) -> MultiTaskClassifier:
    """A new network; the same seed gives the same one.

    Args:
        sizes: As :attr:`Examples.sizes`.
        classes: From each task to its number of classes.
        seed: For its parameters and for whatever is drawn after them.
    """
    # Chainer's initializers and dropout draw from NumPy's global generator.
    np.random.seed(seed)  # noqa: NPY002
    return MultiTaskClassifier(TextFusion(*sizes), classes)


def train(
        examples: Examples, validation: Examples, classes: dict[str, int], devices: str, seed: int,
        epochs: int = EPOCHS, loss: Callable = multi_task_loss) -> MultiTaskClassifier:
    """Trains a network until the validation loss has not fallen for :data:`PATIENCE` epochs.

    Uses Adam rather than the momentum SGD of the image network: most words are rare, and their
    weights need longer steps than those of image features.

    Args:
        examples: The training products.
        validation: Products whose loss picks the best epoch.
        classes: From each task to its number of classes.
        devices: The first of them computes.
        seed: For parameters, dropout and the order of the products.
        epochs: Number of epochs at most.
        loss: As :func:`~fashion_models.links.multi_task_loss`; the recipe's, as a rule.

    Returns:
        The network of the best epoch, on the device.
    """
    device = resolve(devices)[0]
    model = build(examples.sizes, classes, seed)
    model.to_device(device)
    device.use()
    device.xp.random.seed(seed)
    optimizer = chainer.optimizers.Adam(RATE)
    optimizer.setup(model)
    losses, best = [], None
    for epoch in range(epochs):
        order = np.random.default_rng((seed, epoch)).permutation(len(examples))
        for rows in np.array_split(order, -(-len(examples) // BATCH)):
            others = None if examples.others is None else device.send(examples.others[rows])
            of_batch = loss(
                _scores(model, examples, rows), device.send(examples.t[rows]), others=others)
            model.cleargrads()
            of_batch.backward()
            optimizer.update()
        losses.append(evaluate(model, validation).loss(loss, validation.others))
        if np.argmin(losses) == epoch:
            best = copy.deepcopy(model)
        elif epoch - np.argmin(losses) >= PATIENCE:
            break
    return best


def evaluate(model: MultiTaskClassifier, examples: Examples) -> Evaluation:
    """The answers of a network for products.

    Args:
        model: On any device, which computes them.
        examples: The products.
    """
    parts = []
    with chainer.using_config('train', False), chainer.no_backprop_mode():
        for start in range(0, len(examples), _ROWS):
            ys = _scores(model, examples, slice(start, start + _ROWS))
            parts.append([chainer.cuda.to_cpu(F.log_softmax(y).array) for y in ys])
    return Evaluation(dict(zip(model.tasks, map(np.concatenate, zip(*parts)))), examples.t)


def _scores(model, examples, rows):
    return model.classify(model.encoder(*(
        part if part is None else model.device.send(part) for part in examples.batch(rows))))


def trained(
        run: Run, name: str, examples: Examples, validation: Examples, origin: Sequence[str],
        epochs: int = EPOCHS, place: str = '') -> MultiTaskClassifier:
    """The trained network for a run's representations: reused or trained.

    Args:
        run: Gives seed, devices and labels; its folder keeps the network.
        name: Name of the network's file.
        examples, validation: As in :func:`train`.
        origin: Where the examples come from: the digests of the run's snapshot and of the
            catalogue. A network of another origin is not reused.
        epochs: As in :func:`train`.
        place: The place of this network among others, shown when it is trained; see
            :func:`~fashion_models.experiments.kit.runs.progress`.
    """
    training, classes = run.recipe.training, run.vocabulary.classes
    known = (*origin, examples.sizes, training.seed, epochs, TERMS, LENGTH, BATCH, RATE, PATIENCE,
             training.loss, training.combine_losses, training.task_weights,
             training.label_smoothing)
    digest = hashlib.sha256(repr(known).encode()).hexdigest()[:8]
    path = run.folder / FOLDER / f'{name}-{digest}.npz'
    if path.exists():
        model = build(examples.sizes, classes, training.seed)
        try:
            snapshots.load_model(model, path)
        except UserError as error:
            print(f'{error}: it is trained anew', flush=True)
        else:
            model.to_device(resolve(training.devices)[0])
            return model
    path.parent.mkdir(exist_ok=True)
    print(f'{path}: training{f" ({place})" if place else ""}', flush=True)
    model = train(
        examples, validation, classes, training.devices, training.seed, epochs,
        build_loss(run.recipe))
    snapshots.save_model(model, path)
    return model
