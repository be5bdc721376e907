"""Lists are read in their order from an index."""

from popmap.migrations.sql import run

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0014.sql")


def downgrade() -> None:
    run("0014.down.sql")
