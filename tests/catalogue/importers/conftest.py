"""Fixtures of the importers' tests: data sets in their exact layout, made of drawn images."""

import io
import json
import zipfile

import pytest

from fashion_models import drawn as synthetic
from fashion_models.catalogue.io import open_catalogue


@pytest.fixture(scope='session')
def drawn_images():
    """Eight small JPEG files (list of bytes), each another, drawn by the embedded catalogue."""
    images = []
    for subcategory, view in [('gowns', 'front'), ('gowns', 'back'), ('t-shirts', 'front'),
                              ('t-shirts', 'angled'), ('straight jeans', 'front'),
                              ('straight jeans', 'model'), ('chelsea boots', 'front'),
                              ('chelsea boots', 'angled')]:
        file = io.BytesIO()
        synthetic.draw(synthetic.product(subcategory), view, 48).save(file, 'jpeg')
        images.append(file.getvalue())
    return images


def as_folder(place, files):
    """Writes ``files`` (relative path to bytes) below the folder ``place``; returns it."""
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def as_zip(place, files):
    """Writes ``files`` (relative path to bytes) into an archive in ``place``; returns it."""
    place.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(place / 'archive.zip', 'w') as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return place / 'archive.zip'


@pytest.fixture(params=[as_folder, as_zip])
def form(request):
    """A function that writes files (relative path to bytes) as a folder, then as an archive."""
    return request.param


@pytest.fixture
def import_files(tmp_path, command):
    """A function that writes files (relative path to bytes) and imports them: an open catalogue."""
    def run(name, files, *options, form=as_folder):
        source = form(tmp_path / 'source', files)
        command('import', name, source, tmp_path / 'catalogue', *options)
        return open_catalogue(tmp_path / 'catalogue')
    return run


@pytest.fixture
def import_report():
    """A function that returns the report (dict) of an imported catalogue."""
    return lambda catalogue: json.loads((catalogue.folder / 'import-report.json').read_bytes())
