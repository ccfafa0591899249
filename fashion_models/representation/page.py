"""A page of ordered products: one HTML file that holds its pictures and needs no server."""

import base64
import html
import io

from PIL import Image

from fashion_models.catalogue.decode import ImageError, load_image
from fashion_models.catalogue.tasks import TASKS
from fashion_models.files import atomic_write, told_if_unwritable

#: Pixels of the longer side of a picture; it is shown at half of that, for sharp screens.
SIDE = 320

_STYLE = '''\
body { margin: 2rem; font: 14px/1.4 sans-serif; color: #222; background: #fff; }
section { display: grid; gap: 24px 16px; }
section { grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); }
figure { margin: 0; }
img, .none { display: block; width: 160px; height: 160px; object-fit: contain; }
.none { color: #888; line-height: 160px; text-align: center; }
figcaption { margin-top: 6px; }
small { display: block; color: #666; }
'''


def write_page(file, title, sections, folder):
    """Writes a page.

    Args:
        file (pathlib.Path): The HTML file.
        title (str): Of the page.
        sections (list): Pairs of a heading and its products, which are pairs of an
            :class:`~fashion_models.representation.embeddings.Item` and a note (str).
        folder (pathlib.Path): The catalogue's, where the images are.

    Raises:
        UserError: If the file cannot be written.
    """
    parts = [f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
             '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
             f'<title>{html.escape(title)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n'
             f'<h1>{html.escape(title)}</h1>\n']
    for heading, products in sections:
        figures = ''.join(_figure(item, note, folder) for item, note in products)
        parts.append(f'<h2>{html.escape(heading)}</h2>\n<section>\n{figures}</section>\n')
    parts.append('</body>\n</html>\n')
    with told_if_unwritable(file), atomic_write(file, 'w', encoding='utf-8') as page:
        page.writelines(parts)


def _figure(item, note, folder):
    labels = ' · '.join(
        item.labels[task].replace('|', '/') for task in TASKS if task in item.labels)
    name = html.escape(item.title or item.id)
    return (f'<figure id="{html.escape(item.id)}">{_picture(item, folder)}<figcaption>{name}'
            f'<small>{html.escape(labels)}</small><small>{html.escape(note)}</small>'
            '</figcaption></figure>\n')


def _picture(item, folder):
    try:
        image = Image.fromarray(load_image(folder / item.images[0]))
    except (ImageError, OSError, IndexError):
        # A shop's page with a hole in it is still a page.
        return '<div class="none">no picture</div>'
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    content = io.BytesIO()
    image.save(content, 'JPEG', quality=85)
    data = base64.b64encode(content.getvalue()).decode()
    return f'<img src="data:image/jpeg;base64,{data}" alt="{html.escape(item.title or item.id)}">'
