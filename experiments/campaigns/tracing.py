"""Runs a function in a child process that stops before each change to files below a folder.

The child and all processes that it starts are traced (ptrace), and a filter (seccomp) has the
system stop them at the calls that change files, and at no others. So every change is an event with
a number, whichever library makes it, and nothing runs slower in between. Linux on x86-64 only.
"""

import contextlib
import ctypes
import os
import platform
import signal
import struct
import sys

#: System calls that change files, by their numbers on x86-64; the place of the file among the
#: arguments and how it is given: a path, a path from a folder (…at), or a descriptor.
CALLS = {
    'open': (2, 0, 'path'), 'openat': (257, 1, 'at'), 'creat': (85, 0, 'path'),
    'write': (1, 0, 'fd'), 'pwrite64': (18, 0, 'fd'), 'writev': (20, 0, 'fd'),
    'pwritev': (296, 0, 'fd'), 'sendfile': (40, 0, 'fd'), 'copy_file_range': (326, 2, 'fd'),
    'truncate': (76, 0, 'path'), 'ftruncate': (77, 0, 'fd'), 'fallocate': (285, 0, 'fd'),
    'fsync': (74, 0, 'fd'), 'fdatasync': (75, 0, 'fd'),
    'rename': (82, 0, 'path'), 'renameat': (264, 1, 'at'), 'renameat2': (316, 1, 'at'),
    'mkdir': (83, 0, 'path'), 'mkdirat': (258, 1, 'at'), 'rmdir': (84, 0, 'path'),
    'unlink': (87, 0, 'path'), 'unlinkat': (263, 1, 'at'),
    'link': (86, 1, 'path'), 'linkat': (265, 3, 'at'),
    'symlink': (88, 1, 'path'), 'symlinkat': (266, 2, 'at'),
    'utimensat': (280, 1, 'at'), 'chmod': (90, 0, 'path'), 'fchmod': (91, 0, 'fd'),
    'fchmodat': (268, 1, 'at')}
_BY_NUMBER = {number: (name, place, how) for name, (number, place, how) in CALLS.items()}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long
_TRACEME, _CONT, _SETOPTIONS, _GET_SYSCALL_INFO = 0, 7, 0x4200, 0x420e
# Stop at forks, clones, execs and filtered calls; die with the tracer.
_OPTIONS = 0x2 | 0x4 | 0x8 | 0x10 | 0x80 | 0x100000
_EVENT_SECCOMP = 7
_WALL = 0x40000000


def available():
    """Whether this machine can trace; ``''``, or why not."""
    if sys.platform != 'linux' or platform.machine() != 'x86_64':
        return 'tracing needs Linux on x86-64'
    try:
        run(lambda: 0, '/')
    except OSError as error:
        return f'tracing is not allowed here ({error.strerror})'
    return ''


def run(function, folder, at=lambda number, event: None, output=None):
    """Runs a function in a traced child process.

    Args:
        function: Returns the exit status.
        folder: Changes below it are events.
        at: Called before each, with its number from 1 and the event, a tuple of the call's name,
            the file, and the flags it is opened with or 0; what it returns, if anything, is done
            with the child: ``'kill'`` ends it (and leaves its own children to notice).
        output: A binary file that gets what is printed, or None.

    Returns:
        int: The exit status, negative for a signal.
    """
    folder = os.path.realpath(folder)
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        _child(function, output)
    _, status = os.waitpid(child, 0)
    if not os.WIFSTOPPED(status):
        raise OSError(1, 'the child could not be traced')
    _ptrace(_SETOPTIONS, child, _OPTIONS)
    _ptrace(_CONT, child, 0)
    known, result, number = {child}, None, 0
    while known:
        process, status = os.waitpid(-1, _WALL)
        if not os.WIFSTOPPED(status):
            if process not in known:
                continue        # another child of this process
            known.discard(process)
            if process == child:
                result = os.waitstatus_to_exitcode(status)
            continue
        stopped, event = os.WSTOPSIG(status), status >> 16
        passed_on = 0
        if process not in known:        # its first stop
            known.add(process)
        elif event == _EVENT_SECCOMP:
            change = _change(process, folder)
            if change:
                number += 1
                if at(number, change) == 'kill':
                    os.kill(child, signal.SIGKILL)
        elif not event and stopped not in (signal.SIGTRAP, signal.SIGSTOP):
            passed_on = stopped
        with contextlib.suppress(ProcessLookupError):       # killed meanwhile
            _ptrace(_CONT, process, passed_on)
    return result


def untraced(function, output=None):
    """Starts a function in a child process; returns its id."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        _child(function, output, traced=False)
    return child


def _child(function, output, traced=True):
    status = 99
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _forget_script()
        if output is not None:
            for descriptor in 1, 2:
                os.dup2(output.fileno(), descriptor)
        if traced:
            _ptrace(_TRACEME, 0, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            _filter()
        status = function() or 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _forget_script():
    """Keeps processes that are spawned from importing the campaign, and all that it imports."""
    main = sys.modules['__main__']
    main.__spec__ = None
    vars(main).pop('__file__', None)


def _ptrace(request, process, data, address=0):
    done = _libc.ptrace(request, process, address, data)
    if done < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return done


def _filter():
    """Has the system stop this process, and those it starts, at the calls above."""
    numbers = list(_BY_NUMBER)
    trace, allow = 0x7ff00000, 0x7fff0000
    # Load the call's number; jump to the end at one of these.
    code = [struct.pack('HBBI', 0x20, 0, 0, 0)]
    code += [struct.pack('HBBI', 0x15, len(numbers) - place, 0, number)
             for place, number in enumerate(numbers)]
    code += [struct.pack('HBBI', 0x06, 0, 0, allow), struct.pack('HBBI', 0x06, 0, 0, trace)]
    program = ctypes.create_string_buffer(b''.join(code))
    head = struct.pack('HxxxxxxP', len(code), ctypes.addressof(program))
    no_new_privileges, set_seccomp, mode_filter = 38, 22, 2
    for words in ((no_new_privileges, 1, 0), (set_seccomp, mode_filter, head)):
        if _libc.prctl(words[0], words[1], words[2], 0, 0):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


def _change(process, folder):
    """The call that a process has stopped at, if it changes a file below the folder."""
    info = ctypes.create_string_buffer(88)
    if _libc.ptrace(_GET_SYSCALL_INFO, process, len(info), info) < 0:
        return None
    number, *arguments = struct.unpack_from('7Q', info, 24)
    name, place, how = _BY_NUMBER[number]
    try:
        if how == 'fd':
            path = os.readlink(f'/proc/{process}/fd/{ctypes.c_int(arguments[place]).value}')
        else:
            path = _text(process, arguments[place])
            if not path.startswith('/'):
                start = f'fd/{ctypes.c_int(arguments[place - 1]).value}' if how == 'at' and (
                    ctypes.c_int(arguments[place - 1]).value >= 0) else 'cwd'
                path = os.path.join(os.readlink(f'/proc/{process}/{start}'), path)
    except OSError:     # killed meanwhile, or a call that will fail
        return None
    flags = arguments[place + 1] if name in ('open', 'openat') else 0
    path = path.removesuffix(' (deleted)')
    if name in ('open', 'openat') and not flags & _WRITES or not path.startswith(folder + '/'):
        return None
    return name, os.path.relpath(path, folder), flags


def _text(process, address):
    with open(f'/proc/{process}/mem', 'rb') as memory:
        memory.seek(address)
        text = b''
        while b'\0' not in text and len(text) < 4096:
            text += memory.read(min(256, 4096 - address % 4096))
            address = memory.tell()
    return os.fsdecode(text.partition(b'\0')[0])
