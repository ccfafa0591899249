"""What a process makes of what its launcher says; tests/training has those that train together."""

import subprocess
import sys
import types

import pytest

from fashion_models import cli, processes
from fashion_models.errors import UserError


@pytest.fixture
def launch(monkeypatch):
    """A function that makes this process look like one of several."""
    for names in processes._TOLD:
        for name in names:
            monkeypatch.delenv(name, raising=False)

    def launch(size, rank, prefix='OMPI_COMM_WORLD_'):
        monkeypatch.setenv(f'{prefix}SIZE', str(size))
        monkeypatch.setenv(f'{prefix}RANK', str(rank))
    return launch


def test_what_launchers_say(launch):
    assert processes.launched() == (0, 1)
    launch(4, 3, 'PMI_')
    assert processes.launched() == (3, 4)
    launch(8, 5)
    assert processes.launched() == (5, 8)


def test_one_process_needs_no_mpi(launch):
    """Neither without mpirun nor with ``mpirun -n 1``."""
    launch(1, 0)
    script = """
import sys
from fashion_models.processes import join
from fashion_models.training import train
assert join().size == 1
assert not {'mpi4py', 'chainermn'} & set(sys.modules)
"""
    subprocess.run([sys.executable, '-c', script], check=True, timeout=100)


def test_without_mpi4py_it_is_said_what_to_install(launch, monkeypatch):
    launch(4, 0)
    monkeypatch.setitem(sys.modules, 'mpi4py', None)
    with pytest.raises(UserError) as raised:
        processes.join()
    assert str(raised.value).startswith(
        'training with 4 processes needs mpi4py, which is not installed: pip install "mpi4py')


def test_an_mpi_that_is_not_the_launchers(launch, monkeypatch):
    """Each process would train the whole run, beside the others."""
    launch(4, 0)
    mpi = types.ModuleType('mpi4py.MPI')
    mpi.COMM_WORLD = types.SimpleNamespace(size=1)
    mpi.Get_library_version = lambda: 'Open MPI v5.0.11, package: Open MPI\0'
    monkeypatch.setitem(sys.modules, 'mpi4py', types.ModuleType('mpi4py'))
    monkeypatch.setitem(sys.modules, 'mpi4py.MPI', mpi)
    with pytest.raises(UserError, match=r'mpirun started 4 processes.*it uses Open MPI v5\.0\.11,'):
        processes.join()


def test_the_first_speaks_first_and_others_say_who_they_are(launch, monkeypatch, capsys):
    slept = []
    monkeypatch.setattr(processes.time, 'sleep', slept.append)
    for rank in 0, 2:
        launch(4, rank)
        assert cli.main(['train', '--recipe', 'tiny', '-o', 'run']) == 2
    first, other = capsys.readouterr().err.splitlines()
    assert first.startswith('fashion-models: error: train: --catalogue is missing')
    assert other.startswith('fashion-models: error: process 2 on ')
    assert slept == [pytest.approx(2.2)]
