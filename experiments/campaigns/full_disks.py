"""Runs every command that writes on a disk that is too small for it, at all sizes.

    python experiments/campaigns/full_disks.py [--quick] [--seed N] [--points N] [--only COMMAND …]

The disk is a tmpfs of its own, which has room for what the command is given and for a part of what
it writes: sizes go evenly from nothing to all but a page. The bar: the command ends with status 2
and one line of error; what was there before is there still, but for what it was told to replace;
and once there is room, the same command leaves the same bytes as on a large disk. Needs the right
to mount file systems (root on Linux).

Time: ten minutes for 500 points; seconds with ``--quick``.
"""

import contextlib
import os
import random
import subprocess
import sys

import campaign
from commands import World, add_only, chosen, differences

LARGE = '256m'
PAGE = os.sysconf('SC_PAGE_SIZE')
#: Of a quick campaign: commands, sizes of each.
QUICK = 4, 2


@contextlib.contextmanager
def disk(folder):
    """A disk in a folder, of which :func:`resize` changes the size."""
    folder.mkdir()
    done = subprocess.run(
        ['mount', '-t', 'tmpfs', '-o', f'size={LARGE}', 'campaign', folder], capture_output=True,
        text=True, check=False) if sys.platform == 'linux' else None
    if done is None or done.returncode:
        campaign.skip('this process may not mount a file system')
    try:
        yield
    finally:
        subprocess.run(['umount', '--lazy', folder], check=True)     # a command may not have ended


def resize(folder, size):
    """Gives the disk another size, in bytes or as tmpfs takes it; what it holds stays."""
    return not subprocess.run(
        ['mount', '-o', f'remount,size={size}', folder], capture_output=True,
        check=False).returncode


def leave(folder, room):
    """Leaves so much room on the disk, in bytes, or a few pages more."""
    # The system counts a little more than it tells. No size at all would mean no limit.
    while not resize(folder, _used(folder) + room or PAGE):
        room += PAGE


def full_disks(arguments, folder, outcome):
    """Runs the campaign; see :func:`campaign.run`."""
    rng = random.Random(arguments.seed)
    commands = chosen(arguments, rng, QUICK[0])
    points = QUICK[1] if arguments.quick else arguments.points // len(commands) + 1
    place = folder / 'disk'
    with disk(place), World(folder, place) as world:
        for command in commands:
            _fill(world, command, points, outcome)


def _used(folder):
    status = os.statvfs(folder)
    return (status.f_blocks - status.f_bfree) * status.f_frsize


def _fill(world, command, points, outcome):
    place = world.folder
    resize(place, LARGE)
    world.fresh(command)
    before, given = world.content(), _used(place)
    needed = _needed(world, command, given)
    if needed is None:
        outcome.fault(f'{command.name}: fails on a large disk')
        return
    expected = world.content()
    replaced = {name for name in before if expected.get(name) != before[name]}
    last = max(0, needed // PAGE - 1)
    sizes = sorted({round(number * last / max(1, points - 1)) for number in range(points)})
    faults = 0
    for size in sizes:
        resize(place, LARGE)
        world.fresh(command)
        leave(place, size * PAGE)
        status, text = world.run(command)
        found = world.content()
        resize(place, LARGE)
        lost = [name for name in before if name not in replaced and found.get(name) != before[name]
                and not name.endswith('/finished')]     # which a run that is trained longer is not
        again, more = world.run(command)
        problems = []
        if status == 0 and not differences(found, expected):
            pass        # what is written in between may need less room than the most measured
        elif status != 2 or sum(
                ': error: ' in line for line in text.splitlines()) != 1 or (
                'Traceback' in text):
            problems.append(f'ended with {status}: {text.strip()[-500:]}')
        if lost:
            problems.append(f'lost {", ".join(lost[:3])}')
        different = differences(world.content(), expected)
        if (again and not (again == 2 and command.done in more)) or different:
            problems.append(
                f'with room again, status {again}: {different or more.strip()[-300:]}')
        if problems:
            faults += 1
            outcome.fault(f'{command.name}, {size * PAGE >> 10} of {needed >> 10} KiB free: '
                          f'{"; ".join(problems)}')
    outcome.row(
        command.name, needed >> 10, len(sizes), f'{len(sizes) - faults} of {len(sizes)}')


def _needed(world, command, given):
    """The most bytes that the command uses at any moment beyond those given; None if it fails."""
    most = given

    def at(number, event):
        nonlocal most
        most = max(most, _used(world.folder))
    status, _ = world.run(command, at=at)
    return None if status else max(most, _used(world.folder)) - given


def _arguments(parser):
    parser.add_argument('--points', type=int, default=500, metavar='N',
                        help='sizes to try, shared among the commands (default: 500)')
    add_only(parser)


if __name__ == '__main__':
    raise SystemExit(campaign.run('full_disks', __doc__, full_disks, 'A full disk', (
        'command', 'KiB that it needs', 'less room, tried',
        'a line of error, nothing lost, same bytes once there is room'), _arguments))
