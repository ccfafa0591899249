"""All experiments, in the order in which ``python -m fashion_models.experiments`` runs them.

Those come first that train the networks that others reuse. Each has a module of its name, which is
a command: ``python -m fashion_models.experiments.<name>``.
"""

import dataclasses
import importlib
from collections.abc import Callable, Sequence


@dataclasses.dataclass(frozen=True)
class Experiment:
    """An experiment.

    Attributes:
        name: Of its module, and of the folder of its results.
        title: What it shows, in a line.
        of: The part of the article that it reproduces, or the use that it measures.
        trains: Whether it trains networks, or reuses trained ones.
    """

    name: str
    title: str
    of: str
    trains: bool = True

    @property
    def main(self) -> Callable[[Sequence[str] | None], int]:
        """The command: takes arguments and returns an exit status."""
        return importlib.import_module(f'fashion_models.experiments.{self.name}').main


EXPERIMENTS = (
    Experiment('main_table', 'the accuracy of every task', "the article's first table"),
    Experiment('single_vs_multi', 'one task or five, one image or all',
               "the article's second and third table"),
    Experiment('filters', 'the first filters, and how much of them is colour',
               "the article's figure of filters"),
    Experiment('tsne', 'maps of the representation', "the article's t-SNE maps"),
    Experiment('misclassified', 'which products are misclassified, and why',
               "the article's figures of errors"),
    Experiment('with_text', 'what texts add to images', "the article's textual features"),
    Experiment('label_audit', 'wrong labels, found and corrected', "the article's fixed labels"),
    Experiment('graph', 'the computational graph of a mini-batch', "the article's graph",
               trains=False),
    Experiment('devices', 'training on 1, 2 and 4 devices', "the article's parallel training"),
    Experiment('colours', 'several colours, learnt and named',
               "the article's products of several colours"),
    Experiment('retrieval', 'how well the nearest products match', 'search'),
    Experiment('duplicates', 'listings of one product, found', 'duplicates'),
    Experiment('ordering', 'orders that suit shoppers and merchandisers', 'ordering'),
    Experiment('tags', 'words of texts that are true, false or missing', 'tags'),
    Experiment('cross_validation', 'one image or all, on a small catalogue',
               "the article's third table"),
)
