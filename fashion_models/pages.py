"""HTML pages: one self-contained file each, pictures included; no server is needed.

Templates are in ``fashion_models/templates``. What they show comes from shops and is escaped; and
the page's Content Security Policy allows only its own style and pictures, so that no text of a
catalogue can run a script or call home.
"""

import base64
import hashlib
import importlib.resources
import io
import os
import pathlib

import jinja2
from PIL import Image

from fashion_models.catalogue.decode import ImageError, load_image
from fashion_models.files import atomic_write, told_if_unwritable

_TEMPLATES = importlib.resources.files(__package__) / 'templates'
#: Escapes all that is shown; the workbench uses it, too.
ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader(__package__, 'templates'), autoescape=True, trim_blocks=True,
    lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)


def write_page(file: str | os.PathLike, template: str, **values: object) -> None:
    """Writes a page.

    Args:
        file: The HTML file.
        template: The name of its template, without ``.html``; the style has the same name.
        values: What the template shows. Iterators are read while the page is written, so that its
            pictures are not all in memory at once.

    Raises:
        UserError: If the file cannot be written, or is there and no page.
    """
    style = '\n' + (_TEMPLATES / f'{template}.css').read_text(encoding='utf-8')
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    parts = ENVIRONMENT.get_template(f'{template}.html').generate(
        style=style, style_hash=f'sha256-{digest}', **values)
    with told_if_unwritable(file), atomic_write(
            file, 'w', [b'<!doctype html'], encoding='utf-8') as page:
        page.writelines(parts)


def picture(file: pathlib.Path, side: int, quality: int = 85) -> str | None:
    """An image file as the ``data:`` URL of a JPEG, to show within a page.

    Args:
        file: The image file.
        side: The longer side in pixels, at most.
        quality: The JPEG's quality, up to 95.

    Returns:
        The URL, or None if the file cannot be read: a page with a hole in it is still a page.
    """
    try:
        image = Image.fromarray(load_image(file))
    except (ImageError, OSError):
        return None
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    content = io.BytesIO()
    image.save(content, 'JPEG', quality=quality)
    return f'data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode()}'
