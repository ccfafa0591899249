"""The computational graph of a mini-batch, such as the article links to."""

import pathlib
import shutil
import subprocess

import chainer
from chainer import computational_graph

from fashion_models.errors import UserError
from fashion_models.files import atomic_write


def write_graph(loss: chainer.Variable, folder: pathlib.Path) -> bool:
    """Writes the graph that led to ``loss`` as ``graph.dot``; as ``graph.svg`` too with Graphviz.

    Args:
        loss: Before its backward pass.
        folder: Where to write.

    Returns:
        Whether the machine has Graphviz.

    Raises:
        UserError: Graphviz failed.
    """
    graph = computational_graph.build_computational_graph([loss])
    path = folder / 'graph.dot'
    with atomic_write(path, 'w', encoding='utf-8') as file:
        file.write(graph.dump('dot'))
    if not shutil.which('dot'):
        return False
    # Through this process, which tells a full disk in a line.
    drawn = subprocess.run(['dot', '-Tsvg', str(path)], capture_output=True, check=False)
    if drawn.returncode:
        raise UserError(f'{path}: Graphviz cannot draw it: '
                        f'{drawn.stderr.decode(errors="replace").strip()}')
    with atomic_write(folder / 'graph.svg') as file:
        file.write(drawn.stdout)
    return True
