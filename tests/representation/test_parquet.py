import json
import pathlib
import textwrap

import numpy as np
import pytest

from fashion_models.errors import UserError
from fashion_models.representation import parquet as module
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.representation.parquet import write_parquet

parquet = pytest.importorskip('pyarrow.parquet')


@pytest.mark.parametrize('dtype', ['float32', 'float16'])
def test_what_is_written_is_what_the_file_holds(tmp_path, dtype, monkeypatch):
    monkeypatch.setattr(module, '_BLOCK', 2)
    vectors = np.random.default_rng(0).normal(size=(5, 4)).astype(dtype)
    header = {'per': 'product', 'size': 4, 'dtype': dtype,
              'tasks': {'colour': True, 'type': False, 'title': False}}
    items = [Item(f'p{n}', f'p{n}', 'g', {'colour': 'Red|Blue', 'title': 'Dr'} if n else {},
                  'Shop', f't{n}', '', [f'{n}.jpg']) for n in range(5)]
    with EmbeddingsWriter(tmp_path / 'e', header) as writer:
        writer.add(vectors, items)
    write_parquet(open_embeddings(tmp_path / 'e'), tmp_path / 'e.parquet', progress=False)
    table = parquet.read_table(tmp_path / 'e.parquet')
    found = table['embedding'].combine_chunks().flatten().to_numpy().reshape(5, 4)
    np.testing.assert_array_equal(found, vectors)
    assert found.dtype == dtype
    rows = table.drop_columns(['embedding']).to_pylist()
    assert rows[0] | {'colour': None, 'label_title': None} == rows[0]
    assert rows[3] == rows[0] | {
        'id': 'p3', 'product': 'p3', 'title': 't3', 'images': ['3.jpg'], 'colour': ['Red', 'Blue'],
        'label_title': 'Dr'}
    assert json.loads(table.schema.metadata[b'fashion_models'])['per'] == 'product'


def test_faiss_loads_it_as_documented(tmp_path, monkeypatch):
    pytest.importorskip('faiss')
    vectors = np.eye(4, dtype='f')
    with EmbeddingsWriter(tmp_path / 'e', {'per': 'product', 'size': 4}) as writer:
        writer.add(vectors, [Item(f'p{n}', f'p{n}', 'g') for n in range(4)])
    write_parquet(open_embeddings(tmp_path / 'e'), tmp_path / 'shop.parquet', progress=False)
    page = pathlib.Path(__file__).parents[2] / 'docs' / 'databases.rst'
    example = page.read_text().partition('**faiss**')[2].partition('**LanceDB**')[0]
    code = textwrap.dedent(example.partition('code-block:: python')[2]).replace('10)', '2)')
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(code, names)
    assert names['rows'].tolist()[0][0] == 0
    assert names['similarities'].tolist()[0][0] == 1


def test_a_place_that_cannot_be_written(tmp_path):
    with EmbeddingsWriter(tmp_path / 'e', {'per': 'product', 'size': 1}) as writer:
        writer.add(np.ones((1, 1)), [Item('p', 'p', 'g')])
    with pytest.raises(UserError, match='cannot be written'):
        write_parquet(open_embeddings(tmp_path / 'e'), tmp_path / 'no' / 'e', progress=False)
