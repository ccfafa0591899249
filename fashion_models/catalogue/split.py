"""Which products train, validate and test: decided by the group's name alone."""

import hashlib

SPLITS = ('train', 'validation', 'test')


def split_of(group: str) -> str:
    """Returns the split of a group of products: 80 % train, 10 % validation, 10 % test.

    The SHA-256 of the group's name decides, so that the answer is the same on every machine, does
    not change when products are added, and is one for all products of a group.

    Args:
        group (str): :attr:`Product.group <fashion_models.catalogue.records.Product>`.

    Returns:
        str: ``'train'``, ``'validation'`` or ``'test'``.
    """
    digest = hashlib.sha256(group.encode('utf-8', 'surrogatepass')).digest()
    tenth = int.from_bytes(digest[:8], 'big') * 10 >> 64
    return SPLITS[max(0, tenth - 7)]
