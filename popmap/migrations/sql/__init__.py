"""Runs the SQL file of a revision, whole."""

from pathlib import Path

from alembic import op
from sqlalchemy import text


def run(name: str) -> None:
    """Execute one file of this folder; colons in it (casts, JSON) are no parameters."""
    op.execute(text((Path(__file__).parent / name).read_text(encoding="utf-8").replace(":", r"\:")))
