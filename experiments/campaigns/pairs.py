"""Starts every command that writes twice at once, on one folder.

    python experiments/campaigns/pairs.py [--quick] [--seed N] [--pairs N] [--only COMMAND …]

28 pairs of each, the second of which starts at a random moment of the first. The bar: where they
write a run, a catalogue or a file of embeddings, one works and the other is refused in a line, or
comes when all is done; an image store or an index is made by one, and the other waits for it; any
other file is written whole by both. Either way the folder holds the same bytes as after one.

Time: a quarter of an hour; seconds with ``--quick``.
"""

import os
import random
import time

import campaign
from commands import World, add_only, chosen, least_difference, wait

#: Of a quick campaign: commands, pairs of each.
QUICK = 4, 2


def pairs(arguments, folder, outcome):
    """Runs the campaign; see :func:`campaign.run`."""
    if not hasattr(os, 'fork'):
        campaign.skip('this system cannot fork')
    rng = random.Random(arguments.seed)
    commands = chosen(arguments, rng, QUICK[0])
    count = QUICK[1] if arguments.quick else arguments.pairs
    with World(folder) as world:
        for command in commands:
            _pair(world, command, count, rng, outcome)


def _pair(world, command, count, rng, outcome):
    world.fresh(command)
    started = time.monotonic()
    status, text = world.run(command)
    seconds = time.monotonic() - started
    if status:
        outcome.fault(f'{command.name}: ended with {status}: {text}')
        return
    expected = [world.content()]
    if command.adds:
        world.run(command)
        expected.append(world.content())
    elif not world.run(command)[0]:
        # A second call may find something to do: what a page or a table shows is the same then.
        expected.append(world.content())
    refused = faults = 0
    for _ in range(count):
        world.fresh(command)
        delay = rng.choice([0, rng.uniform(0, seconds)])
        ends = _both(world, command, delay)
        refused += 2 in [status for status, _ in ends]
        problem = _problem(command, ends) or least_difference(world.content(), expected)
        if problem:
            faults += 1
            outcome.fault(f'{command.name}, the second after {delay:.3f} s: {problem}')
    outcome.row(command.name, count, refused, count - refused, f'{count - faults} of {count}')


def _both(world, command, delay):
    """Runs the command twice; returns status and output of each."""
    outputs = [world.output(number) for number in range(2)]
    processes = []
    for output in outputs:
        with open(output, 'wb') as file:
            processes.append(world.start(command, file))
        if len(processes) == 1:
            time.sleep(delay)
    ends = [wait(process) for process in processes]
    return [(status, output.read_text(errors='replace')) for status, output in zip(ends, outputs)]


def _problem(command, ends):
    """What is wrong with how two commands ended, or ``''``."""
    statuses = [status for status, _ in ends]
    if 0 not in statuses or not set(statuses) <= {0, 2}:
        return f'ended with {statuses}: {" / ".join(text.strip()[-300:] for _, text in ends)}'
    for status, text in ends:
        expected = command.company == 'refused' or command.done in text     # came when all is done
        if status and (not expected or text.count('error:') != 1 or 'Traceback' in text):
            return f'was refused: {text.strip()[-300:]}'
    return ''


def _arguments(parser):
    parser.add_argument('--pairs', type=int, default=28, metavar='N',
                        help='pairs of each command (default: 28)')
    add_only(parser)


if __name__ == '__main__':
    raise SystemExit(campaign.run(
        'pairs', __doc__, pairs, 'Two of each command on one folder', (
            'command', 'pairs', 'one refused', 'one waited, or both wrote', 'as expected'),
        _arguments))
