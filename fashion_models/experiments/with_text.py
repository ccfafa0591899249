"""What texts add to pictures: the article's "inclusion of textual features".

    python -m fashion_models.experiments.with_text [--catalogue DIR] [--seeds 3]

answers for the validation and test products in four ways:

* **images alone**: the multi-task network, as the other experiments have it;
* **images alone, trained on**: the layers that join pictures and text, without the text: a control
  for what these layers add by themselves;
* **text alone**: the same layers without the pictures;
* **images and text**.

The article says only that textual features are included. Here they are the words, and pairs of
words, of titles and descriptions (TF-IDF, learnt from the training products alone). They enter
through a dense layer, which :class:`~fashion_models.links.TextFusion` joins with the product
representation before the heads. The image network stays fixed
(:mod:`~fashion_models.experiments.kit.fusion` says why).

A title often names the very labels that are asked for, so it is no surprise if text alone is
accurate, even less where a training product has the same text: how many products have a new one,
and the figures of these, are reported, too. Text proves its worth where pictures cannot tell. On
the embedded catalogue, whose truth is known, a product is **ambiguous** if most of its pictures
show a model wearing other garments as well. For these products and for the rest, the experiment
reports accuracies by the true labels, and how often the answer is another garment in the picture;
validation and test products are counted together, since there are few. The article supposes that
texts help because they say which of several things in a picture is meant: if so, they should help
more on ambiguous products.

Differences have paired 95 % intervals over products and seeds.

Time: one training a seed (shared with other experiments), embedding the catalogue, and a few
minutes a seed to train the joining layers three times: on a CPU a tenth of a second for every 256
products of an epoch, for 10 to 50 epochs.
"""

import itertools
import pathlib
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from fashion_models.data.products import ProductSet
from fashion_models.drawn.truth import read_truth
from fashion_models.experiments.kit import fusion, predictions
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import QUICK_EPOCHS, Settings
from fashion_models.experiments.kit.vectors import product_embeddings
from fashion_models.experiments.measuring.ambiguous_products import (
    BRANCHES,
    IMAGES,
    SPLITS,
    WAYS,
    by_pictures,
    compare,
)
from fashion_models.experiments.measuring.requirements import require_scikit_learn, require_texts
from fashion_models.experiments.measuring.unseen_texts import unseen_texts
from fashion_models.experiments.tabulating.images_and_text import tables
from fashion_models.representation.linear import normalize
from fashion_models.training.evaluation import Evaluation
from fashion_models.training.run import Run

if TYPE_CHECKING:   # SciPy comes with the extra ``analysis``
    from scipy.sparse import csr_matrix


def with_text(settings: Settings, folder: pathlib.Path) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.command.command`."""
    require_scikit_learn()
    require_texts(settings.catalogue)
    products = settings.products(settings.recipe)
    of_product = fusion.product_texts(settings.catalogue)
    texts = {split: [of_product[id] for id in own.ids] for split, own in products.items()}
    features = fusion.TextFeatures(texts['train'])
    settings.networks = len(settings.seeds)
    runs = settings.seeds_of('multi-task')
    vocabulary = runs[0].vocabulary
    encoded = {split: features(own) for split, own in texts.items()}
    answers = {split: {way: [] for way in WAYS} for split in SPLITS}
    joining = len(BRANCHES) * len(runs)
    places = (f'joining network {number} of {joining}' for number in itertools.count(1))
    for run in runs:
        for split, of_ways in answer(settings, run, products, encoded, places).items():
            for way, evaluation in of_ways.items():
                answers[split][way].append(evaluation)
    figures = {
        'tasks': vocabulary.tasks,
        'text': {'terms': len(features.terms), 'fitted_to': len(products['train']),
                 'products_without': {split: float(np.mean(own.getnnz(axis=1) == 0))
                                      for split, own in encoded.items()}}}
    for split, of_ways in answers.items():
        groups = products[split].groups
        figures[split] = compare(of_ways, vocabulary.tasks, groups)
        figures[split]['unseen'] = unseen_texts(
            of_ways, texts[split], texts['train'], vocabulary.tasks, groups)
    records = read_truth(
        settings.catalogue.folder, [id for split in SPLITS for id in products[split].ids])
    if records:
        figures['by_pictures'] = by_pictures(
            answers, products, records, vocabulary, settings.catalogue.header.taxonomy)
    return figures, tables(figures)


def answer(
        settings: Settings, run: Run, products: dict[str, ProductSet],
        texts: 'dict[str, csr_matrix]', places: Iterator[str]) -> dict[str, dict[str, Evaluation]]:
    """The answers of one seed's networks for validation and test products.

    Args:
        settings: Those of the experiment.
        run: The multi-task run of the seed.
        products: From each split to its products.
        texts: From each split to its features (products, terms).
        places: The place of each joining network among all, shown when it is trained.

    Returns:
        From each split and way to the evaluation.
    """
    embeddings = product_embeddings(run, settings.catalogue)
    parts = {}
    for split, own in products.items():
        rows = [embeddings.row(id) for id in own.ids]
        # Without the probabilities of labels, which the network is surer of on training products.
        image = normalize(embeddings.vectors[rows][:, :run.recipe.model.representation])
        parts[split] = {'image': image, 'text': texts[split]}
    origin = embeddings.header['snapshot_sha256'], settings.catalogue.hash()
    found = {split: {IMAGES: predictions.evaluate_run(run, products[split])} for split in SPLITS}
    for way, branches in BRANCHES.items():
        examples = {
            split: fusion.Examples(
                own.t, others=own.others_to_learn(run.recipe.training.accepted),
                **{name: parts[split][name] for name in branches})
            for split, own in products.items()}
        model = fusion.trained(
            run, '-and-'.join(branches), examples['train'], examples['validation'], origin,
            QUICK_EPOCHS if settings.quick else fusion.EPOCHS, next(places))
        for split in SPLITS:
            found[split][way] = fusion.evaluate(model, examples[split])
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('with_text', __doc__, with_text, argv)


if __name__ == '__main__':
    sys.exit(main())
