"""Folders of unfinished work: whoever begins as another ends loses nothing."""

import concurrent.futures
import pathlib

import pytest

from fashion_models.errors import UserError
from fashion_models.representation.work_folder import empty, held


class BusyError(Exception):
    pass


def refuse():
    raise BusyError


def test_what_is_finished_goes_and_what_is_not_stays(tmp_path):
    folder = tmp_path / 'folder'
    with held(folder, refuse):
        (folder / 'half').write_text('half')
    assert sorted(path.name for path in folder.iterdir()) == ['half', 'lock']
    with held(folder, refuse):
        assert (folder / 'half').read_text() == 'half'
        with pytest.raises(BusyError), held(folder, refuse):
            pass
        empty(folder)
    assert list(tmp_path.iterdir()) == []


def test_nobody_is_let_in_twice_or_loses_what_he_began(tmp_path):
    folder = tmp_path / 'folder'

    def work(number):
        done = 0
        for _ in range(150):
            try:
                with held(folder, refuse):
                    (folder / 'own').touch(exist_ok=False)
                    (folder / f'{number}').write_text(f'{number}')
                    assert (folder / f'{number}').read_text() == f'{number}'
                    empty(folder)
                    done += 1
            except BusyError:
                pass
        return done

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) > 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('make', [pathlib.Path.touch, lambda path: path.symlink_to('elsewhere')])
def test_what_is_no_folder_is_told(tmp_path, make):
    make(tmp_path / 'folder')
    with pytest.raises(UserError, match='folder: '), held(tmp_path / 'folder', refuse):
        pass
