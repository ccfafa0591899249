"""``fashion-models describe``."""

from fashion_models import cli


def test_describe(recipe_file, capsys):
    assert cli.main(['describe', str(recipe_file), '--images', '2']) == 0
    output = capsys.readouterr().out
    assert 'encoder/trunk/conv1' in output
    assert 'heads/subcategory' in output
    assert cli.main(['describe', '--backend']) == 0
    assert 'oneDNN' in capsys.readouterr().out
