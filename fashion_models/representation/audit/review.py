"""What a person is given to review labels: a page with pictures, and a CSV file for the answers."""

import base64
import csv
import dataclasses
import html
import io

from PIL import Image

from fashion_models.catalogue.decode import ImageError, load_image
from fashion_models.catalogue.relabel import COLUMNS
from fashion_models.files import atomic_write

PAGE_FILE, ANSWERS_FILE = 'review.html', 'review.csv'
#: Pixels of the longer side of a picture, and how many a product has.
SIDE = 112
PICTURES = 3

_STYLE = '''\
body { margin: 2rem; font: 14px/1.4 sans-serif; color: #222; background: #fff; }
p { max-width: 60em; }
section { display: grid; gap: 28px 24px;
  grid-template-columns: repeat(auto-fill, minmax(min(350px, 100%), 1fr)); }
figure { margin: 0; }
div { display: flex; gap: 6px; height: 112px; color: #888; }
img { max-width: 112px; max-height: 112px; object-fit: contain; }
figcaption { margin-top: 6px; }
small { display: block; color: #666; }
'''


@dataclasses.dataclass(frozen=True)
class Suspect:
    """A label that is to be looked at.

    Attributes:
        product (~fashion_models.catalogue.records.Product): Whose.
        task (str): Which of its labels.
        suggested (str): What it may be instead, one label.
        p_label (float): Probability of the label, by networks that never saw the product.
        p_suggested (float): That of the suggestion.
    """

    product: object
    task: str
    suggested: str
    p_label: float
    p_suggested: float

    @property
    def answer(self):
        """The whole label if the suggestion is right; see :func:`with_main_colour`."""
        return with_main_colour(self.product.accepted(self.task), self.suggested)


def with_main_colour(colours, main):
    """Colours, joined by ``|``, with another main colour.

    If it is one of the others, the two change places; else it takes the place of what the product
    was wrongly said to have.
    """
    others = list(colours[1:])
    if main in others:
        others[others.index(main)] = colours[0]
    return '|'.join([main, *others])


def write_review(folder, title, sections, catalogue):
    """Writes ``review.html`` and ``review.csv``; rows have the same numbers in both.

    Args:
        folder (pathlib.Path): Where to; made if it does not exist.
        title (str): Of the page.
        sections (list): Pairs of a heading and the :class:`Suspect` below it.
        catalogue (~fashion_models.catalogue.io.Catalogue): Has the pictures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = html.escape(title)
    row = 0
    with (atomic_write(folder / ANSWERS_FILE, 'w', encoding='utf-8', newline='') as answers,
          atomic_write(folder / PAGE_FILE, 'w', encoding='utf-8') as page):
        writer = csv.writer(answers, lineterminator='\n')
        writer.writerow(['row', *COLUMNS, 'p_label', 'p_suggested'])
        page.write(f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
                   '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
                   f'<title>{name}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n'
                   f'<h1>{name}</h1>\n<p>{_INSTRUCTION}</p>\n')
        for heading, suspects in sections:
            page.write(f'<h2>{html.escape(heading)}</h2>\n<section>\n')
            for suspect in suspects:
                row += 1
                writer.writerow([
                    row, suspect.product.id, suspect.task,
                    suspect.product.label_text(suspect.task), suspect.answer, '',
                    f'{suspect.p_label:.3f}', f'{suspect.p_suggested:.3f}'])
                page.write(_figure(row, suspect, catalogue))
            page.write('</section>\n')
        page.write('</body>\n</html>\n')


_INSTRUCTION = (
    f'Answer in the column <em>answer</em> of {ANSWERS_FILE}, by the number of the row: nothing '
    'where the label is right, <b>y</b> where the suggestion is, <b>?</b> where nobody can tell, '
    'or else the right label. Then: <code>fashion-models catalogue relabel CATALOGUE '
    f'{ANSWERS_FILE} DIR</code>')


def _figure(row, suspect, catalogue):
    product = suspect.product
    label, answer = (html.escape(text.replace('|', ' / ')) for text in (
        product.label_text(suspect.task), suspect.answer))
    text = ' · '.join(filter(None, (product.title, product.id)))
    return (f'<figure id="row{row}"><div>{_pictures(product, catalogue)}</div><figcaption>{row}. '
            f'<b>{label}</b> ({suspect.p_label:.0%}) or <b>{answer}</b> '
            f'({suspect.p_suggested:.0%})?<small>{html.escape(text)}</small></figcaption>'
            '</figure>\n')


def _pictures(product, catalogue):
    """The first pictures; one that cannot be read is left out, as in training."""
    found = []
    for path in product.images:
        try:
            image = Image.fromarray(load_image(catalogue.image_file(path)))
        except (ImageError, OSError):
            continue
        image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        content = io.BytesIO()
        image.save(content, 'JPEG', quality=75)
        data = base64.b64encode(content.getvalue()).decode()
        found.append(f'<img src="data:image/jpeg;base64,{data}" alt="">')
        if len(found) == PICTURES:
            break
    return ''.join(found) or 'no picture'
