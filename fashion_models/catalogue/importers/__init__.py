"""Importers: one module per data set, each of which turns its layout into products.

A module gives ``SUMMARY`` (one line) and ``DESCRIPTION`` (what the data set contains, its labels,
images per product, licence and where to ask for it), both shown by ``catalogue import --help``;
``add_arguments(parser)`` for the options that only it has; and ``open_source(source, arguments)``,
a context manager that yields a :class:`~fashion_models.catalogue.importers.source.Source`. Where
pictures are named by address, it also gives ``addresses(source, arguments)``, which yields them,
and ``add_table_arguments(parser)`` for the options that this needs.
"""

from fashion_models.catalogue.importers import (
    abo,
    deepfashion_inshop,
    delimited,
    fashion_gen,
    fashion_product_images,
    folder,
    google_merchant,
    magento,
    mvc,
    shopify,
    ut_zappos50k,
    woocommerce,
)

IMPORTERS = {
    'folder': folder,
    'csv': delimited,
    'magento': magento,
    'woocommerce': woocommerce,
    'shopify': shopify,
    'google-merchant': google_merchant,
    'fashion-product-images': fashion_product_images,
    'fashion-gen': fashion_gen,
    'abo': abo,
    'ut-zappos50k': ut_zappos50k,
    'deepfashion-inshop': deepfashion_inshop,
    'mvc': mvc,
}
