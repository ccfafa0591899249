"""``fashion-models catalogue import --update``, ``add`` and ``remove``."""

import pytest

from fashion_models.errors import UserError


def test_update_add_and_remove(shop, tmp_path, command):
    folder = tmp_path / 'new'
    command('import', 'csv', shop, folder)
    status, output = command('import', 'csv', shop, folder, '--update')
    assert status == 0
    assert output.startswith(
        f'{folder}: 0 new, 0 changed, 0 gone, 3 unchanged\n3 products read, 3 kept')
    ids = [line.split(',')[0] for line in (shop / 'products.csv').read_text().splitlines()[1:]]
    (tmp_path / 'ids.txt').write_text(f'{ids[1]}\n\n')
    _, output = command('remove', folder, ids[0], '--ids', tmp_path / 'ids.txt')
    assert output == f'{folder}: 0 new, 0 changed, 2 gone, 1 unchanged\n'
    _, output = command('add', 'csv', shop, folder)
    assert output == (f'{folder}: 3 products read, 2 added, 0 replaced; it has 3 now\n'
                      'products dropped: 0\nimages dropped: 0\n')
    table = (shop / 'products.csv').read_text().splitlines(keepends=True)
    (shop / 'products.csv').write_text(''.join(table[:2]))
    with pytest.raises(UserError, match=r'lacks 2 of the 3 products.* \(--most-gone\)'):
        command('import', 'csv', shop, folder, '--update')
    _, output = command('import', 'csv', shop, folder, '--update', '--most-gone', '0.7')
    assert output.startswith(f'{folder}: 0 new, 0 changed, 2 gone, 1 unchanged\n')


def test_words_that_do_not_fit(shop, tmp_path, command):
    with pytest.raises(UserError, match='--update: .* leave --overwrite out'):
        command('import', 'csv', shop, tmp_path / 'new', '--update', '--overwrite')
    with pytest.raises(UserError, match='--most-gone: has a meaning with --update only'):
        command('import', 'csv', shop, tmp_path / 'new', '--most-gone', '0.2')
    command('import', 'csv', shop, tmp_path / 'new')
    with pytest.raises(UserError, match='replace it .--overwrite., bring it up to date .--update.'):
        command('import', 'csv', shop, tmp_path / 'new')
    with pytest.raises(UserError, match='name products by their ids'):
        command('remove', tmp_path / 'new')
