"""The catalogue that an experiment works on: one that is named, or the embedded one."""

import pathlib

from fashion_models.catalogue.io import HEADER_FILE, open_catalogue

#: Where ``make train`` draws it, too.
EMBEDDED = pathlib.Path('catalogues', 'embedded')


def open_or_draw(folder=None):
    """Opens a catalogue; without a name the embedded one, drawn first where it is missing.

    Args:
        folder: The catalogue's, or ``None``.

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
