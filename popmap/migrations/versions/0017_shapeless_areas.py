"""Subdivisions without a shape are found by their country in an index."""

from popmap.migrations.sql import run

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0017.sql")


def downgrade() -> None:
    run("0017.down.sql")
