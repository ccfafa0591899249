"""A catalogue in parts: embedded by any number of processes on any machines, and merged.

A shard is a file of embeddings of some of the products, one after another in the catalogue. It says
in its header which one it is, and holds what the image files were, so that merging them needs no
picture. The merged file is the same, bit for bit, as that of
:func:`fashion_models.representation.embed.embed`.
"""

from fashion_models.representation.shards.computing import Shard, embed_shard
from fashion_models.representation.shards.merging import merge_shards
from fashion_models.representation.shards.on_ray import Cluster
from fashion_models.representation.shards.together import embed_together

__all__ = ['Cluster', 'Shard', 'embed_shard', 'embed_together', 'merge_shards']
