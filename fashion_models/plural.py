"""Numbers with their nouns, for messages."""


def counted(number: int, noun: str) -> str:
    """A number and its noun: ``'1 image'``, ``'2,000 images'``.

    Args:
        number: How many.
        noun: In the singular, with a regular plural.
    """
    return f'{number:,} {noun}{"s" * (number != 1)}'
