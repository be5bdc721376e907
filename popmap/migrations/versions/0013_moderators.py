"""Moderators, their sessions, and limits."""

from popmap.migrations.sql import run

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0013.sql")


def downgrade() -> None:
    run("0013.down.sql")
