import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError
from fashion_models.representation.embed import embed
from fashion_models.representation.embeddings import open_embeddings
from fashion_models.representation.encoder import load
from fashion_models.representation.picture_encoder import PictureEncoder
from fashion_models.representation.requirements import (
    holds_trained,
    require_products,
    require_unseen,
)


def test_what_a_network_was_trained_on_is_no_test(toys):
    _, run, folder = toys
    catalogue, encoder = open_catalogue(folder), load(run)
    for split in None, 'train':
        with pytest.raises(UserError, match='run: was trained on .*catalogue, whose products it '):
            require_unseen(encoder, catalogue, split)
    for split in 'validation', 'test':
        require_unseen(encoder, catalogue, split)
    require_unseen(PictureEncoder(), catalogue, None)


def test_whether_a_file_holds_what_its_run_was_trained_on(toys, two_coloured_catalogue, tmp_path):
    file, run, folder = toys
    assert holds_trained(open_embeddings(file))
    encoder = load(run)
    test = embed(encoder, open_catalogue(folder), tmp_path / 'test', split='test', progress=False)
    assert not holds_trained(test)
    other = embed(encoder, open_catalogue(two_coloured_catalogue), tmp_path / 'other',
                  progress=False)
    assert not holds_trained(other)


def test_embeddings_are_of_the_products_of_the_catalogue(toys, two_coloured_catalogue, tmp_path):
    file, run, folder = toys
    catalogue = open_catalogue(folder)
    require_products(open_embeddings(file), catalogue)
    with pytest.raises(UserError, match='toys.embeddings: is not of .* as it is now, but of .*toy'):
        require_products(open_embeddings(file), open_catalogue(two_coloured_catalogue))
    images = embed(load(run), catalogue, tmp_path / 'images', 'image', 'test', progress=False)
    with pytest.raises(UserError, match='images: holds a vector for each image, expected one for'):
        require_products(images, catalogue)
