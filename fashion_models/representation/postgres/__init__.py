"""Embeddings in PostgreSQL with pgvector: published whole or not at all, and searched there."""

from fashion_models.representation.postgres.connection import connected, is_database
from fashion_models.representation.postgres.indexing import MEMORY as INDEX_MEMORY
from fashion_models.representation.postgres.published import Table, open_table
from fashion_models.representation.postgres.publishing import publish

__all__ = ['INDEX_MEMORY', 'Table', 'connected', 'is_database', 'open_table', 'publish']
