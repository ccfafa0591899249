"""No file is written into once it is there: other processes may have mapped it, or be reading it.

A process that reads a mapped file which somebody cuts ends in SIGBUS, and nothing can be done about
it but this. What commands do, call by call, experiments/campaigns/kills.py watches.
"""

import ast
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import fashion_models
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter

PACKAGE = pathlib.Path(fashion_models.__file__).parent
#: What opens files to change them: those that atomic_write renames and those that only grow at
#: their end; parts of embeddings, in a folder that no reader knows; the null device.
MAY = {'files.py', 'representation/embeddings_writer.py', 'terminal.py'}


def changes(source):
    """Yields the line of each call that may write into a file that is there."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(
            node.func, 'id', '')
        texts = [value.value for value in [*node.args, *(word.value for word in node.keywords)]
                 if isinstance(value, ast.Constant) and isinstance(value.value, str)]
        if (name in ('write_text', 'write_bytes', 'truncate', 'copyfile')
                or name == 'open' and any(
                    text in ('w', 'wb', 'a', 'ab') or len(text) < 4 and '+' in text
                    for text in texts)
                or name in ('memmap', 'open_memmap') and 'r' not in texts):
            yield node.lineno


@pytest.mark.parametrize('path', sorted(PACKAGE.rglob('*.py')), ids=lambda path: str(
    path.relative_to(PACKAGE)))
def test_files_are_replaced(path):
    if path.relative_to(PACKAGE).as_posix() not in MAY:
        assert not list(changes(path.read_text(encoding='utf-8')))


def test_what_is_looked_for_is_found():
    source = '''
open(path, 'w'); path.open('r+b'); open(path, mode='wb'); path.write_text(text)
np.memmap(path, np.uint8, 'r+'); np.memmap(path); shutil.copyfile(one, other)
open(path, 'rb'); open(path, 'xb'); np.memmap(path, np.uint8, 'r'); path.read_text('utf-8')
'''
    assert list(changes(source)) == [2, 2, 2, 2, 3, 3, 3]


def write(file, size):
    with EmbeddingsWriter(file, {'per': 'product', 'size': 64}) as writer:
        writer.add(np.full((size, 64), 0.125, np.float32), [
            Item(str(number), str(number), str(number)) for number in range(size)])


READ = '''
import sys
from fashion_models.representation.embeddings import open_embeddings
embeddings = open_embeddings(sys.argv[1])
print(len(embeddings), flush=True)
sys.stdin.readline()
print(embeddings.vectors.sum(), len(embeddings.items[len(embeddings) - 1].id), flush=True)
'''


def test_a_reader_keeps_the_file_that_it_has_opened(tmp_path):
    file = tmp_path / 'shop.embeddings'
    write(file, 5000)
    reader = subprocess.Popen(
        [sys.executable, '-c', READ, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True)
    assert reader.stdout.readline() == '5000\n'
    write(file, 3)      # a page; what was mapped is a megabyte
    output, _ = reader.communicate('\n', timeout=60)
    assert reader.returncode == 0       # not -SIGBUS
    assert output.split() == [str(5000 * 64 * 0.125), '4']
    assert len(open_embeddings(file)) == 3
