"""Whether embeddings and networks are fit for what is asked of them."""

from fashion_models.catalogue.io import Catalogue
from fashion_models.errors import UserError
from fashion_models.representation.embeddings import Embeddings
from fashion_models.representation.picture_encoder import PictureEncoder

#: Splits that no network was trained on.
_UNSEEN = 'validation', 'test'


def require_products(embeddings: Embeddings, catalogue: Catalogue) -> None:
    """Raises UserError if embeddings are not of products, or not of the catalogue as it is now."""
    header = embeddings.header
    if header['per'] != 'product':
        raise UserError(f'{embeddings.file}: holds a vector for each {header["per"]}, '
                        'expected one for each product')
    if header.get('catalogue_hash') != catalogue.hash():
        raise UserError(
            f'{embeddings.file}: is not of {catalogue.folder} as it is now, but of '
            f'{header.get("catalogue")}; embed the catalogue again')


def require_unseen(encoder: PictureEncoder, catalogue: Catalogue, split: str | None) -> None:
    """Raises UserError if a network was trained on the products that it is to find."""
    if (encoder.run is not None and split not in _UNSEEN
            and encoder.run.provenance['catalogue']['hash'] == catalogue.hash()):
        raise UserError(
            f'{encoder.run.folder}: was trained on {catalogue.folder}, whose products it finds '
            'more easily than others; expected the validation or test split, or a network that '
            'was trained on another catalogue (for In-shop: import its part train to train on)')


def holds_trained(embeddings: Embeddings) -> bool:
    """Whether a file may hold products that its run was trained on.

    If the run has moved, nobody knows, and the answer is no.
    """
    from fashion_models.training.run import Run

    header = embeddings.header
    if header.get('split') in _UNSEEN:
        return False
    try:
        trained = Run.open(header['run']).provenance['catalogue']['hash']
    except (UserError, KeyError):
        return False
    return trained == header.get('catalogue_hash')
