"""Import, change, fetch, synthesise, check, show, merge, relabel and prepare catalogues.

A catalogue is a folder: products.jsonl, with a line for each product; images; and catalogue.json,
which names the taxonomy and the labels.
"""

from fashion_models.cli.catalogue import (
    add,
    check,
    fetch,
    import_,
    merge,
    merge_duplicates,
    prepare,
    relabel,
    remove,
    show,
    synthesise,
)

NAME = 'catalogue'
EXAMPLES = '''\
fashion-models catalogue synthesise drawn --products 500
fashion-models catalogue import csv my-shop/products.csv shop
fashion-models catalogue check shop'''
COMMANDS = (
    import_, add, remove, fetch, synthesise, check, show, merge, relabel, merge_duplicates,
    prepare)
