import pathlib

import pytest

from fashion_models.errors import UserError
from fashion_models.experiments.kit.results import Table, write_record
from fashion_models.experiments.report.tables import main, updated

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
PAGES = [REPOSITORY / 'README.rst', *sorted((REPOSITORY / 'docs').glob('*.rst'))]
PAGE = '''\
Before.

.. table 2 of results/one

{}
.. end of table

After.
'''


@pytest.fixture
def results(tmp_path):
    write_record(tmp_path / 'results' / 'one', {}, [
        Table('first', ['a'], [[1.0]]), Table('second', ['b', 'c'], [['x', 0.25]])])
    return tmp_path


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_tables_of_the_documentation_are_those_of_the_results(page):
    text = page.read_text(encoding='utf-8')
    assert updated(text, REPOSITORY) == text, 'make docs brings it up to date'


def test_a_table_takes_its_place(results):
    expected = PAGE.format('=  =====\nb  c\n=  =====\nx  0.250\n=  =====\n')
    assert updated(PAGE.format(''), results) == expected
    assert updated(PAGE.format('\nanything\n'), results) == expected
    assert updated(expected, results) == expected


def test_the_caption_is_the_command(results):
    write_record(results / 'results' / 'one', {
        'experiment': 'tags', 'command': 'python -m fashion_models.experiments.tags --seeds 5'},
        [Table('first', ['a'], [[1.0]])])
    page = updated('.. table 1 of results/one\n\n.. end of table\n', results)
    assert page == (
        '.. table 1 of results/one\n\n'
        '.. table:: ``python -m fashion_models.experiments.tags --seeds 5``\n\n'
        '   =====\n   a\n   =====\n   1.000\n   =====\n\n.. end of table\n')
    assert updated(page, results) == page


def test_claims(results):
    page = updated('.. claims of results\n\n.. end of table\n', results)
    assert '.. list-table::' in page
    assert 'not recorded yet' in page
    assert updated(page, results) == page


def test_command(results, monkeypatch, capsys):
    monkeypatch.chdir(results)
    page = results / 'page.rst'
    page.write_text(PAGE.format(''))
    assert main(['--check', 'page.rst']) == 1
    assert page.read_text() == PAGE.format('')
    assert main(['page.rst']) == 0
    assert '0.250' in page.read_text()
    assert main(['--check', 'page.rst']) == 0
    page.write_text(page.read_text().replace('0.250', '0.350'))
    assert main(['--check', 'page.rst']) == 1
    page.write_text('.. table 1 of results/two\n\n.. end of table\n')
    assert main(['page.rst']) == 2
    assert 'page.rst: results/two/results.json: No such file' in capsys.readouterr().err
    for missing in 'nowhere.rst', '.':
        assert main([missing]) == 2
        assert f'tables: error: {missing}: ' in capsys.readouterr().err


@pytest.mark.parametrize('content', [
    '{"tables": [', '[]', '{"tables": [{}]}', '{"tables": [], "figures": 3}'])
@pytest.mark.parametrize('kind', ['table 2', 'claims', 'summary'])
def test_damaged_results_are_told(results, content, kind):
    folder = results / 'results' / 'main_table' / 'one'
    folder.mkdir(parents=True)
    (folder / 'results.json').write_text(content)
    of = 'results/main_table/one' if kind == 'table 2' else 'results'
    with pytest.raises(UserError, match='main_table/one/results.json: is damaged'):
        updated(f'.. {kind} of {of}\n\n.. end of table\n', results)


@pytest.mark.parametrize(('page', 'message'), [
    ('.. table 3 of results/one\n\n.. end of table\n', 'has no table 3, only 2'),
    ('.. table 1 of results/one\n\n', 'has no ".. end of table"'),
])
def test_what_cannot_be_filled_in(results, page, message):
    with pytest.raises(UserError, match=message):
        updated(page, results)
