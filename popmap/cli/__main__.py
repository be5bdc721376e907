"""``python -m popmap.cli``: what .venv/bin/popmap runs."""

from popmap.cli import main

main()
