"""The article's data parallelism: master parameters, replicas on g devices, p processes."""

import copy
import dataclasses
import time
from collections.abc import Callable, Sequence

import chainer
import chainer.functions as F
import numpy as np
from chainer import training

from fashion_models.data.batches import TrainingIterator
from fashion_models.functions.batch_normalization import normalizing_over_shares
from fashion_models.links import count_correct, count_labelled, multi_task_loss
from fashion_models.processes import Processes
from fashion_models.training.besides import Besides
from fashion_models.training.choices import BATCH, SHARE
from fashion_models.training.snapshots import model_arrays, set_model_arrays


class NonFiniteLossError(Exception):
    """The loss is infinite or not a number; the parameters are those before the step.

    Attributes:
        loss: The loss.
        iteration: Number of the step, from 1.
        products: Rows of the batch's products.
    """

    def __init__(self, loss: float, iteration: int, products: np.ndarray):
        super().__init__(f'iteration {iteration}: the loss is {loss}')
        self.loss = loss
        self.iteration = iteration
        self.products = products


@dataclasses.dataclass(frozen=True)
class _Share:
    """What a device has computed of its part of a batch.

    ``rows`` says of which rows of the product set ``compared`` (m, d) are representations.
    """

    device: chainer.backend.Device
    ys: list[chainer.Variable]
    t: np.ndarray
    loss: chainer.Variable
    image_loss: chainer.Variable
    compared: chainer.Variable
    rows: np.ndarray


class MasterReplicasUpdater(training.updaters.StandardUpdater):
    """Spreads each batch over g devices and applies all gradients to the master parameters.

    As in the article ("The Model"), the master parameters are copied to every replica at the
    beginning of each mini-batch, and only the master is updated. The master lives on the first
    device and takes the first share of the batch itself; the other g - 1 devices hold replicas.

    Every share's loss is already divided by what the whole batch holds, and the gradients are
    summed: a step on g devices is the step that one device makes on the same batch, weight decay
    and momentum included. Batch normalization is the exception: each device normalises with the
    statistics of its own share, and the running statistics are those that the master sees.

    The same-product objective, too, sees the whole batch: the first device, which alone has it,
    compares the representations of all shares, and each share is pulled by its part of the
    gradient. So there is one memory, and its content does not depend on g.

    Several processes share a batch in the same way: each has g devices, its iterator gives its
    part, and p processes make the step that one makes on p * g devices. Each has a master; they
    average their gradients and make the same step, at the learning rate of the first. What is not
    learnt from gradients, running statistics and the memory, is the first one's.

    Args:
        iterator: Gives the batches, or this process's part of them.
        optimizer: Set up with the master.
        devices: g devices, of which several may be ``@numpy``.
        seed: Dropout masks follow from it and from the number of the iteration alone.
        loss: As of :func:`~fashion_models.links.multi_task_loss`, the article's.
        besides: What is trained beside the tasks; nothing if ``None``.
        processes: Those that share each batch.
        normalize_over: ``'share'``; or ``'batch'``, for batch normalization with the statistics of
            the whole batch, of processes with one device each.

    Attributes:
        on_first_loss: Called once with the first share's loss before its backward.
    """

    def __init__(
            self, iterator: TrainingIterator, optimizer: chainer.Optimizer,
            devices: Sequence[chainer.backend.Device], seed: int = 0,
            loss: Callable = multi_task_loss, besides: Besides | None = None,
            processes: Processes | None = None, normalize_over: str = SHARE):
        besides = besides or Besides()
        optimizers = {'main': optimizer}
        if besides.same_product is not None:
            optimizers['same_product'] = besides.optimizer
        super().__init__(iterator, optimizers)
        self.besides = besides
        self.devices = list(devices)
        self.seed = seed
        self.loss = loss
        self.processes = processes or Processes()
        self._shares = self.processes.size if normalize_over == BATCH else 1
        self.on_first_loss = None
        self.master = optimizer.target
        self.master.to_device(self.devices[0])
        self.replicas = [copy.deepcopy(self.master) for _ in self.devices[1:]]
        for replica, device in zip(self.replicas, self.devices[1:]):
            replica.to_device(device)
        if besides.same_product is not None:
            besides.same_product.to_device(self.devices[0])
        self.processes.compute_on(self.devices[0])

    def share_master(self) -> None:
        """Gives all processes the parameters and the running statistics of the first."""
        processes = self.processes
        arrays = processes.broadcast(model_arrays(self.master) if processes.first else None)
        if not processes.first:
            set_model_arrays(self.master, arrays)

    def update_core(self) -> None:
        """One step; reports loss, accuracy of each task, images, seconds and seconds waited."""
        with normalizing_over_shares(self.processes.sum, self._shares):
            self._step()

    def _step(self):
        started = time.perf_counter()
        iterator = self.get_iterator('main')
        batch = iterator.next()
        b, g = len(batch.t), len(self.devices)
        if b % g:
            raise ValueError(f'a batch of {b} products cannot be shared evenly by {g} devices')
        processes, main = self.processes, self.get_optimizer('main')
        labelled = processes.sum(count_labelled(batch.t))
        main.lr = processes.broadcast(main.lr)

        self.master.cleargrads()
        for replica in self.replicas:
            replica.copyparams(self.master)
            replica.cleargrads()
        # All devices are given their work before the first result is waited for.
        forward = (
            self._forward(number, batch, slice(number * b // g, (number + 1) * b // g), labelled)
            for number in range(g))
        losses = {}
        if self.besides.same_product is None:
            # One after the other, so that there is one graph at a time.
            shares = [self._backward(share) for share in forward]
        else:
            shares = list(forward)
            losses['same_product'], pulls = self._compare(shares)
            shares = [self._backward(share, pull) for share, pull in zip(shares, pulls)]
        for replica in self.replicas:
            self.master.addgrads(replica)

        for name in ('loss', 'image_loss') if self.besides.image_loss else ('loss',):
            losses[name] = processes.sum(sum(
                float(chainer.cuda.to_cpu(getattr(share, name).array)) for share in shares))
        if not np.isfinite(sum(losses.values())):
            raise NonFiniteLossError(
                sum(losses.values()), self.iteration + 1,
                np.concatenate(processes.gather(batch.products)))
        processes.average_gradients(self.master)
        for optimizer in self.get_all_optimizers().values():
            optimizer.update()

        correct = processes.sum(sum(count_correct(share.ys, share.t) for share in shares))
        accuracies = {
            task: right / number
            for task, right, number in zip(self.master.tasks, correct, labelled) if number}
        chainer.report({
            **losses,
            'accuracy': np.mean(list(accuracies.values())) if accuracies else 0.0,
            **accuracies,
            'images': batch.images * processes.size,
            'waited': iterator.waited,
            'seconds': time.perf_counter() - started,
        })

    def _forward(self, number, batch, share, labelled):
        model = ([self.master] + self.replicas)[number]
        device = self.devices[number]
        device.use()
        _seed_dropout(
            device.xp, self.seed, self.iteration,
            self.processes.rank * len(self.devices) + number)
        x, t = device.send(batch.x[share]), device.send(batch.t[share])
        others = None if batch.others is None else device.send(batch.others[share])
        sides = None if batch.sides is None else device.send(batch.sides[share])
        b, n = len(t), x.shape[1] // 3
        features = model.encoder.features(x)
        # All sets of images go through the later layers, and their normalization, at once.
        sets = [model.encoder.pool(features, n)]
        if sides is not None:
            pair = [model.encoder.pool(features, n, chosen) for chosen in (sides, ~sides)]
            sets.append(F.reshape(F.stack(pair, axis=1), (2 * b, -1)))
        if self.besides.image_loss and n > 1:
            sets.append(model.encoder.pool(features, 1))
        h = model.encoder.represent(F.concat(sets, axis=0) if len(sets) > 1 else sets[0])
        whole = h[:b] if len(sets) > 1 else h
        ys = model.classify(whole)
        loss = image_loss = self.loss(ys, t, labelled, others)
        if self.besides.image_loss and n > 1:
            image_loss = self.loss(
                model.classify(h[-b * n:]), t.repeat(n, axis=0), labelled * n,
                None if others is None else others.repeat(n, axis=0))
        rows = batch.products[share]
        if sides is None:
            return _Share(device, ys, t, loss, image_loss, whole, rows)
        return _Share(device, ys, t, loss, image_loss, h[b:3 * b], rows.repeat(2))

    def _compare(self, shares):
        """The loss of the same-product objective, and its gradient for each share's part."""
        objective, device, processes = self.besides.same_product, self.devices[0], self.processes
        device.use()
        xp = device.xp
        own = xp.concatenate([device.send(share.compared.array) for share in shares])
        rows = np.concatenate([share.rows for share in shares])
        compared, rows = zip(*processes.gather((own, rows)))
        objective.cleargrads()
        answer = None
        if processes.first:
            h = chainer.Variable(xp.concatenate(compared))
            with normalizing_over_shares(processes.sum, 1):     # here is the whole batch
                loss = objective(h, np.concatenate(rows))
            (loss * self.besides.weight).backward()
            answer = float(chainer.cuda.to_cpu(loss.array)), h.grad
        loss, pulls = processes.broadcast(answer)
        # All shares are of the same length.
        pulls = xp.split(pulls, processes.size * len(shares))[processes.rank * len(shares):]
        return loss, [share.device.send(part) for share, part in zip(shares, pulls)]

    def _backward(self, share, pull=None):
        share.device.use()
        loss = share.loss
        if self.besides.image_loss:
            loss = loss + self.besides.image_loss * share.image_loss
        if pull is not None:
            loss = loss + F.sum(share.compared * pull)  # its gradient is what counts
        if self.on_first_loss is not None:
            self.on_first_loss(loss)
            self.on_first_loss = None
        (loss * self.processes.size).backward()     # for the mean of all processes' gradients
        # Lets go of the graph before the next device builds its own.
        for variable in (*share.ys, share.loss, share.image_loss, share.compared):
            variable.unchain()
        return share


def _seed_dropout(xp, *place):
    # Masks that depend only on their place make a resumed run equal to an unbroken one.
    xp.random.seed(int(np.random.SeedSequence(place).generate_state(1)[0]))
