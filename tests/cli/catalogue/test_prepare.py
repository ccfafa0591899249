"""``fashion-models catalogue prepare``."""

import json
import pathlib

import pytest

from fashion_models.data.store import ImageStore
from fashion_models.errors import UserError


def test_prepares_and_says_where(catalogue, tmp_path, command):
    (catalogue / 'images' / '1.jpg').write_bytes(b'')
    status, output = command(
        'prepare', catalogue, '--shorter-side', 10, '--store', tmp_path / 'stores', '--workers', 1)
    folder, _, text = output.partition(': ')
    assert status == 0
    assert text == (
        '2 products with 2 images, shorter side 10; dropped 1 unreadable image and 1 product '
        'without any other\n')
    assert len(ImageStore.open(folder)) == 2
    assert json.loads((pathlib.Path(folder) / 'store.json').read_text())['images'] == 2


@pytest.mark.parametrize('option', ['--workers', '--shorter-side'])
def test_refuses_what_is_no_number(catalogue, command, option):
    with pytest.raises(UserError, match=f'{option}: found 0, expected a whole number'):
        command('prepare', catalogue, '--shorter-side', 10, option, 0)


def test_prune(catalogue, command):
    command('prepare', catalogue, '--shorter-side', '20')
    command('remove', catalogue, '1')
    _, output = command('prepare', catalogue, '--shorter-side', '20', '--prune')
    first, second = output.splitlines()
    assert first.endswith(' MB freed')
    assert '2 products with 2 images' in second
