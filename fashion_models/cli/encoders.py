"""Opens the encoder that a command is given: that of a run, or an image tower."""

import os
import typing

if typing.TYPE_CHECKING:
    from fashion_models.representation.picture_encoder import PictureEncoder


def encoder_at(path: str | os.PathLike, snapshot: str = 'best', devices: str | None = None,
               precision: str | None = None, on_cpu: bool = False,
               with_labels: bool = True) -> 'PictureEncoder':
    """The encoder of a run folder, or of an ONNX file.

    Args:
        path: The folder or the file.
        snapshot: Which one of a run.
        devices: Where to compute, instead of where the run's recipe says.
        on_cpu: Whether to compute on the CPU, wherever the recipe says.
        precision: What to compute with; ``float32`` by default.
        with_labels: As of :class:`~fashion_models.representation.encoder.Encoder`.
    """
    from fashion_models.representation.encoder import Encoder
    from fashion_models.representation.image_tower import (
        ImageTower,
        is_tower,
        require_none_of_a_run,
    )
    from fashion_models.training.run import Run

    if is_tower(path):
        require_none_of_a_run({
            '--snapshot': snapshot != 'best', '--devices': devices, '--precision': precision,
            '--without-labels': not with_labels})
        return ImageTower(path)
    run = Run.open(path)
    devices = devices or ('@numpy' if on_cpu else run.recipe.training.devices)
    return Encoder(run, snapshot, devices, precision=precision or 'float32',
                   with_labels=with_labels)
