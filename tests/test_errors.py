"""Errors of libraries, for messages."""

import pytest

from fashion_models.errors import one_line


@pytest.mark.parametrize(('error', 'text'), [
    (ValueError('no\n  such  place\n'), 'no such place'), (TimeoutError(), 'TimeoutError')])
def test_what_an_error_says_is_one_line(error, text):
    assert one_line(error) == text
