import numpy as np
import pytest

from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.data.views import group_folds
from fashion_models.errors import UserError
from fashion_models.representation.audit.from_vectors import answers_of_vectors
from fashion_models.representation.audit.judge import judge
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.representation.linear import normalize

pytest.importorskip('cleanlab')
pytest.importorskip('sklearn')

TYPES = 'Bags', 'Belts', 'Boots', 'Coats', 'Ties'


@pytest.fixture
def shop(tmp_path):
    """Makes a catalogue and a file of vectors, of products of given types and groups."""
    def make(types, groups, vectors, left_out=()):
        with CatalogueWriter(tmp_path / 'shop', Header('shop')) as writer:
            for row, (name, group) in enumerate(zip(types, groups)):
                writer.add(Product(str(row), group, {'type': name} if name else {},
                                   [Listing(images=['a.jpg'])]))
        catalogue = open_catalogue(tmp_path / 'shop')
        with EmbeddingsWriter(tmp_path / 'e', {
                'per': 'product', 'size': vectors.shape[1], 'dtype': 'float32',
                'catalogue_hash': catalogue.hash()}) as writer:
            kept = [row for row in range(len(vectors)) if row not in left_out]
            writer.add(normalize(vectors[kept]).astype(np.float32),
                       [Item(str(row), str(row), groups[row]) for row in kept])
        return open_embeddings(tmp_path / 'e'), catalogue
    return make


@pytest.fixture(scope='module')
def planted():
    """Vectors of five types that overlap, their types with 40 of 800 wrong, and which are."""
    rng = np.random.default_rng(0)
    true = rng.integers(0, 5, 800)
    vectors = rng.normal(size=(5, 16))[true] * 0.8 + rng.normal(size=(800, 16))
    wrong = np.zeros(800, bool)
    wrong[rng.choice(800, 40, replace=False)] = True
    t = np.where(wrong, (true + rng.integers(1, 5, 800)) % 5, true)
    groups = [f'group {row // 3}' for row in range(800)]
    return vectors, t, true, wrong, groups


def test_planted_wrong_labels_come_first(shop, planted):
    vectors, t, true, wrong, groups = planted
    embeddings, catalogue = shop([TYPES[label] for label in t], groups, vectors)
    answers = answers_of_vectors(embeddings, catalogue, 5, progress=False)
    assert answers.vocabulary.labels == {'type': TYPES}
    probabilities = answers.probabilities('type')
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    judged = judge(probabilities, answers.t[:, 0])
    first = judged.order[:40]
    assert wrong[first].mean() > 0.7    # by chance, one in twenty
    found = first[wrong[first]]
    assert np.mean(judged.suggested[found] == true[found]) > 0.9


def test_probabilities_are_those_of_scikit_learns_own_cross_validation(shop, planted):
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import PredefinedSplit, cross_val_predict

    from fashion_models.representation.linear import Whitening

    vectors, t, _, _, groups = planted
    embeddings, catalogue = shop([TYPES[label] for label in t], groups, vectors)
    answers = answers_of_vectors(embeddings, catalogue, 4, progress=False)
    fold_of = group_folds(catalogue, 4)
    folds = [fold_of[group] for group in groups]
    assert len({fold for group, fold in zip(groups, folds)}) == 4
    white = Whitening(embeddings.vectors).linear(embeddings.vectors)
    expected = cross_val_predict(
        LogisticRegression(C=0.1, max_iter=300), white, t, cv=PredefinedSplit(folds),
        method='predict_proba')
    assert answers.probabilities('type') == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize('together', [True, False])
def test_a_group_is_judged_by_other_groups_only(shop, together):
    """Sixty products like no others: as one group nobody knows them, apart they know each other."""
    rng = np.random.default_rng(1)
    t = np.arange(260) % 2
    vectors = np.stack([t, 1 - t, np.zeros(260)], axis=1) * 3.0
    vectors[:60], t[:60] = [0, 0, 3], 1
    vectors += rng.normal(size=vectors.shape) * 0.1
    groups = ['one' if together and row < 60 else str(row) for row in range(260)]
    embeddings, catalogue = shop([TYPES[label] for label in t], groups, vectors)
    answers = answers_of_vectors(embeddings, catalogue, 5, progress=False)
    known = answers.probabilities('type')[:60, 1].mean()
    assert known < 0.7 if together else known > 0.8


def test_what_nobody_can_judge(shop, planted):
    """Products without a label or a vector, and a label that one fold alone has."""
    vectors, t, _, _, groups = planted
    names = [TYPES[label] for label in t]
    names[3], names[6] = None, 'Umbrellas'
    embeddings, catalogue = shop(names, groups, vectors, left_out=[9])
    answers = answers_of_vectors(embeddings, catalogue, 5, progress=False)
    assert answers.ids == [str(row) for row in range(800) if row != 9]
    assert answers.vocabulary.labels['type'] == (*TYPES, 'Umbrellas')
    assert (answers.t[:, 0] == -1).nonzero()[0].tolist() == [3, 6]
    judged = judge(answers.probabilities('type'), answers.t[:, 0])
    assert len(judged.order) == 797
    assert not {3, 6} & set(judged.order.tolist())


def test_labels_that_the_network_was_trained_on(toys):
    file, _, folder = toys
    with pytest.raises(UserError, match='toys.embeddings: was made by a network that was trained '):
        answers_of_vectors(open_embeddings(file), open_catalogue(folder), 5)
