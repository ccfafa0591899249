import dataclasses
import shutil
import types

import numpy as np
import pytest
from PIL import Image

from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.prepare import prepare
from fashion_models.drawn.generator import synthesise
from fashion_models.experiments.kit.pictures import (
    LARGEST,
    WIDTH,
    Cell,
    fitted,
    may_show,
    mosaic,
    readable_files,
    sheet,
    write_jpeg,
)

COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0)]


def settings_on(catalogue, pictures=False):
    return types.SimpleNamespace(catalogue=catalogue, pictures=pictures)


def test_the_embedded_catalogue_may_be_shown(tmp_path):
    synthesise(tmp_path / 'drawn', products=1, size=32, workers=1)
    assert may_show(settings_on(open_catalogue(tmp_path / 'drawn')))


@pytest.mark.parametrize(('licence', 'allowed'), [
    ('OSL 3.0 / AFL 3.0', True), (' OSL 3.0 ', True), ('', False), ('all rights reserved', False),
    # Merged: what names no licence is not among the licences.
    ('luma: OSL 3.0', False), ('as the program that drew it; and another', False)])
def test_other_catalogues_need_a_licence(toy_catalogue, licence, allowed):
    catalogue = open_catalogue(toy_catalogue)
    catalogue.header = dataclasses.replace(catalogue.header, licence=licence)
    assert may_show(settings_on(catalogue)) == allowed
    assert may_show(settings_on(catalogue, pictures=True))


def test_a_mosaic_has_the_product_in_the_midst_of_each_square():
    # A square of 4 points at its corners' cells; a fifth, off the middle of the first one's, is
    # behind it.
    places = np.array([[0.5, 0.5], [1.9, 0.5], [0, 0], [0.5, 1.6], [2, 2]])
    pictures = [Image.new('RGB', (60, 80), colour) for colour in [
        COLOURS[0], COLOURS[1], (255, 255, 0), COLOURS[2], COLOURS[3]]]
    image = mosaic(places, lambda row: pictures[row], side=WIDTH // 2)
    assert image.size == (WIDTH, 3 * WIDTH // 2)        # one row for the upper edge alone
    at = [image.getpixel((x, y)) for x, y in (
        (270, 1350), (810, 1350), (270, 810), (810, 270))]
    assert at == COLOURS
    assert image.getpixel((810, 810)) == (255, 255, 255)


def test_a_mosaic_of_products_at_one_place():
    image = mosaic(np.zeros((3, 2)), lambda row: Image.new('RGB', (9, 9), COLOURS[row]))
    assert image.size == (WIDTH, 40)
    assert image.getpixel((20, 20)) == COLOURS[0]


@pytest.mark.parametrize(('size', 'expected'), [
    ((60, 80), (30, 40)), ((80, 60), (40, 30)), ((1, 400), (1, 40))])
def test_an_image_keeps_its_shape(size, expected):
    assert fitted(Image.new('RGB', size), 40).size == expected


def test_a_sheet_shows_each_products_first_images(tmp_path):
    for number, colour in enumerate(COLOURS):
        Image.new('RGB', (20, 20), colour).save(tmp_path / f'{number}.png')
    files = [tmp_path / f'{number}.png' for number in range(4)]
    image = sheet([Cell(files, ('predicted Red 80%', 'label Blue 1%')), Cell(files[1:2], ('',))])
    left, right = 12, image.width // 2 + 6
    assert [image.getpixel((left + 112 * n + 50, 60)) for n in range(3)] == COLOURS[:3]
    assert image.getpixel((right + 50, 60)) == COLOURS[1]
    assert image.getpixel((right + 112 + 50, 60)) == (255, 255, 255)
    below = np.asarray(image)[124:, left:image.width // 2]
    assert below.min() < 100, 'the text'
    assert image.width <= WIDTH


def test_a_picture_is_as_good_as_its_size_allows(tmp_path):
    rng = np.random.default_rng(0)
    plain, busy = tmp_path / 'plain.jpg', tmp_path / 'busy.jpg'
    write_jpeg(Image.new('RGB', (1000, 1000)), plain)
    write_jpeg(Image.fromarray(rng.integers(0, 256, (700, 700, 3), np.uint8)), busy)
    assert busy.stat().st_size < LARGEST
    assert busy.stat().st_size > plain.stat().st_size


def test_files_that_cannot_be_read_are_left_out(toy_catalogue, tmp_path):
    folder = shutil.copytree(
        toy_catalogue, tmp_path / 'copy', ignore=shutil.ignore_patterns('.prepared'))
    catalogue = open_catalogue(folder)
    several = next(product for product in catalogue.products if len(product.images) > 1)
    other, unwanted = [product for product in catalogue.products if product != several][:2]
    for broken in several.images[1], *other.images:
        catalogue.image_file(broken).write_bytes(b'no picture')
    store = prepare(catalogue, 54, progress=False)
    expected = [catalogue.image_file(image) for image in several.images if
                image != several.images[1]]
    assert readable_files(catalogue, store, {several.id, other.id}) == {several.id: expected}
    assert unwanted.id in readable_files(catalogue, store, {unwanted.id})
