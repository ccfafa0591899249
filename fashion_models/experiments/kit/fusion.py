"""Networks on representations of pictures, on texts, and on both: :class:`.TextFusion`, trained.

The representations come from a network that is trained already, and stay as they are. The article
made them "for other models without having to process all the images again"; and what a text adds is
then all that differs between two networks on the same representations, where one that is trained
end to end would have other layers for the pictures, too. It needs that they are hardly fitted to
the training products more than to others, as dropout and few epochs see to: joining layers would
else trust them too much. The control of :mod:`.with_text`, pictures through the same layers, tells.
"""

import copy
import dataclasses
import hashlib

import chainer
import chainer.functions as F
import numpy as np

from fashion_models.devices import resolve
from fashion_models.errors import UserError
from fashion_models.links import MultiTaskClassifier, TextFusion, multi_task_loss
from fashion_models.representation.tags.tagger import text_of
from fashion_models.training import snapshots
from fashion_models.training.evaluation import Evaluation

#: How many words and pairs of neighbouring words are features, the commonest of training texts.
TERMS = 4000
#: Length of a product's representation and of its text's features, so that neither drowns the
#: other; a representation of 1024 numbers then has ones of about 1.
LENGTH = 32.0
BATCH = 256
RATE = 0.001
EPOCHS = 50
#: Epochs without a lower validation loss that end the training.
PATIENCE = 3
#: Where the networks are kept, in the folder of the run whose representations they are trained on.
FOLDER = 'with-text'
_ROWS = 1024    # products evaluated at once


class TextFeatures:
    """The words of texts and their pairs, weighted by how telling they are (TF-IDF).

    Which words are features, and what each weighs, comes from the texts given here alone.

    Args:
        texts (list of str): Those of the training products; empty where there is none.

    Raises:
        UserError: If scikit-learn is not installed, or no two of the texts share a word.
    """

    def __init__(self, texts):
        try:
            from sklearn.feature_extraction.text import TfidfVectorizer
        except ImportError:
            raise UserError('features of texts need scikit-learn: '
                            "pip install 'fashion-models[analysis]'") from None
        self._vectorizer = TfidfVectorizer(
            ngram_range=(1, 2), min_df=2, max_features=TERMS, sublinear_tf=True, dtype=np.float32)
        try:
            self._vectorizer.fit(texts)
        except ValueError:      # scikit-learn: an empty vocabulary
            raise UserError(
                'no word occurs in the texts of two training products: an experiment with texts '
                'needs a catalogue that has titles or descriptions') from None

    @property
    def terms(self):
        """The features' words and pairs of words (list of str)."""
        return self._vectorizer.get_feature_names_out().tolist()

    def __call__(self, texts):
        """Features of texts.

        Args:
            texts (list of str): (p,)

        Returns:
            scipy.sparse.csr_matrix: (p, terms) float32, rows of length 1, or 0 for a text without
            any known word.
        """
        return self._vectorizer.transform(texts)


def product_texts(catalogue):
    """All that is said of each product: dict from its id to its listings' titles, descriptions."""
    return {product.id: '\n'.join(filter(None, map(text_of, product.listings)))
            for product in catalogue.products}


@dataclasses.dataclass(frozen=True)
class Examples:
    """What a network is told of p products.

    Attributes:
        t (numpy.ndarray): (p, tasks) int32, -1 where a label is missing.
        image (numpy.ndarray): (p, d) float32, representations of length 1, or ``None``.
        text (scipy.sparse.csr_matrix): (p, terms) float32, or ``None``.
        others (numpy.ndarray): (p, tasks, k) int32, further labels to take for right, or ``None``.
    """

    t: np.ndarray
    image: np.ndarray | None = None
    text: object = None
    others: np.ndarray | None = None

    def __len__(self):
        return len(self.t)

    @property
    def sizes(self):
        """Width of the image and of the text, 0 for none."""
        return tuple(0 if part is None else part.shape[1] for part in (self.image, self.text))

    def batch(self, rows):
        """Arrays for the network: image (b, d) and text (b, terms), or ``None`` for none."""
        return (None if self.image is None else LENGTH * self.image[rows],
                None if self.text is None else LENGTH * self.text[rows].toarray())


def build(sizes, classes, seed):
    """A new network; the same seed gives the same one.

    Args:
        sizes (tuple of int): As :attr:`Examples.sizes`.
        classes (dict): From each task to its number of classes.
        seed (int): For its parameters, and for what is drawn after them.
    """
    # Chainer's initializers and dropout draw from NumPy's global generator.
    np.random.seed(seed)  # noqa: NPY002
    return MultiTaskClassifier(TextFusion(*sizes), classes)


def train(examples, validation, classes, devices, seed, epochs=EPOCHS):
    """Trains a network until the validation loss has not fallen for some epochs.

    By Adam, not by the images' momentum SGD: most words are rare, and their weights then need
    longer steps than those of the images' features.

    Args:
        examples (Examples): The training products.
        validation (Examples): Those whose loss tells which epoch's network is the best.
        classes (dict): From each task to its number of classes.
        devices (str): The first of them computes.
        seed (int): Of parameters, dropout and the order of the products.
        epochs (int): At most so many.

    Returns:
        ~fashion_models.links.MultiTaskClassifier: That of the best epoch, on the device.
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
            loss = multi_task_loss(
                _scores(model, examples, rows), device.send(examples.t[rows]), others=others)
            model.cleargrads()
            loss.backward()
            optimizer.update()
        losses.append(evaluate(model, validation).loss(others=validation.others))
        if np.argmin(losses) == epoch:
            best = copy.deepcopy(model)
        elif epoch - np.argmin(losses) >= PATIENCE:
            break
    return best


def evaluate(model, examples):
    """What a network says of products.

    Args:
        model (~fashion_models.links.MultiTaskClassifier): On any device, where it is computed.
        examples (Examples): The products.

    Returns:
        ~fashion_models.training.evaluation.Evaluation
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


def trained(run, name, examples, validation, origin, epochs=EPOCHS):
    """The trained network for a run's representations: kept from an earlier call, or trained now.

    Args:
        run (~fashion_models.training.run.Run): Whose seed, devices and labels, in whose folder.
        name (str): Of its file.
        examples, validation (Examples): As of :func:`train`.
        origin (sequence of str): What the examples are made of: the digests of the run's snapshot
            and of the catalogue. A network of another origin is not used.
        epochs (int): As of :func:`train`.

    Returns:
        ~fashion_models.links.MultiTaskClassifier
    """
    training, classes = run.recipe.training, run.vocabulary.classes
    known = (*origin, examples.sizes, training.seed, epochs, TERMS, LENGTH, BATCH, RATE, PATIENCE)
    digest = hashlib.sha256(repr(known).encode()).hexdigest()[:8]
    path = run.folder / FOLDER / f'{name}-{digest}.npz'
    if path.exists():
        model = build(examples.sizes, classes, training.seed)
        snapshots.load_model(model, path)
        model.to_device(resolve(training.devices)[0])
        return model
    path.parent.mkdir(exist_ok=True)
    model = train(examples, validation, classes, training.devices, training.seed, epochs)
    snapshots.save_model(model, path)
    return model
