"""The commands of a page are found, run and held to what they promise."""

import pathlib
import subprocess
import sys

import pytest

RUNNER = pathlib.Path(__file__).resolve().parents[2] / 'docs' / 'run_commands.py'

PAGE = '''\
A page
======

.. code-block:: console

   $ echo one \\
       two
   one two
   $ A=three

Text, with ``$ exit 1`` in it.

.. code-block:: python

   import pathlib

   if True:
       pathlib.Path('made').write_text('by Python')

.. code-block:: text

   $ exit 1

.. code-block:: console

   $ cat made; echo " $A"
'''


@pytest.fixture
def run(tmp_path):
    def run(page, *arguments):
        (tmp_path / 'page.rst').write_text(page, encoding='utf-8')
        result = subprocess.run(
            [sys.executable, RUNNER, tmp_path / 'page.rst', tmp_path / 'folder', *arguments],
            capture_output=True, text=True)
        return result.returncode, result.stdout, result.stderr
    return run


def console(*commands):
    return '.. code-block:: console\n\n' + ''.join(f'   $ {command}\n' for command in commands)


def test_commands_run_in_order_and_in_one_shell(run):
    status, output, errors = run(PAGE)
    assert (status, errors) == (0, '')
    lines = output.splitlines()
    assert lines[:3] == ['$ echo one \\', '    two', 'one two']
    assert lines[-3:] == ['$ cat made; echo " $A"', 'by Python three', '']


def test_the_first_failure_ends_it(run):
    status, output, _ = run(console('echo before', 'false', 'echo after'))
    assert status == 1
    assert 'before' in output
    assert 'after' not in output
    assert run(console('true | false | true'))[0] != 0


def test_a_python_block_that_fails_ends_it(run):
    status, output, errors = run(
        '.. code-block:: python\n\n   raise ValueError(3)\n\n' + console('echo after'))
    assert status == 1
    assert 'ValueError: 3' in errors
    assert 'after' not in output


@pytest.mark.parametrize('option', ['-o', '--picture', '--save'])
def test_what_is_named_must_be_written(run, tmp_path, option):
    page = ('.. code-block:: console\n\n   $ function draw { test $1 = idle || echo x > "$3"; }\n'
            f'   $ draw STATE {option} "a b.png"\n')
    status, output, errors = run(page.replace('STATE', 'idle'))
    assert (status, errors) == (1, 'it wrote no a b.png\n')
    (tmp_path / 'folder').rename(tmp_path / 'other')
    assert run(page.replace('STATE', 'busy'))[0] == 0


def test_replacements(run):
    page = console('echo --products 500', 'echo --products 500 --seed 1')
    status, output, _ = run(page, '--replace', '500', '5', '--replace', '--seed 1', '')
    assert status == 0
    assert output.splitlines()[1] == '--products 5'
    assert '500' not in output
    assert '--seed' not in output
    status, _, errors = run(page, '--replace', '600', '5')
    assert status == 1
    assert errors == "--replace '600': no command holds it\n"


def test_a_page_without_commands_is_an_error(run):
    status, _, errors = run('Nothing here.\n')
    assert status == 1
    assert 'page.rst: has no command' in errors


def test_it_runs_beside_what_the_checkout_has(run):
    status, output, _ = run(console('ls experiments/mappings/shops.toml', 'ls Makefile'))
    assert status == 0
    assert 'shops.toml' in output
