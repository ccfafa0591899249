"""Merge what "embed --shard" wrote."""

from fashion_models.cli.embeddings import merge

NAME = 'embeddings'
EXAMPLES = 'fashion-models embeddings merge part-*.embeddings -o shop.embeddings'
COMMANDS = (merge,)
