"""Sphinx configuration: ``make docs``."""

import pathlib
import sys

import fashion_models

sys.path.insert(0, str(pathlib.Path(__file__).parent))  # commands.py

project = 'fashion_models'
copyright = '2026, the fashion_models developers'
version = release = fashion_models.__version__
extensions = [
    'sphinx.ext.autodoc', 'sphinx.ext.autosummary', 'sphinx.ext.napoleon', 'sphinx_design',
    'sphinxcontrib.autoprogram',
]
templates_path = ['_templates']
exclude_patterns = ['_build', '_templates']
# The modules' heads hold commands, whose -- are no dashes.
smartquotes = False

html_theme = 'furo'
html_title = 'fashion_models'
html_static_path = ['_static']
html_css_files = ['wide.css']
html_copy_source = False
html_show_sphinx = False

autodoc_member_order = 'bysource'
autodoc_typehints = 'none'
# Methods that Chainer calls have Chainer's docstrings, with references into its documentation.
autodoc_inherit_docstrings = False
# A word in the place of a type, such as "products", is no reference to an attribute of that name.
suppress_warnings = ['ref.python']
