"""Pruning keeps what a catalogue has, and that needs no decoding again."""

import contextlib

import numpy as np
import pytest
from PIL import Image

from fashion_models.catalogue import decode
from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.data import pruning
from fashion_models.data.prepare import prepare
from fashion_models.data.pruning import prune


def write(folder, numbers):
    (folder / 'images').mkdir(parents=True, exist_ok=True)
    with CatalogueWriter(folder, Header('shop'), overwrite=True) as writer:
        for number in numbers:
            path = f'images/{number}.png'
            if not (folder / path).exists():
                Image.new('RGB', (8, 9), (number, 0, 0)).save(folder / path)
            writer.add(Product(str(number), str(number), {}, [Listing(images=[path])]))
    return open_catalogue(folder)


def reds(store):
    return [int(store.image(number)[0, 0, 0]) for number in range(len(store))]


@pytest.fixture
def changed(tmp_path):
    """A catalogue that has changed since it was prepared, and its folder of stores."""
    prepare(write(tmp_path / 'shop', range(10)), 8, progress=False)
    prepare(write(tmp_path / 'shop', range(5)), 9, progress=False)
    catalogue = write(tmp_path / 'shop', [*range(3, 10), 20, 21])
    return catalogue, tmp_path / 'shop' / '.prepared'


def test_only_what_the_catalogue_has_stays(changed, monkeypatch):
    catalogue, folder = changed
    store = prepare(catalogue, 8, progress=False)
    assert prune(store) > 3 * 3 * 72 - 100
    assert reds(store) == [*range(3, 10), 20, 21], 'who has it open goes on'
    monkeypatch.setattr(decode, 'load_image', None)
    again = prepare(catalogue, 8, progress=False)
    assert reds(again) == reds(store)
    assert again.key == store.key
    pixels, = folder.glob('pictures/8-*/*/pixels.bin')
    assert pixels.stat().st_size == 9 * 3 * 8 * 9
    assert len(list(folder.glob('8-*'))) == 1
    assert len(list(folder.glob('9-*'))) == 1, 'another size is left alone'
    assert prune(again) == 0
    assert reds(prepare(catalogue, 8, progress=False)) == reds(store)


class Killed(BaseException):
    pass


@pytest.mark.parametrize('step', range(1, 7))
def test_killed(changed, monkeypatch, step):
    catalogue, folder = changed
    store = prepare(catalogue, 8, progress=False)
    calls = []

    def killing(function):
        def call(*arguments, **named):
            calls.append(1)
            if len(calls) == step:
                raise Killed
            return function(*arguments, **named)
        return call

    with monkeypatch.context() as patch:
        patch.setattr(pruning.os, 'rename', killing(pruning.os.rename))
        patch.setattr(pruning.shutil, 'rmtree', killing(pruning.shutil.rmtree))
        with contextlib.suppress(Killed):
            prune(store)
    again = prepare(catalogue, 8, progress=False)
    assert reds(again) == [*range(3, 10), 20, 21]
    prune(again)
    pixels, = folder.glob('pictures/8-*/*/pixels.bin')
    assert pixels.stat().st_size == 9 * 3 * 8 * 9
    np.testing.assert_array_equal(prepare(catalogue, 8, progress=False).digests, store.digests)
