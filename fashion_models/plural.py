"""Numbers with their nouns, for messages."""

_WORDS = 'no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'


def in_words(number: int) -> str:
    """A number below ten in words, any other in digits: ``'five'``, ``'12'``."""
    return _WORDS[number] if 0 <= number < len(_WORDS) else f'{number:,}'


def counted(number: int, noun: str) -> str:
    """A number and its noun: ``'1 image'``, ``'2,000 images'``.

    Args:
        number: How many.
        noun: In the singular, with a regular plural.
    """
    hissing = noun.endswith(('s', 'x', 'ch', 'sh')) and not noun.endswith('epoch')
    ending = 'es' if hissing else 's'
    return f'{number:,} {noun}{ending * (number != 1)}'
