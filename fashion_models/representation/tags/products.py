"""The words of a catalogue's products, judged by their pictures."""

from collections.abc import Iterator

from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.split import split_of
from fashion_models.errors import UserError
from fashion_models.representation.embeddings import Embeddings
from fashion_models.representation.picture_encoder import PictureEncoder
from fashion_models.representation.requirements import require_products
from fashion_models.representation.tags.tagger import Tagger


def check_embeddings(
        embeddings: Embeddings, encoder: PictureEncoder, catalogue: Catalogue) -> None:
    """Refuses embeddings that are not of products, of this catalogue or of this network.

    Raises:
        UserError: If they are others.
    """
    require_products(embeddings, catalogue)
    origin = encoder.origin()
    if embeddings.header.get('snapshot_sha256') != origin['snapshot_sha256']:
        raise UserError(f'{embeddings.file}: was not made with '
                        + (f'the best network of {origin["run"]}' if 'run' in origin
                           else f'{origin["tower"]} as it is now'))
    if embeddings.header.get('labels') != origin.get('labels'):
        raise UserError(
            f'{embeddings.file}: its vectors have the probabilities of '
            f'{", ".join(embeddings.header.get("labels", ())) or "no task"}, expected '
            f'{", ".join(origin.get("labels", ())) or "none"}')


def judged_products(tagger: Tagger, catalogue: Catalogue, embeddings: Embeddings, keep: float,
                    propose: float, ids: list[str] = (),
                    split: str | None = None) -> Iterator[tuple]:
    """Judges the words of products.

    Args:
        tagger (~fashion_models.representation.tags.tagger.Tagger): Knows what words look like.
        catalogue (~fashion_models.catalogue.io.Catalogue): The products.
        embeddings (~fashion_models.representation.embeddings.Embeddings): Their vectors.
        keep (float): Words of a text are kept from this probability on.
        propose (float): Words that it lacks are named from this probability on.
        ids (list of str): Only these products; by default, all.
        split (str): Only products of this split; by default, of all.

    Yields:
        tuple: A product, and its listings, each with its
        :class:`~fashion_models.representation.tags.tagger.Tags`.

    Raises:
        UserError: If an id is not among the embeddings.
    """
    for id in ids:
        embeddings.row(id)
    wanted = set(ids)
    rows = {id: row for row, id in enumerate(embeddings.ids)}
    for product in catalogue.products:
        if (product.id not in rows or wanted and product.id not in wanted
                or split and split_of(product.group) != split):
            continue
        row = rows[product.id]
        log_odds = tagger.log_odds(embeddings.vectors[row:row + 1])[0]
        yield product, list(zip(product.listings, tagger.judge_listings(
            product.listings, log_odds, keep, propose)))
