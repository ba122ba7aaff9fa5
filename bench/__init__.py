"""Measurements: ``python -m bench --help``. Tests never time anything; the reading stands in docs/performance.md."""
