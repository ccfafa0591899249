"""The article's data parallelism: master parameters, replicas on g devices."""

import copy
import time

import chainer
import numpy as np
from chainer import training

from fashion_models.links import count_correct, count_labelled, multi_task_loss


class NonFiniteLossError(Exception):
    """The loss is infinite or not a number; the parameters are those before the step.

    Attributes:
        loss (float): The loss.
        iteration (int): Number of the step, from 1.
        products (numpy.ndarray): Rows of the batch's products.
    """

    def __init__(self, loss, iteration, products):
        super().__init__(f'iteration {iteration}: the loss is {loss}')
        self.loss = loss
        self.iteration = iteration
        self.products = products


class MasterReplicasUpdater(training.updaters.StandardUpdater):
    """Spreads each batch over g devices and applies all gradients to the master parameters.

    As in the article ("The Model"), the master parameters are copied to every replica at the
    beginning of each mini-batch, and only the master is updated. The master lives on the first
    device and takes the first share of the batch itself; the other g - 1 devices hold replicas.

    Every share's loss is already divided by what the whole batch holds, and the gradients are
    summed: a step on g devices is the step that one device makes on the same batch, weight decay
    and momentum included. Batch normalization is the exception: each device normalises with the
    statistics of its own share, and the running statistics are those that the master sees.

    Args:
        iterator (~fashion_models.data.batches.TrainingIterator): Gives the batches.
        optimizer (~chainer.Optimizer): Set up with the master.
        devices (list of ~chainer.backend.Device): g devices, of which several may be ``@numpy``.
        seed (int): Dropout masks follow from it and from the number of the iteration alone.
        loss (callable): As of :func:`~fashion_models.links.multi_task_loss`, the article's.

    Attributes:
        on_first_loss (callable): Called once with the first share's loss before its backward.
    """

    def __init__(self, iterator, optimizer, devices, seed=0, loss=multi_task_loss):
        super().__init__(iterator, optimizer)
        self.devices = list(devices)
        self.seed = seed
        self.loss = loss
        self.on_first_loss = None
        self.master = optimizer.target
        self.master.to_device(self.devices[0])
        self.replicas = [copy.deepcopy(self.master) for _ in self.devices[1:]]
        for replica, device in zip(self.replicas, self.devices[1:]):
            replica.to_device(device)

    def update_core(self):
        """One step; reports loss, accuracy of each task, images, seconds and seconds waited."""
        started = time.perf_counter()
        iterator = self.get_iterator('main')
        batch = iterator.next()
        b, g = len(batch.t), len(self.devices)
        if b % g:
            raise ValueError(f'a batch of {b} products cannot be shared evenly by {g} devices')
        labelled = count_labelled(batch.t)

        self.master.cleargrads()
        for replica in self.replicas:
            replica.copyparams(self.master)
            replica.cleargrads()
        # All devices are given their work before the first result is waited for.
        shares = [
            self._backward(rank, batch, slice(rank * b // g, (rank + 1) * b // g), labelled)
            for rank in range(g)]
        for replica in self.replicas:
            self.master.addgrads(replica)

        loss = sum(float(chainer.cuda.to_cpu(loss)) for loss, _, _ in shares)
        if not np.isfinite(loss):
            raise NonFiniteLossError(loss, self.iteration + 1, batch.products)
        self.get_optimizer('main').update()

        correct = sum(count_correct(ys, t) for _, ys, t in shares)
        accuracies = {
            task: right / number
            for task, right, number in zip(self.master.tasks, correct, labelled) if number}
        chainer.report({
            'loss': loss,
            'accuracy': np.mean(list(accuracies.values())) if accuracies else 0.0,
            **accuracies,
            'images': batch.images,
            'waited': iterator.waited,
            'seconds': time.perf_counter() - started,
        })

    def _backward(self, rank, batch, share, labelled):
        model = ([self.master] + self.replicas)[rank]
        device = self.devices[rank]
        device.use()
        _seed_dropout(device.xp, self.seed, self.iteration, rank)
        x, t = device.send(batch.x[share]), device.send(batch.t[share])
        ys = model(x)
        others = None if batch.others is None else device.send(batch.others[share])
        loss = self.loss(ys, t, labelled, others)
        if self.on_first_loss is not None:
            self.on_first_loss(loss)
            self.on_first_loss = None
        loss.backward()
        for y in ys:
            y.unchain()  # lets go of the graph before the next device builds its own
        return loss.array, ys, t


def _seed_dropout(xp, *place):
    # Masks that depend on nothing but their place make a resumed run equal to an unbroken one.
    xp.random.seed(int(np.random.SeedSequence(place).generate_state(1)[0]))
