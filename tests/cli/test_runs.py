"""What all commands say of a run folder that is none."""

import pytest


@pytest.mark.parametrize('words', [
    ['evaluate'], ['predict', 'x.png'], ['lr', '0.1'], ['colour', 'x.png'], ['export', '-o', 'x'],
    ['embed', 'shop', '-o', 'x']])
def test_run_folder_that_is_not_one(tmp_path, fails, words):
    command, *rest = words
    assert 'no such folder' in fails(command, tmp_path / 'none', *rest)
    assert 'not a run folder: it has no recipe.toml' in fails(command, tmp_path, *rest)
