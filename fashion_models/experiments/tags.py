"""Which words of a text are true of the pictures, and which are missing?

    python -m fashion_models.experiments.tags [--catalogue DIR] [--seeds 3]

learns the words of the catalogue's texts (:mod:`fashion_models.representation.tags.tagger`) from
the training and validation products and judges the texts of the test products, whose truth is known
(:mod:`~fashion_models.experiments.kit.texts`).

* **Words that texts say**, as they are and with one in ten replaced by a false one: precision and
  recall of the words kept, beside those of trusting the text. Hardly any word of a text is wrong,
  so to trust it is also what the majority of all words would have one do.
* **Words that texts lack**: in texts that name no true colour, category or material, how often the
  first word that is proposed is true (precision), and how many of these texts are given a true one
  (recall); beside proposing the commonest to all.

Intervals are over groups of products, and over seeds where there are several.

Time: one training a seed (shared with the other experiments); then, on a CPU, about a minute a seed
to embed 30,000 images (which ``ordering`` shares) and for the rest.
"""

import collections
import pathlib
import sys
from collections.abc import Sequence

import numpy as np

from fashion_models.catalogue.records import Product
from fashion_models.catalogue.split import split_of
from fashion_models.experiments.kit import statistics
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings
from fashion_models.experiments.kit.texts import WordTruth, planted
from fashion_models.experiments.kit.vectors import product_embeddings
from fashion_models.experiments.measuring.requirements import require_scikit_learn, require_texts
from fashion_models.plural import counted
from fashion_models.representation.embeddings import Embeddings
from fashion_models.representation.tags.learning import LEAST, learn_tags
from fashion_models.representation.tags.tagger import KEEP, Tagger, Tags
from fashion_models.representation.tags.words import CATEGORY, COLOUR, STYLE, Lexicon, text_of

#: Share of the words replaced by false ones.
PLANTED = 0.1
KINDS = COLOUR, CATEGORY, STYLE
#: What a word of each kind is called, in the singular.
TITLES = {COLOUR: 'colour word', CATEGORY: 'category word', STYLE: 'style word'}
TEXTS = {'given': 'texts as they are', 'planted': 'texts with false words'}


def tags(settings: Settings, folder: pathlib.Path) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.command.command`."""
    require_scikit_learn()
    require_texts(settings.catalogue, LEAST)
    settings.networks = len(settings.seeds)
    runs = settings.seeds_of('multi-task')
    truth = WordTruth(settings.catalogue)
    labels = runs[0].vocabulary.labels
    given = list(settings.catalogue.products)
    versions = {'given': given, 'planted': planted(
        given, truth, labels, PLANTED, np.random.default_rng(0))}
    figures = {'planted_share': PLANTED, 'said': {}, 'missing': {}, 'learned': []}
    missing = []
    for version, products in versions.items():
        verdicts = []
        for run in runs:
            embeddings = product_embeddings(run, settings.catalogue)
            tagger = learn_tags(products, embeddings, labels)
            judged = judge(products, embeddings, tagger)
            verdicts.append({(product.id, number, tag.word): tag.probability
                             for product, number, own in judged
                             for tag in own.kept + own.rejected})
            if version == 'given':
                figures['learned'].append({
                    'words': dict(collections.Counter(word.kind for word in tagger.words)),
                    'style': tagger.facts['style'], 'not_colours': tagger.facts['not_colours'],
                    'calibration': tagger.facts['calibration'],
                    'witnesses': tagger.facts['witnesses']})
                missing.append(proposals(judged, truth, tagger, products))
        figures['said'][version] = said_figures(products, truth, labels, verdicts)
    figures['missing'] = missing_figures(missing)
    return figures, tables(figures)


def judge(products: list[Product], embeddings: Embeddings,
          tagger: Tagger) -> list[tuple[Product, int, Tags]]:
    """The tagger's judgement of each test text: product, number of the listing, tags."""
    rows = {id: row for row, id in enumerate(embeddings.ids)}
    found = []
    for product in products:
        if product.id in rows and split_of(product.group) == 'test':
            log_odds = tagger.log_odds(embeddings.vectors[rows[product.id]][np.newaxis])[0]
            judged = tagger.judge_listings(product.listings, log_odds)
            found += [(product, number, own) for number, own in enumerate(judged)
                      if text_of(product.listings[number])]
    return found


def said_figures(products: list[Product], truth: WordTruth, labels: dict[str, list[str]],
                 verdicts: list[dict[tuple, float]]) -> Figures:
    """Precision and recall of what is kept of the texts' words, and of trusting them.

    Args:
        products: All products; those of the test split count.
        truth: What is true of them.
        labels: From each task to its labels.
        verdicts: One a seed: from (product, listing, word) to the probability that the word is
            true; a word without a probe is believed.
    """
    lexicon = Lexicon(labels)
    places = {place: product for product in products for place in [product.id]}
    judged = sorted({place for own in verdicts for place in own},
                    key=lambda place: (place[0], place[1], place[2].kind, place[2].name))
    known = [(place, is_true) for place in judged
             if (is_true := truth.of(places[place[0]], lexicon)(place[2])) is not None]
    figures = {}
    for kind in KINDS:
        own = [(place, is_true) for place, is_true in known if place[2].kind == kind]
        if not own:
            continue
        true = np.array([is_true for _, is_true in own])
        probability = np.array(
            [[of_seed.get(place, 1.0) for place, _ in own] for of_seed in verdicts])
        kept = probability >= KEEP
        groups = [places[place[0]].group for place, _ in own]
        figures[kind] = {
            'words': len(own), 'wrong': int((~true).sum()),
            'kept': _both(kept, true, groups), 'trusted': _both(np.ones_like(kept), true, groups),
            'rejected': _both(~kept, ~true, groups),
            # Whether true words have higher probabilities than wrong ones, at any threshold.
            'area_under_roc': [area_under_roc(of_seed, true) for of_seed in probability]}
    return figures


def area_under_roc(scores: np.ndarray, true: np.ndarray) -> float | None:
    """How often one of ``true`` (m,) has a higher score (m,) than another; half for equal ones."""
    differences = scores[true][:, np.newaxis] - scores[~true]
    return float(np.mean((np.sign(differences) + 1) / 2)) if differences.size else None


def _both(chosen, true, groups):
    """Precision and recall of choosing (seeds, m) of what is true (m,)."""
    true = np.broadcast_to(true, chosen.shape)
    return {'precision': _share(np.where(chosen, true, np.nan), groups),
            'recall': _share(np.where(true, chosen, np.nan), groups)}


def _share(values, groups):
    if np.isnan(values).all(axis=1).any():
        return None     # nothing was chosen, or there is nothing to choose
    return statistics.accuracy(values, groups)


def proposals(
        judged: list[tuple[Product, int, Tags]], truth: WordTruth, tagger: Tagger,
        products: list[Product]) -> dict[str, list[tuple[str, bool, bool, bool]]]:
    """For each kind, what is proposed to texts that say no true word of it.

    Returns:
        From each kind to a list with, for each such text: the group of its product, whether
        anything is proposed, whether the first proposal is true, and whether the commonest word is.
    """
    commonest = _commonest(products, truth, tagger)
    # Not the tagger's, so that the texts are the same for the taggers of all seeds.
    lexicon = Lexicon(tagger.facts['labels'], truth.style)
    found = {kind: [] for kind in KINDS}
    for product, number, own in judged:
        is_true = truth.of(product, tagger.lexicon)
        said = lexicon.read(text_of(product.listings[number]))[0]
        for kind in KINDS:
            if kind not in commonest or any(
                    word.kind == kind and is_true(word) for word in said):
                continue
            first = next((tag.word for tag in own.missing
                          if tag.word.kind == kind and is_true(tag.word) is not None), None)
            found[kind].append((product.group, first is not None,
                                first is not None and is_true(first), is_true(commonest[kind])))
    return {kind: own for kind, own in found.items() if own}


def _commonest(products, truth, tagger):
    """From kind to the word with a probe that is true of most training products."""
    counts = collections.Counter()
    for product in products:
        if split_of(product.group) == 'train':
            is_true = truth.of(product, tagger.lexicon)
            counts.update(word for word in tagger.proposable if is_true(word))
    return {word.kind: word for word, _ in reversed(counts.most_common())}


def missing_figures(of_seeds: list[dict]) -> Figures:
    """Precision and recall of the proposals of all seeds, and of proposing the commonest word."""
    figures = {}
    for kind in KINDS:
        if not all(kind in own for own in of_seeds):
            continue
        groups = [entry[0] for entry in of_seeds[0][kind]]
        proposed, right, majority = (np.array(
            [[bool(entry[place]) for entry in own[kind]] for own in of_seeds])
            for place in (1, 2, 3))
        figures[kind] = {
            'texts': len(groups),
            'proposed': {'precision': _share(np.where(proposed, right, np.nan), groups),
                         'recall': _share(right.astype(float), groups)},
            'commonest': {'precision': _share(majority.astype(float), groups),
                          'recall': _share(majority.astype(float), groups)}}
    return figures


def tables(figures: Figures) -> list[Table]:
    """The two tables of the figures."""
    said = []
    for version, title in TEXTS.items():
        for kind, own in figures['said'][version].items():
            said.append((
                f'{title}: {counted(own["words"], TITLES[kind])}, {own["wrong"]:,} wrong',
                '', '', '', ''))
            said += [(f'  {name}', *_cells(own[which]), *_cells(rejected))
                     for name, which, rejected in (
                         ('trusted', 'trusted', None), ('kept', 'kept', own['rejected']))]
    missing = []
    for kind, own in figures['missing'].items():
        missing.append((
            f'{counted(own["texts"], "text")} without a true {TITLES[kind]}', '', ''))
        missing += [(f'  {name}', *_cells(own[which])) for name, which in (
            ('the first proposed', 'proposed'), ('the commonest', 'commonest'))]
    return [
        Table('Words that texts say, test products, 95 % intervals',
              ('', 'precision', 'recall', 'of the rejected: wrong', 'of the wrong: rejected'),
              said),
        Table('Words that texts lack, test products, 95 % intervals',
              ('', 'precision', 'recall'), missing)]


def _cells(both):
    return [interval and f'{interval.value:.3f} ({interval.range()})'
            for interval in (both or {'precision': None, 'recall': None}).values()]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('tags', __doc__, tags, argv)


if __name__ == '__main__':
    sys.exit(main())
