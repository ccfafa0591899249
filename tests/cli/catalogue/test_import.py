"""``fashion-models catalogue import``."""

import zipfile

import pytest

from fashion_models import cli
from fashion_models.catalogue.importers import IMPORTERS
from fashion_models.errors import UserError


def test_help_teaches_every_format(capsys):
    def help_of(*words):
        with pytest.raises(SystemExit):
            cli.main(['catalogue', *words, '--help'])
        return capsys.readouterr().out

    text = help_of('import')
    for name, module in IMPORTERS.items():
        assert name in text
        assert all(line.strip() in text for line in module.DESCRIPTION.splitlines())
        assert module.DESCRIPTION in help_of('import', name)


def test_import_prints_its_report(shop, tmp_path, command):
    status, output = command('import', 'csv', shop, tmp_path / 'new')
    assert status == 0
    assert output.startswith('3 products read, 3 kept in 3 groups with 3 images\n')
    assert 'gender: 2 labels, 3 products with one, 0 without\n  Women 2, Men 1\n' in output


def test_source_and_catalogue_cannot_be_one(shop, tmp_path, command):
    for folder in (shop, tmp_path):
        with pytest.raises(UserError, match='lies in it; choose'):
            command('import', 'csv', shop, folder, '--overwrite')


def test_an_archive_cannot_be_linked_to(tmp_path, command):
    archive = tmp_path / 'archive.zip'
    with zipfile.ZipFile(archive, 'w') as file:
        file.writestr('styles.csv', '')
    with pytest.raises(UserError, match=r'archive\.zip: holds no image .* to link to.*\(--link\)'):
        command('import', 'fashion-product-images', archive, tmp_path / 'new', '--link')
    assert not (tmp_path / 'new').exists()
