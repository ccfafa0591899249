"""The calls of the API in the documentation, as they stand there."""

import importlib.util
import pathlib
import shutil
import subprocess
import sys
import threading
import time

import pytest
import uvicorn

from fashion_models.serve.app import create_app, listen
from fashion_models.serve.shop import Shop
from fashion_models.serve.workbench import Workbench

DOCS = pathlib.Path(__file__).resolve().parents[2] / 'docs'


def calls():
    """The curl commands and the Python of the page, with their languages."""
    spec = importlib.util.spec_from_file_location('run_commands', DOCS / 'run_commands.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    steps = module.steps((DOCS / 'workbench.rst').read_text('utf-8'))
    return [step for step in steps if step[0] == 'python' or step[1].startswith('curl')]


@pytest.fixture(scope='module')
def address(toys, tmp_path_factory):
    folder = tmp_path_factory.mktemp('served')
    bench = Workbench(Shop(toys[0]), lists=folder / 'lists.csv', journal=folder / 'journal.jsonl')
    listening = listen('127.0.0.1', 0)
    server = uvicorn.Server(uvicorn.Config(create_app(bench), log_level='error'))
    thread = threading.Thread(target=server.run, kwargs={'sockets': [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f'http://127.0.0.1:{listening.getsockname()[1]}'
    server.should_exit = True
    thread.join(10)


def test_there_are_calls_of_both_kinds():
    assert {language for language, _ in calls()} == {'console', 'python'}


@pytest.mark.parametrize(('language', 'code'), calls())
def test_a_call_works(address, jpeg, tmp_path, language, code):
    if language == 'console' and not shutil.which('curl'):
        pytest.skip('needs curl')
    for name in 'front.jpg', 'back.jpg':
        (tmp_path / name).write_bytes(jpeg())
    for found, here in ('http://127.0.0.1:8000', address), ('p000000', '5'), ('p000001', '6'):
        code = code.replace(found, here)
    words = ['sh', '-c', code] if language == 'console' else [sys.executable, '-c', code]
    result = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()
