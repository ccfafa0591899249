from fashion_models.plural import counted, in_words


def test_only_one_is_singular():
    assert [counted(number, 'image') for number in (0, 1, 2, 1234)] == [
        '0 images', '1 image', '2 images', '1,234 images']
    assert [counted(2, noun) for noun in ('process', 'batch', 'epoch')] == [
        '2 processes', '2 batches', '2 epochs']


def test_numbers_below_ten_are_words():
    assert [in_words(number) for number in (0, 1, 5, 9, 10, 1234, -1)] == [
        'no', 'one', 'five', 'nine', '10', '1,234', '-1']
