"""The catalogue that an experiment uses: the one given, or the embedded one."""

import os
import pathlib

from fashion_models.catalogue.io import HEADER_FILE, Catalogue, open_catalogue

#: ``make train`` draws it here as well.
EMBEDDED = pathlib.Path('catalogues', 'embedded')


def open_or_draw(folder: str | os.PathLike | None=None) -> Catalogue:
    """Opens a catalogue; by default the embedded one, which is drawn first if it is missing.

    Args:
        folder: Folder of the catalogue; ``None`` for the embedded one.

    Raises:
        UserError: If the folder holds no catalogue.
    """
    if folder is None:
        folder = EMBEDDED
        if not (folder / HEADER_FILE).exists():
            from fashion_models.drawn.generator import synthesise

            print(f'{folder}: drawing the embedded catalogue, once', flush=True)
            synthesise(folder)
    return open_catalogue(folder)
