"""Kills every command that writes, kill -9, and gives the same command again.

    python experiments/campaigns/kills.py [--quick] [--seed N] [--points N] [--moments N]

Before each change to a file, by whichever of the command's processes (of a row of writes into one
file, before the first, the last and one in between), and at random moments. The bar: the same
command finishes or redoes what was killed, and leaves the same bytes as an unkilled one, times
aside; no other files are left; and no command writes into a file that was there before. Where the
kill came when all was done, the command may say so, or add its line a second time. Linux on x86-64
only.

Time: two and a half hours of a core; seconds with ``--quick``.
"""

import itertools
import os
import random
import signal
import time

import campaign
import tracing
from commands import LOCK, World, add_only, chosen, least_difference, wait

#: Of a quick campaign: commands; of each, changes to kill before, and random moments.
QUICK = 4, 2, 1


def kills(arguments, folder, outcome):
    """Runs the campaign; see :func:`campaign.run`."""
    if reason := tracing.available():
        campaign.skip(reason)
    rng = random.Random(arguments.seed)
    commands = chosen(arguments, rng, QUICK[0])
    points, moments = QUICK[1:] if arguments.quick else (arguments.points, arguments.moments)
    with World(folder) as world:
        for command in commands:
            _kill(world, command, rng, points, moments, outcome)


def _kill(world, command, rng, most, moments, outcome):
    world.fresh(command)
    before, events = world.content(), []
    status, text = world.run(command, at=lambda number, event: events.append(event))
    if status:
        outcome.fault(f'{command.name}: ended with {status}: {text}')
        return
    expected = [world.content()]
    if command.adds:    # once more, where the kill came too late
        world.run(command)
        expected.append(world.content())
    for path in _written_in_place(events, before):
        outcome.fault(f'{command.name}: writes into {path}, which was there before')
    seconds = _seconds(world, command)
    points = kill_points(events, rng)
    if most is not None and most < len(points):
        points = sorted(rng.sample(points, most))
    kinds = [('change', point) for point in points]
    kinds += [('second', rng.uniform(0, seconds)) for _ in range(moments)]
    faults = 0
    for kind, point in kinds:
        world.fresh(command)
        if kind == 'change':
            world.run(
                command, at=lambda number, event, point=point: 'kill' if number == point else None)
            when = f'change {point} of {len(events)}, {" ".join(events[point - 1][:2])}'
            contents = expected[:1]
        else:
            _kill_after(world, command, point)
            when = f'{point:.3f} of {seconds:.3f} s'
            contents = expected
        if problem := _redo(world, command, contents):
            faults += 1
            outcome.fault(f'{command.name}, killed at {when}: {problem}')
    outcome.row(command.name, len(events), len(points), moments,
                f'{len(kinds) - faults} of {len(kinds)}')


def _written_in_place(events, before):
    """Files of before that are written into, rather than replaced or, by whole lines, added to."""
    found, gone = set(), set()
    for name, path, flags in events:
        if name in ('unlink', 'unlinkat'):
            gone.add(path)
        elif flags and not flags & (os.O_EXCL | os.O_APPEND) and path not in gone and (
                before.get(path, LOCK) != LOCK):
            found.add(path)
    return sorted(found)


def kill_points(events, rng):
    """Numbers of the events to kill before: of writes in a row, the first, the last, another."""
    points = []
    for event, row in itertools.groupby(enumerate(events, 1), key=lambda pair: pair[1]):
        numbers = [number for number, _ in row]
        if event[0] in ('write', 'pwrite64', 'writev') and len(numbers) > 3:
            numbers = [numbers[0], rng.choice(numbers[1:-1]), numbers[-1]]
        points += numbers
    return points


def _seconds(world, command):
    world.fresh(command)
    started = time.monotonic()
    world.run(command)
    return time.monotonic() - started


def _kill_after(world, command, seconds):
    with open(os.devnull, 'wb') as output:
        process = world.start(command, output)
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    wait(process)


def _redo(world, command, expected):
    """Runs the command again; returns what is wrong then, or ``''``.

    Args:
        expected: What the folder may hold then.
    """
    status, text = world.run(command)
    different = least_difference(world.content(), expected)
    if status and not (status == 2 and command.done in text and not different):
        return f'the same command ended with {status}: {text.strip()[-300:]}'
    return different


def _arguments(parser):
    parser.add_argument('--points', type=int, metavar='N',
                        help='changes of each command to kill before, at most (default: all)')
    parser.add_argument('--moments', type=int, default=200, metavar='N',
                        help='random moments of each command (default: 200)')
    add_only(parser)


if __name__ == '__main__':
    raise SystemExit(campaign.run('kills', __doc__, kills, 'The same command after kill -9', (
        'command', 'changes to files', 'killed before one', 'killed at a random moment',
        'same bytes after the same command'), _arguments))
