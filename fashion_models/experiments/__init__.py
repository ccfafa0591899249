"""Recorded runs and, one module each, the article's tables and figures."""
