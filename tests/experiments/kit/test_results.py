import json

import numpy as np
import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError
from fashion_models.experiments.kit.results import (
    Table,
    read_log,
    without_folders,
    write_record,
    write_results,
)
from fashion_models.experiments.kit.statistics import Interval
from fashion_models.training.run import Run

INTERVAL = Interval(0.0312, (0.01, 0.05), (-0.004, 0.06))
TABLE = Table('Two networks', ['', 'accuracy', 'difference'], [
    ['a', 0.5, INTERVAL], ['  longer title', float('nan'), None]])


def test_rst():
    assert TABLE.rst() == '''\
============  ========  =======================
\\             accuracy  difference
============  ========  =======================
a             0.500     +0.031 [-0.004, +0.060]
longer title  \\-        \\-
============  ========  =======================
'''


def test_rst_is_text():
    nodes = pytest.importorskip('docutils.core').publish_doctree(
        Table('', ('network', 'recall@10'), [('multi-image', None)]).rst())
    assert [node.astext() for node in nodes.findall() if node.tagname == 'entry'] == [
        'network', 'recall@10', 'multi-image', '-']
    assert not [node for node in nodes.findall() if node.tagname in ('reference', 'bullet_list')]


def test_text():
    assert TABLE.text() == '''\
Two networks

                accuracy               difference
a                  0.500  +0.031 [-0.004, +0.060]
  longer title         -                        -
'''


def test_a_table_survives_json():
    assert Table.from_record(json.loads(json.dumps(TABLE.record()))) == TABLE


def test_a_row_that_does_not_fit():
    with pytest.raises(ValueError, match='a row of 2 cells under 1 headings'):
        Table('x', ['a'], [[1, 2]])


def test_written_results(toy_catalogue, tiny, tmp_path):
    folder = tmp_path / 'results' / 'toy'
    written = write_results(
        folder, 'an_experiment', {'accuracy': np.array([0.5, np.nan]), 'difference': INTERVAL},
        [TABLE], open_catalogue(toy_catalogue), tiny, seeds=(0, 1), seconds=1.5)
    text = (folder / 'results.json').read_text()
    assert json.loads(text) == written
    assert 'NaN' not in text, 'which is no JSON'
    assert written['figures']['accuracy'] == [0.5, None]
    assert written['figures']['difference']['both'] == [-0.004, 0.06]
    assert written['catalogue']['name'] == 'toy'
    assert written['catalogue']['hash'] == open_catalogue(toy_catalogue).hash()
    assert written['catalogue']['products'] == 80
    assert set(written) >= {'command', 'commit', 'versions', 'machine', 'seeds', 'seconds', 'date'}
    assert str(toy_catalogue.parent) not in text
    assert (folder / 'table.rst').read_text() == TABLE.rst()
    assert (folder / 'table.txt').read_text() == TABLE.text()


@pytest.mark.parametrize(('command', 'expected'), [
    ('train --out runs/a', 'train --out runs/a'),
    ('train --out /home/me/runs/a/ --seed 1', 'train --out a --seed 1'),
    ('train --out ../a', 'train --out a'),
    ("train --out '/home/me/my runs/a b'", "train --out 'a b'"),
])
def test_without_folders(command, expected):
    assert without_folders(command) == expected


@pytest.mark.parametrize('log', ['', '[]', '{}', '5', '[5]', '[{}]', '[' * 100_000,
                                 '[{"epoch": 1, "iteration": 2, "elapsed_time": NaN}]'])
def test_a_damaged_log_is_told(tmp_path, log):
    (tmp_path / 'log.json').write_text(log)
    with pytest.raises(UserError, match=r'log\.json: is damaged'):
        read_log(Run(tmp_path))


def test_lists_of_numbers_take_one_line(tmp_path):
    record = {'figures': {'interval': [0.5, -1e-09, 7], 'nested': [[1, 2], [3.0, 4]], 'none': []},
              'text': 'drops = [1,  2]\n[3]', 'words': ['1', '2']}
    write_record(tmp_path, record, [])
    text = (tmp_path / 'results.json').read_text()
    assert '"interval": [0.5, -1e-09, 7],\n' in text
    assert '[1, 2],\n' in text
    found = json.loads(text)
    assert found == {**record, 'tables': []}
