"""``fashion-models catalogue merge``; more in tests/catalogue/test_merge.py."""

import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError


@pytest.fixture
def both(shop, tmp_path, command):
    """Two catalogues of the same products."""
    for name in 'a', 'b':
        command('import', 'csv', shop, tmp_path / name, '--name', name)
    return tmp_path / 'a', tmp_path / 'b'


def test_from_the_open_questions_to_the_catalogue(both, tmp_path, command):
    mapping, merged = tmp_path / 'mapping.toml', tmp_path / 'merged'
    _, output = command('merge', *both, merged, '--list-unmapped')
    assert '[a.gender]\n"Women" = "?"  # 2 products\n' in output
    assert not merged.exists()
    mapping.write_text(output)
    with pytest.raises(UserError, match='mapping.toml: 8 labels of 2 catalogues not mapped'):
        command('merge', *both, merged, '--mapping', mapping)
    mapping.write_text('\n'.join(
        f'[{name}]\n' + '\n'.join(f'{task} = "same"' for task in (
            'gender', 'colour', 'type', 'category', 'subcategory')) for name in 'ab'))
    status, output = command('merge', *both, merged, '--mapping', mapping)
    assert status == 0
    assert '6 products read, 6 kept' in output
    assert {product.id for product in open_catalogue(merged).products} == {
        f'{name}/{number}' for name in 'ab' for number in '123'}


def test_needs_a_mapping(both, tmp_path, command):
    with pytest.raises(UserError, match='--mapping is missing; --list-unmapped prints'):
        command('merge', *both, tmp_path / 'merged')
