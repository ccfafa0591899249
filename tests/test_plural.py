from fashion_models.plural import counted


def test_only_one_is_singular():
    assert [counted(number, 'image') for number in (0, 1, 2, 1234)] == [
        '0 images', '1 image', '2 images', '1,234 images']
    assert [counted(2, noun) for noun in ('process', 'batch', 'epoch')] == [
        '2 processes', '2 batches', '2 epochs']
