"""The table of nearest-neighbour purities."""

from collections.abc import Sequence

from fashion_models.catalogue.tasks import title_of
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.measuring.purity import COLOUR, MULTI


def purity_table(figures: Figures, tasks: Sequence[str]) -> Table:
    """The purities of all networks and tasks."""
    own, columns = figures['purity'], [ALL, *tasks]
    rows = []

    def add(title, of_tasks, show):
        rows.append((title, *(show(of_tasks[task]) if task in of_tasks else None
                              for task in columns)))

    for k in own[MULTI]:
        for name in MULTI, COLOUR:
            add(f'{name}, k = {k}', own[name][k], lambda i: f'{i.value:.3f} ({i.range()})')
        difference = f'{MULTI} minus {COLOUR}'
        add(f'{difference}, k = {k}', own[difference][k], str)
    for name in MULTI, COLOUR:
        k = max(own[MULTI])
        add(f'the map of {name}, k = {k}', own['map'][name][k], float)
    add('neighbours at random', own['chance'], float)
    return Table(
        f'Nearest-neighbour purity over {figures["products"]} products of the test split, '
        'with 95 % intervals',
        ('', 'mean', *(title_of(task) for task in tasks)), rows)
