"""``fashion-models lr``."""

from fashion_models import cli


def test_lr(run_copy, capsys):
    assert cli.main(['lr', str(run_copy.folder), '0.002']) == 0
    assert 'learning rate 0.002' in capsys.readouterr().out
