import argparse
import zipfile

import pytest
from PIL import Image

from fashion_models.catalogue.importers import IMPORTERS
from fashion_models.cli import catalogue as commands
from fashion_models.errors import UserError

TABLE = '''\
product_id,gender,colour,images
1,Men,Blue,1.jpg
2,Women,Red,2.jpg
3,Women,Blue,3.jpg
'''


@pytest.fixture
def shop(tmp_path, jpeg):
    (tmp_path / 'shop').mkdir()
    for n in '123':
        (tmp_path / f'shop/{n}.jpg').write_bytes(jpeg())
    (tmp_path / 'shop/products.csv').write_text(TABLE)
    return tmp_path / 'shop'


@pytest.fixture
def catalogue(shop, tmp_path, command):
    command('import', 'csv', shop, tmp_path / 'catalogue')
    return tmp_path / 'catalogue'


def help_of(capsys, *arguments):
    parser = argparse.ArgumentParser(prog='fashion-models')
    commands.add_parser(parser.add_subparsers())
    with pytest.raises(SystemExit):
        parser.parse_args(['catalogue', *arguments, '--help'])
    return capsys.readouterr().out


def test_help_teaches_every_format(capsys):
    text = help_of(capsys, 'import')
    for name, module in IMPORTERS.items():
        assert name in text
        assert all(line in text for line in module.DESCRIPTION.splitlines())
        assert module.DESCRIPTION in help_of(capsys, 'import', name)


def test_import_prints_its_report(shop, tmp_path, command):
    status, output = command('import', 'csv', shop, tmp_path / 'new')
    assert status == 0
    assert output.startswith('3 products read, 3 kept in 3 groups with 3 images\n')
    assert 'gender: 2 labels, 3 products with one, 0 without\n  Women 2, Men 1\n' in output


def test_check_says_that_all_is_well(catalogue, command):
    status, output = command('check', catalogue)
    assert status == 0
    assert output.endswith('3 images: no problems\n')


def test_check_exits_with_1_if_there_is_a_problem(catalogue, command):
    (catalogue / 'images/2.jpg').unlink()
    status, output = command('check', catalogue)
    assert status == 1
    assert f'{catalogue}/products.jsonl:2: image images/2.jpg: there is no such file\n' in output
    assert output.endswith('3 images: 1 problem\n')


def test_show_draws_a_picture(catalogue, tmp_path, command):
    status, output = command('show', catalogue, '-o', tmp_path / 'sheet.png')
    assert (status, output) == (0, f'{tmp_path}/sheet.png: 3 products\n')
    with Image.open(tmp_path / 'sheet.png') as sheet:
        assert sheet.format == 'PNG'


@pytest.mark.parametrize(('options', 'count'), [
    (['--products', 2], 2), (['--label', 'gender=Women'], 2),
    (['--label', 'gender=Women', '--label', 'colour=Blue'], 1)])
def test_show_chooses_products(catalogue, tmp_path, command, options, count):
    _, output = command('show', catalogue, '-o', tmp_path / 'sheet.png', *options)
    assert f': {count} products' in output


@pytest.mark.parametrize(('options', 'message'), [
    (['--products', '0'], '--products 0: expected 1 or more'),
    (['--label', 'color=Red'], '--label color=Red: expected TASK=LABEL, TASK one of gender, '),
    (['--label', 'colour=Green'], 'no product is of that split and has those labels'),
    (['-o', 'sheet'], "sheet: expected a picture's ending, such as .png"),
    (['-o', '/nowhere/sheet.png'], '-o /nowhere/sheet.png: No such file or directory')])
def test_show_refuses(catalogue, tmp_path, command, options, message):
    with pytest.raises(UserError, match=message):
        command('show', catalogue, '-o', tmp_path / 'sheet.png', *options)
    assert not (tmp_path / 'sheet.png').exists()


def test_source_and_catalogue_cannot_be_one(shop, tmp_path, command):
    for folder in (shop, tmp_path):
        with pytest.raises(UserError, match='SOURCE lies in DIR'):
            command('import', 'csv', shop, folder, '--overwrite')


def test_an_archive_cannot_be_linked_to(tmp_path, command):
    archive = tmp_path / 'archive.zip'
    with zipfile.ZipFile(archive, 'w') as file:
        file.writestr('styles.csv', '')
    with pytest.raises(UserError, match=r'--link: .*archive\.zip holds no image files to link to'):
        command('import', 'fashion-product-images', archive, tmp_path / 'new', '--link')
    assert not (tmp_path / 'new').exists()
