"""Versions of every record, append-only, and the catalogue's revision."""

from popmap.migrations.sql import run

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0005.sql")


def downgrade() -> None:
    run("0005.down.sql")
