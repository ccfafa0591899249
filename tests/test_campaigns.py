"""What experiments/campaigns stand on: their list of commands, and how they stop one."""

import ast
import pathlib
import subprocess
import sys

import pytest

from fashion_models import cli

CAMPAIGNS = pathlib.Path(__file__).resolve().parents[1] / 'experiments' / 'campaigns'

TRACED = '''
import os, pathlib, shutil, subprocess, sys, threading
sys.path.insert(0, sys.argv[1])
import tracing

folder = pathlib.Path(sys.argv[2])

def work():
    (folder / 'a').write_text('x')
    (folder / 'sub').mkdir()
    os.rename(folder / 'a', folder / 'sub' / 'b')
    subprocess.run([sys.executable, '-c', f'open({str(folder / "c")!r}, "w").write("x")'])
    thread = threading.Thread(target=lambda: os.remove(folder / 'c'))
    thread.start()
    thread.join()
    (folder / 'sub' / 'b').read_text()
    (folder.parent / 'elsewhere').write_text('x')
    return 7

if reason := tracing.available():
    print('skip', reason)
    sys.exit()
expected = [('openat', 'a'), ('write', 'a'), ('mkdir', 'sub'), ('rename', 'a'), ('openat', 'c'),
            ('write', 'c'), ('unlink', 'c')]
there = [[], ['a'], ['a'], ['a', 'sub'], ['sub'], ['c', 'sub'], ['c', 'sub'], ['sub']]
events = []
assert tracing.run(work, folder, lambda number, event: events.append(event[:2])) == 7
assert events == expected, events
for point in range(1, len(expected) + 2):
    shutil.rmtree(folder)
    folder.mkdir()
    status = tracing.run(work, folder, lambda number, _: 'kill' if number == point else None)
    assert status == (-9 if point <= len(expected) else 7), (point, status)
    found = sorted(os.listdir(folder))
    # Only the command's own process is killed; one that it started may end what it has begun.
    assert found == there[point - 1] or point in (5, 6) and found == ['c', 'sub'], (point, found)
print('all')
'''


@pytest.mark.skipif(sys.platform != 'linux', reason='traces as Linux does')
def test_each_change_is_an_event_and_a_kill_comes_before_it(tmp_path):
    (tmp_path / 'work').mkdir()
    done = subprocess.run(
        [sys.executable, '-c', TRACED, CAMPAIGNS, tmp_path / 'work'], capture_output=True,
        text=True, timeout=100)
    assert not done.returncode, done.stderr
    if done.stdout.startswith('skip'):
        pytest.skip(done.stdout)
    assert done.stdout == 'all\n'


#: Commands that write no file, or only lines of a journal (tests/catalogue/test_journal.py), and
#: one that gives the others.
READ = {'catalogue check', 'predict', 'describe', 'colour', 'serve', 'sync'}


def names(modules, group=''):
    for module in modules:
        name = f'{group} {module.NAME}'.strip()
        if hasattr(module, 'COMMANDS'):
            yield from names(module.COMMANDS, name)
        else:
            yield name


def test_every_command_that_writes_is_tried():
    tree = ast.parse((CAMPAIGNS / 'commands.py').read_text(encoding='utf-8'))
    constants = {node.targets[0].id: node.value.value for node in tree.body
                 if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)}
    tried = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'Command':
            words = node.args[1].left if isinstance(node.args[1], ast.BinOp) else node.args[1]
            tried.append(constants[words.id] if isinstance(words, ast.Name) and (
                words.id in constants) else getattr(words, 'value', ''))
    for name in set(names(cli.COMMANDS)) - READ:
        assert any(f'{words} '.startswith(f'{name} ') for words in tried), (
            f'{name}: name it in experiments/campaigns/commands.py')
