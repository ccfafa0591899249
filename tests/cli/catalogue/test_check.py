"""``fashion-models catalogue check``."""


def test_check_says_that_all_is_well(catalogue, command):
    status, output = command('check', catalogue)
    assert status == 0
    assert output.endswith('3 images: no problems\n')


def test_check_exits_with_1_if_there_is_a_problem(catalogue, command):
    (catalogue / 'images/2.jpg').unlink()
    status, output = command('check', catalogue)
    assert status == 1
    assert f'{catalogue}/products.jsonl:2: image images/2.jpg: there is no such file\n' in output
    assert output.endswith('3 images: 1 problem\n')
