"""Catalogues that lack something that experiments need."""

import dataclasses
import shutil

import pytest

from fashion_models.catalogue.io import CatalogueWriter, open_catalogue


@pytest.fixture
def lacking(words, toy_catalogue, tmp_path):
    """A function that returns an experiment's arguments for a toy catalogue without some things.

    Its runs, if anything were trained, would be in ``tmp_path / 'runs'``.
    """
    def make(labels=(), texts=False, several_images=False, products=lambda product: False):
        """Leaves out labels of these tasks, texts, further images, and products."""
        def rest(product):
            listings = product.listings
            if texts:
                listings = [dataclasses.replace(one, title='', description='') for one in listings]
            if several_images:
                listings = [dataclasses.replace(one, images=one.images[:1]) for one in listings]
            return dataclasses.replace(product, listings=listings, labels={
                task: label for task, label in product.labels.items() if task not in labels})

        origin = open_catalogue(toy_catalogue)
        shutil.copytree(origin.folder / 'images', tmp_path / 'lacking' / 'images')
        with CatalogueWriter(tmp_path / 'lacking', origin.header) as writer:
            for product in origin.products:
                if not products(product):
                    writer.add(rest(product))
        return [*words, '--seeds', '1', '--catalogue', str(tmp_path / 'lacking'),
                '--runs', str(tmp_path / 'runs'), '-o', str(tmp_path / 'results')]
    return make
