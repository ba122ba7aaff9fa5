"""The staff list: read a file, compare it with what is known, show the difference, apply it (rule 28).

`read` and `compare` are functions over the dataclasses of `rows`, without the ORM; `actions` loads and saves.
"""
