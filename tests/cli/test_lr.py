"""``fashion-models lr``."""


def test_lr(run_copy, works):
    (run_copy.folder / 'finished').unlink()
    assert 'learning rate 0.002 from the next iteration on' in works(
        'lr', run_copy.folder, '0.002')


def test_a_rate_that_is_none(run_copy, fails):
    assert "found 'fast', expected a number above 0, or auto" in fails(
        'lr', run_copy.folder, 'fast')


def test_back_to_the_schedule(run_copy, works):
    (run_copy.folder / 'finished').unlink()
    assert "back to the recipe's schedule" in works('lr', run_copy.folder, 'auto')


def test_a_finished_run_is_said_to_be_so(run_copy, works):
    text = works('lr', run_copy.folder, '0.002')
    assert 'the training is finished; learning rate 0.002 once it is trained longer' in text
    assert f'fashion-models train -o {run_copy.folder} --resume --epochs N' in text
