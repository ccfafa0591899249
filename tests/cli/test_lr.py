"""``fashion-models lr``."""

from fashion_models import cli


def test_lr(run_copy, capsys):
    assert cli.main(['lr', str(run_copy.folder), '0.002']) == 0
    assert 'learning rate 0.002' in capsys.readouterr().out


def test_back_to_the_schedule(run_copy, capsys):
    assert cli.main(['lr', str(run_copy.folder), 'auto']) == 0
    assert "back to the recipe's schedule" in capsys.readouterr().out
