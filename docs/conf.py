"""Sphinx configuration: ``make docs``."""

import fashion_models

project = 'fashion_models'
version = release = fashion_models.__version__
extensions = ['sphinx.ext.autodoc', 'sphinx.ext.napoleon']
exclude_patterns = ['_build']
# The modules' heads hold commands, whose -- are no dashes.
smartquotes = False
html_theme = 'alabaster'
html_theme_options = {
    'description': 'Deep learning for fashion catalogues, in Chainer',
    'page_width': '1080px',
}
autodoc_member_order = 'bysource'
