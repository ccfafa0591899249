"""``fashion-models describe``."""

from fashion_models import cli


def test_describe(recipe_file, capsys):
    assert cli.main(['describe', str(recipe_file), '--images', '2']) == 0
    output = capsys.readouterr().out
    assert 'encoder/trunk/conv1' in output
    assert 'heads/subcategory' in output
    assert cli.main(['describe', '--backend']) == 0
    assert 'oneDNN' in capsys.readouterr().out


def test_describe_a_run(tiny_run, capsys):
    run, _ = tiny_run
    assert cli.main(['describe', str(run)]) == 0
    assert '3 x 24' in next(line for line in capsys.readouterr().out.splitlines() if 'fc7' in line)
