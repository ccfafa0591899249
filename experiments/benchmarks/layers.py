"""Where the time of our training step goes, and how much arithmetic it buys."""

import collections
import time

import chainer
from networks import ChainerStep, batch, chainer_network


class LayerClock(chainer.FunctionHook):
    """Adds up, layer by layer, the seconds of forward and backward functions.

    A function belongs to the parameter that it reads; without one, to its own name.
    """

    name = 'LayerClock'

    def __init__(self, model):
        self._names = {
            id(param.array): name.rsplit('/', 1)[0].lstrip('/')
            for name, param in model.namedparams()}
        self.seconds = collections.Counter()

    def _start(self, function, in_data):
        self._started = time.perf_counter()

    def _stop(self, function, in_data):
        elapsed = time.perf_counter() - self._started
        layer = next((self._names[id(a)] for a in in_data if id(a) in self._names), None)
        self.seconds[layer or function.label] += elapsed

    def forward_preprocess(self, function, in_data):
        self._start(function, in_data)

    def forward_postprocess(self, function, in_data):
        self._stop(function, in_data)

    def backward_preprocess(self, function, in_data, out_grad):
        self._start(function, in_data)

    def backward_postprocess(self, function, in_data, out_grad):
        self._stop(function, in_data)


def operations(model, size, images, products):
    """Floating point operations of a training step in each convolution and dense layer."""
    shapes = {}
    x, _ = batch(size, 1, 1)
    with chainer.using_config('train', False), chainer.no_backprop_mode():
        for name, h in model.layers(x):
            shapes[name] = h.shape
    after_pool = ('post_pool', 'representation', 'heads')
    flops = {}
    for name, param in model.namedparams():
        layer, kind = name.lstrip('/').rsplit('/', 1)
        if kind != 'W':
            continue
        rows = products if any(part in layer for part in after_pool) else images
        block = layer.removesuffix('/conv')
        pixels = shapes[block][2] * shapes[block][3] if param.ndim == 4 else 1
        # Forward, gradient of the weights, and that of the input but for the first layer.
        passes = 2 if block.endswith('conv1') else 3
        flops[layer] = 2 * param.size * rows * pixels * passes
    return flops


def profile(size, products, n, rounds):
    """Medians of the time in each layer, in the update and elsewhere.

    Returns:
        dict: ``step`` and ``update`` in seconds; ``layers``, from name to seconds, operations (or
        0) and GFLOP/s.
    """
    model = chainer_network(size)
    step, (x, t) = ChainerStep(model), batch(size, products, n)
    optimizer_update, update_seconds = step.optimizer.update, []

    def timed_update():
        started = time.perf_counter()
        optimizer_update()
        update_seconds.append(time.perf_counter() - started)

    step.optimizer.update = timed_update
    for _ in range(3):
        step(x, t)
    update_seconds.clear()
    steps, clocks = [], []
    for _ in range(rounds):
        with LayerClock(model) as clock:
            started = time.perf_counter()
            step(x, t)
            steps.append(time.perf_counter() - started)
        clocks.append(clock.seconds)
    flops = operations(model, size, products * n, products)
    # The least of several: what the layer takes when nothing else disturbs.
    layers = {}
    for name in sorted(set().union(*clocks)):
        seconds = min(clock[name] for clock in clocks)
        layers[name] = {
            'seconds': seconds, 'operations': flops.get(name, 0),
            'gflops': flops.get(name, 0) / seconds / 1e9}
    return {'step': min(steps), 'update': min(update_seconds), 'layers': layers}
