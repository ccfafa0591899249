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
        shared: Networks that it needs and others may have left: names of :data:`SHARED`.
        per_seed: About how many trainings of the recipe it takes for each seed besides.
        once: Likewise, whatever the number of seeds.
    """

    name: str
    title: str
    of: str
    shared: tuple[str, ...] = ()
    per_seed: float = 0
    once: float = 0

    @property
    def main(self) -> Callable[[Sequence[str] | None], int]:
        """The command: takes arguments and returns an exit status."""
        return importlib.import_module(f'fashion_models.experiments.{self.name}').main


#: Networks that several experiments need: about how many trainings of the recipe each takes.
SHARED = {'multi-task': 1, 'single-image': 1.2, 'colour-only': 1}
MULTI, SINGLE, COLOUR = SHARED

EXPERIMENTS = (
    Experiment('main_table', 'the accuracy of every task', "the article's first table", (MULTI,)),
    Experiment('single_vs_multi', 'one task or five, one image or all',
               "the article's second and third table", (MULTI, SINGLE), 3, 2),
    Experiment('pooling', 'ways to pool the images of a product, and averaging afterwards',
               "the article's hope for learnt pooling", (MULTI, SINGLE), 9.3),
    Experiment('training_sizes', 'one task or five, by the number of training products',
               "the article's second table", (MULTI,), 20),
    Experiment('filters', 'the first filters, and how much of them is colour',
               "the article's figure of filters", (MULTI, COLOUR), 1),
    Experiment('tsne', 'maps of the representation', "the article's t-SNE maps",
               (MULTI, COLOUR)),
    Experiment('misclassified', 'which products are misclassified, and why',
               "the article's figures of errors", (MULTI,)),
    Experiment('with_text', 'what texts add to images', "the article's textual features",
               (MULTI,)),
    Experiment('label_audit', 'wrong labels, found and corrected', "the article's fixed labels",
               (MULTI,), 7),
    Experiment('graph', 'the computational graph of a mini-batch', "the article's graph"),
    Experiment('devices', 'training on 1, 2 and 4 devices', "the article's parallel training",
               (MULTI,), 2),
    Experiment('colours', 'several colours, learnt and named',
               "the article's products of several colours", (MULTI,), 1),
    Experiment('retrieval', 'how well the nearest products match', 'search', (MULTI,)),
    Experiment('duplicates', 'listings of one product, found', 'duplicates', (MULTI,)),
    Experiment('ordering', 'orders that suit shoppers and merchandisers', 'ordering',
               (MULTI,)),
    Experiment('tags', 'words of texts that are true, false or missing', 'tags', (MULTI,)),
    Experiment('cross_validation', 'one image or all, on a small catalogue',
               "the article's third table", per_seed=25),
)
