"""The daily run of a shop: from a new export to vectors, duplicates and a published table."""
