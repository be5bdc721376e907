"""The order of a list for a place, as an index."""

from popmap.migrations.sql import run

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0009.sql")


def downgrade() -> None:
    run("0009.down.sql")
