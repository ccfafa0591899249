"""What had to be left out of a catalogue, since it cannot be read, and why."""

import sys

from fashion_models.plural import counted

#: The form of its record.
DROPPED = {'images': [{'product': str, 'file': str, 'reason': str}], 'products': [str]}
_REPORTED = 10


def report_dropped(dropped: dict[str, list], where: str) -> None:
    """Says on stderr which images and products were left out, and why.

    Args:
        dropped: As of :attr:`~fashion_models.data.store.ImageStore.dropped`.
        where: What lists all of them.
    """
    for image in dropped['images'][:_REPORTED]:
        print(f'dropped an image of {line(image)}', file=sys.stderr)
    if len(dropped['images']) > _REPORTED:
        print(f'… (all are listed in {where})', file=sys.stderr)
    if dropped['images'] or dropped['products']:
        print(f'dropped {counts(dropped)}', file=sys.stderr)


def line(image: dict[str, str]) -> str:
    """Why an image was left out, in a line."""
    return f'product {image["product"]}: {image["file"]}: {image["reason"]}'


def counts(dropped: dict[str, list]) -> str:
    """How many images were left out, and products with them."""
    images = counted(len(dropped['images']), 'unreadable image')
    if not dropped['products']:
        return images
    return f'{images} and {counted(len(dropped["products"]), "product")} without any other'
