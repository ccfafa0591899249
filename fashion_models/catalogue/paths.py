"""What a path of an image may be."""

import re
from collections.abc import Iterable

#: Folders and file on the way of an image path; more are no shop's.
DEEPEST = 100
#: A path that has nothing wrong with it for certain, found in a fraction of the time.
_PLAIN = re.compile(r'(?:[\w-][\w.-]*/)*[\w-][\w.-]*', re.ASCII)
_DRIVE = re.compile(r'[A-Za-z]:')
_CONTROL = re.compile(r'[\x00-\x1f\x7f\ud800-\udfff]')


def path_problem(path: str) -> str | None:
    """Says what is wrong with an image path, or returns None.

    A path is relative to the catalogue's folder, separated by ``/``, and stays inside it by its
    words alone: whether the file is a symbolic link is for the owner of the folder to decide.
    """
    if path.count('/') >= DEEPEST:
        return f'lies more than {DEEPEST} folders deep'
    if _PLAIN.fullmatch(path):
        return None
    if not path:
        return 'is empty'
    if _CONTROL.search(path):
        return 'holds a control character or half of a surrogate pair'
    if '\\' in path:
        return 'holds a backslash, where / separates folders'
    if path.startswith('/') or _DRIVE.match(path):
        return 'is not relative to the folder'
    parts = path.split('/')
    if '..' in parts:
        return 'leaves the folder'
    if '' in parts or '.' in parts:
        return "is not in its shortest form (it holds '//', './' or a final '/')"
    return None


def inside(paths: Iterable[str]) -> list[str]:
    """Those image paths that have no :func:`path_problem`; a stranger's file may hold others."""
    return [path for path in paths if not path_problem(path)]
