"""A catalogue's product representations by a run, computed once and kept in its folder."""

from fashion_models.catalogue.io import Catalogue
from fashion_models.errors import UserError
from fashion_models.files import locked, sha256
from fashion_models.representation.embed import embed
from fashion_models.representation.embeddings import Embeddings, open_embeddings
from fashion_models.representation.encoder import Encoder
from fashion_models.training.run import Run
from fashion_models.training.snapshots import BEST

FILE = 'products.embeddings'
LOCK = f'.{FILE}.lock'


def product_embeddings(run: Run, catalogue: Catalogue) -> Embeddings:
    """One vector a product, for all splits.

    If several processes need them at the same time, one computes them and the others wait.

    Args:
        run: Its best network computes them.
        catalogue: The products.
    """
    with locked(run.folder / LOCK, if_busy=lambda: None):
        return _found_or_made(run, catalogue)


def _found_or_made(run: Run, catalogue: Catalogue) -> Embeddings:
    file = run.folder / FILE
    digest = sha256(run.snapshots / BEST)
    try:
        found = open_embeddings(file)
    except UserError:
        found = None
    encoder = Encoder(run, device=run.devices)
    if found is None or (
            found.header['snapshot_sha256'], found.header['catalogue_hash'],
            tuple(found.header.get('labels', ()))) != (digest, catalogue.hash(), encoder.labels):
        print(f'{file}: embedding all products', flush=True)
        found = embed(encoder, catalogue, file)
    return found
