import json

import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.experiments.kit.results import Table


def test_table_and_record(trained, toy_catalogue, works, tmp_path):
    output = works('retrieval', toy_catalogue, trained.folder, '--split', 'test', '-o', tmp_path)
    assert output.startswith('The same product, found by one picture: ')
    assert '\nThe same group, found by one picture: ' in output
    assert output.endswith(f'\nmore in {tmp_path}\n')
    record = json.loads((tmp_path / 'results.json').read_text())
    assert record['catalogue']['hash'] == open_catalogue(toy_catalogue).hash()
    assert [run['name'] for run in record['runs']] == [trained.folder.name]
    assert 0 <= record['figures']['right']['the same product']['recall']['run']['recall@1'][
        'value'] <= 1
    tables = [Table.from_record(table) for table in record['tables']]
    assert output.startswith('\n'.join(table.text() for table in tables))


def test_networks_of_one_name_go_by_their_paths(trained, run_copy, toy_catalogue, works):
    twin = run_copy.folder.rename(run_copy.folder.with_name(trained.folder.name))
    output = works('retrieval', toy_catalogue, trained.folder, twin, '--split', 'test')
    assert f'\n{trained.folder} ' in output
    assert f'\n{twin} ' in output
    assert '+0.000 [+0.000, +0.000]' in output


@pytest.mark.parametrize(('options', 'message'), [
    ([], 'whose products it finds more easily than others; expected the validation or test split'),
    (['--in-shop'], 'import its part train'),
    (['--in-shop', '--split', 'test'], 'not allowed with argument')])
def test_what_it_was_trained_on(trained, toy_catalogue, fails, options, message):
    assert message in fails('retrieval', toy_catalogue, trained.folder, *options)


def test_figures_are_there_though_nobody_reads_the_table(
        trained, toy_catalogue, unread, tmp_path):
    unread('retrieval', toy_catalogue, trained.folder, '--split', 'test', '-o', tmp_path)
    assert json.loads((tmp_path / 'results.json').read_text())['figures']
