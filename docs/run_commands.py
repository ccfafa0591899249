"""Runs what a page tells its reader to type: python docs/run_commands.py docs/tutorial.rst FOLDER

In a checkout that is set up (``make install``). The lines after ``$`` in the page's console blocks
and its python blocks run in their order, in one shell, in FOLDER, which has links to what a reader
finds in the checkout. The first that fails ends it, and so does one that leaves no file, or an
empty one, where it names a file to write.
"""

import argparse
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
LINKED = ('.venv', 'Makefile', 'pyproject.toml', 'experiments')
#: Options that name what a command writes.
WRITES = ('-o', '--output', '--picture', '--save')


def steps(page):
    """Yields ('console', a command) and ('python', some lines) of a page (str), in order."""
    blocks = re.finditer(r'^\.\. code-block:: (console|python)\n\n((?:(?: {3}.*)?\n)+)', page, re.M)
    for language, block in (match.groups() for match in blocks):
        code = re.sub('^ {3}', '', block, flags=re.M).strip('\n')
        if language == 'python':
            yield language, code
        else:
            # A command goes on after a backslash; what is neither is what it prints.
            for match in re.finditer(r'^\$ ((?:.*\\\n)*.*)$', code, re.M):
                yield language, match[1]


def written(command):
    """The files and folders (list of str) that a command names as what it writes."""
    words = shlex.split(command)
    return [word for option, word in zip(words, words[1:]) if option in WRITES]


def replaced(found, changes):
    """The steps with some text changed.

    Args:
        found (list): Of :func:`steps`.
        changes (list): Pairs of str: what is replaced wherever it occurs, and by what.

    Raises:
        SystemExit: Something to be replaced occurs nowhere.
    """
    for old, new in changes:
        if not any(old in code for _, code in found):
            sys.exit(f'--replace {old!r}: no command holds it')
        found = [(language, code.replace(old, new)) for language, code in found]
    return found


def script(found):
    """The steps as a bash script (str), which shows each before it runs."""
    lines = ['set -euo pipefail']
    for language, code in found:
        lines.append(f"echo {shlex.quote(('$ ' if language == 'console' else '') + code)}")
        if language == 'python':
            lines.append(f"python - <<'END OF PYTHON'\n{code}\nEND OF PYTHON")
        else:
            lines += [code, *(f'test -s {shlex.quote(name)} || '
                              f'{{ echo {shlex.quote(f"it wrote no {name}")} >&2; exit 1; }}'
                              for name in written(code))]
        lines.append('echo')
    return '\n'.join(lines) + '\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('page', type=pathlib.Path)
    parser.add_argument('folder', type=pathlib.Path, help='is made; must not exist')
    parser.add_argument('--replace', nargs=2, metavar=('OLD', 'NEW'), action='append', default=[],
                        help='changes the commands, as for smaller sizes')
    arguments = parser.parse_args()
    found = replaced(list(steps(arguments.page.read_text(encoding='utf-8'))), arguments.replace)
    if not found:
        sys.exit(f'{arguments.page}: has no command')
    arguments.folder.mkdir(parents=True)
    for name in LINKED:
        (arguments.folder / name).symlink_to(ROOT / name)
    return subprocess.run(['bash', '-c', script(found)], cwd=arguments.folder,
                          stdin=subprocess.DEVNULL).returncode


if __name__ == '__main__':
    sys.exit(main())
