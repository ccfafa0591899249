import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.surrogates import is_whole, json_text, whole

TEXTS = st.text(st.characters() | st.sampled_from('\ud83d\udfff'))
VALUES = st.recursive(
    TEXTS | st.integers() | st.none(),
    lambda own: st.lists(own, max_size=4) | st.dictionaries(TEXTS, own, max_size=4))


def encoded(value):
    return json.dumps(value, ensure_ascii=False).encode()


@given(VALUES)
def test_whole_is_what_utf_8_can_encode(value):
    mended = whole(value)
    encoded(mended)
    assert is_whole(mended)
    if is_whole(value):
        assert mended == value
        encoded(value)
    else:
        with pytest.raises(UnicodeEncodeError):
            encoded(value)


def test_one_sign_for_each_half():
    assert whole({'a\ud83d': ['\udc57\ud83d', '👗']}) == {'a\ufffd': ['\ufffd\ufffd', '👗']}


@given(st.text(st.characters()))
def test_json_that_any_file_and_terminal_takes(text):
    written = json_text({text: [text]}, indent=1)
    assert json.loads(written) == {text: [text]}
    written.encode()
    assert all(sign == '\n' or unicodedata.category(sign) not in ('Cc', 'Cs', 'Zl', 'Zp')
               for sign in written)


def test_letters_stay_letters():
    assert json_text('Größe – 日本') == '"Größe – 日本"'
