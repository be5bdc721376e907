"""The listing of many services at once, in less time."""

from popmap.migrations.sql import run

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0012.sql")


def downgrade() -> None:
    run("0012.down.sql")
