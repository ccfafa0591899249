"""The catalogue that an experiment uses: the one given, or the embedded one."""

import pathlib

from fashion_models.catalogue.io import HEADER_FILE, Catalogue, open_catalogue

#: Where ``make train`` draws it as well.
EMBEDDED = pathlib.Path('catalogues', 'embedded')


def open_or_draw(folder=None) -> Catalogue:
    """Opens a catalogue; by default the embedded one, which is drawn first if it is missing.

    Args:
        folder: Of the catalogue; ``None`` for the embedded one.

    Returns:
        ~fashion_models.catalogue.io.Catalogue

    Raises:
        UserError: If the folder holds none.
    """
    if folder is None:
        folder = EMBEDDED
        if not (folder / HEADER_FILE).exists():
            from fashion_models.drawn.generator import synthesise

            synthesise(folder)
    return open_catalogue(folder)
