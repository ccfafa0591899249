"""Numbers with their nouns, for messages."""


def counted(number: int, noun: str) -> str:
    """A number and its noun: ``'1 image'``, ``'2,000 images'``.

    Args:
        number: How many.
        noun: In the singular, with a regular plural.
    """
    hissing = noun.endswith(('s', 'x', 'ch', 'sh')) and not noun.endswith('epoch')
    ending = 'es' if hissing else 's'
    return f'{number:,} {noun}{ending * (number != 1)}'
