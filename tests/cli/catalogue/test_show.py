"""``fashion-models catalogue show``."""

import pytest
from PIL import Image

from fashion_models.errors import UserError


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
    assert f': {count} product{"s" * (count > 1)}\n' in output


@pytest.mark.parametrize(('options', 'message'), [
    (['--products', '0'], '--products: found 0, expected a whole number'),
    (['--label', 'color=Red'], '--label color=Red: expected TASK=LABEL, TASK one of gender, '),
    (['--label', 'colour=Green'], 'no product is of that split and has those labels'),
    (['-o', 'sheet'], "sheet: expected a picture's ending, such as .png"),
    (['-o', '/nowhere/sheet.png'], 'found /nowhere/sheet.png, and there is no folder /nowhere')])
def test_show_refuses(catalogue, tmp_path, command, options, message):
    with pytest.raises(UserError, match=message):
        command('show', catalogue, '-o', tmp_path / 'sheet.png', *options)
    assert not (tmp_path / 'sheet.png').exists()
