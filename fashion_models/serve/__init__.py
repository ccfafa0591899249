"""The workbench: a catalogue and its vectors in a browser, and behind an HTTP API.

``shop`` holds what is served; ``browse`` finds, filters and sorts; ``queries`` takes pictures that
people upload; ``api`` and ``site`` answer requests in JSON and in HTML; ``guard`` keeps strangers
out; ``app`` puts them together.
"""
