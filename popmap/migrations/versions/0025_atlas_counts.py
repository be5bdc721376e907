"""The atlas counts when something is published; the change feed is read by id."""

from popmap.migrations.sql import run

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0025.sql")


def downgrade() -> None:
    run("0025.down.sql")
