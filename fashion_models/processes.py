"""The processes that train one network together: this one alone, or all that ``mpirun`` started.

What they tell each other goes through ChainerMN and MPI, which are imported only where there are
several.
"""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import threading
import time
import types
import typing

import numpy as np

from fashion_models.errors import UserError, one_line
from fashion_models.optional import installing, require

if typing.TYPE_CHECKING:    # Chainer, which --help does without
    import chainer

#: What launchers tell a process: the number of processes, and its own from 0 (Open MPI; MPICH and
#: Intel MPI).
_TOLD = ('OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_RANK'), ('PMI_SIZE', 'PMI_RANK')
#: Seconds that the first process has to say what is wrong with all of them, before others speak.
_HEAD_START = 2.0
#: Seconds between looks at whether the others have come.
_PATIENCE = 0.02


class Processes:
    """The processes that train together; of this class, one alone.

    Every method is called by all of them, in the same order, and waits for the others.

    Attributes:
        rank: The number of this one, from 0. The first writes the run and speaks to the user.
        size: How many there are.
        rank_here: The number of this one on its machine.
        size_here: How many its machine has.
    """

    rank, size = 0, 1
    rank_here, size_here = 0, 1

    @property
    def first(self) -> bool:
        """Whether this is the first one."""
        return self.rank == 0

    def compute_on(self, device: chainer.backend.Device) -> None:
        """Readies the exchange of gradients, which lie on this device.

        Raises:
            UserError: If GPUs cannot exchange them.
        """

    def wait(self) -> None:
        """Waits for the others, for hours if need be: without using a core meanwhile."""

    def broadcast(self, value: object) -> object:
        """The first process's value."""
        return value

    def gather(self, value: object) -> list:
        """The values of all processes, in their order."""
        return [value]

    def sum(self, numbers: np.ndarray) -> np.ndarray:
        """The sum of all processes' numbers; the same bits for each of them."""
        return numbers

    def any(self, condition: bool) -> bool:
        """Whether the condition holds for any process."""
        return condition

    def average_gradients(self, model: chainer.Link) -> None:
        """Gives each process the mean of all processes' gradients.

        One that no process has stays missing; where some have one, the others count as zero.
        """


class MPIProcesses(Processes):
    """Several processes, which MPI connects.

    Args:
        communicator (chainermn.CommunicatorBase): Of all of them.
    """

    def __init__(self, communicator: object) -> None:
        self.rank, self.size = communicator.rank, communicator.size
        self.rank_here, self.size_here = communicator.intra_rank, communicator.intra_size
        self._communicator = self._of_gradients = communicator

    def compute_on(self, device: chainer.backend.Device) -> None:
        if device.xp is np:
            return
        import chainermn
        try:
            self._of_gradients = chainermn.create_communicator('pure_nccl')
        except RuntimeError as error:
            raise UserError(
                f'{self.size} processes with GPUs need NCCL, which CuPy lacks: {error}') from error

    def wait(self) -> None:
        request = self._communicator.mpi_comm.Ibarrier()
        while not request.Test():
            time.sleep(_PATIENCE)

    def broadcast(self, value: object) -> object:
        # ChainerMN refuses a None of the first process, and all else of the others.
        return self._communicator.bcast_obj([value] if self.first else None)[0]

    def gather(self, value: object) -> list:
        return self._communicator.mpi_comm.allgather(value)

    def sum(self, numbers: np.ndarray) -> np.ndarray:
        return self._communicator.allreduce_obj(numbers)

    def any(self, condition: bool) -> bool:
        return self.sum(int(condition)) > 0

    def average_gradients(self, model: chainer.Link) -> None:
        params = [param for _, param in sorted(model.namedparams())]
        found = self.sum(np.array([param.grad is not None for param in params], int))
        for param in params:
            # ChainerMN would average a contiguous copy, and leave the gradient as it is.
            if param.grad is not None:
                param.grad = param.xp.ascontiguousarray(param.grad)
        self._of_gradients.multi_node_mean_grad(model, zero_fill=True)
        for param, number in zip(params, found):
            if not number:
                param.cleargrad()


#: The parent of this process, early enough to be the one that started it.
_LAUNCHER = os.getppid()

_joined = False


def launched() -> tuple[int, int]:
    """What the launcher says: the number of this process, and how many there are."""
    for size, rank in _TOLD:
        if size in os.environ:
            return int(os.environ.get(rank, 0)), int(os.environ[size])
    return 0, 1


def join() -> Processes:
    """Joins the other processes that were launched with this one, if there are any.

    From then on, an error that nothing catches ends all of them.

    Raises:
        UserError: There are others, and MPI cannot be used.
    """
    global _joined
    _, size = launched()
    if size == 1:
        return Processes()
    purpose = f'training with {size} processes'
    require('mpi4py', extra='mpi', purpose=purpose)
    try:
        MPI = require('mpi4py.MPI', extra='mpi', purpose=purpose)
    except RuntimeError as error:
        raise UserError(
            f'{purpose} needs an MPI library, and mpi4py finds none '
            f'({one_line(error)}): {installing("mpi", "openmpi")}, or mpi4py '
            'built for the MPI of this machine') from None
    if MPI.COMM_WORLD.size != size:
        library = MPI.Get_library_version().partition(',')[0].strip('\0 ')
        raise UserError(
            f'mpirun started {size} processes, and to mpi4py each is alone: it uses {library}, '
            'which is not that of mpirun; call the mpirun that belongs to it')
    import chainermn
    _joined = True
    sys.excepthook = _end_all
    threading.Thread(target=_end_with_launcher, daemon=True).start()
    return MPIProcesses(chainermn.create_communicator('naive'))


def _end_with_launcher():
    """Ends this process with its parent, without which nobody notices that another one is lost."""
    while os.getppid() == _LAUNCHER:
        time.sleep(1)
    with contextlib.suppress(OSError):      # nobody may read it
        print(f'process {launched()[0]} on {platform.node()}: ends, since mpirun has ended',
              file=sys.stderr, flush=True)
    os._exit(1)


def _end_all(
        kind: type[BaseException], error: BaseException, trace: types.TracebackType | None) -> None:
    who = wait_turn()
    sys.__excepthook__(kind, error, trace)
    print(f'{who}ended by an error of the program: ends all processes', file=sys.stderr)
    abort(1)


def wait_turn() -> str:
    """Waits until it is this process's turn to say what is wrong.

    What is wrong for all is said by the first, which ends the others before they speak.

    Returns:
        Who speaks, to begin the message with; nothing for the first.
    """
    rank, _ = launched()
    if rank == 0:
        return ''
    time.sleep(_HEAD_START + rank / 10)
    return f'process {rank} on {platform.node()}: '


def abort(status: int) -> None:
    """Ends this process and all that it joined, at once; returns if it joined none."""
    if _joined:
        from mpi4py import MPI
        sys.stdout.flush()
        sys.stderr.flush()
        MPI.COMM_WORLD.Abort(status)
