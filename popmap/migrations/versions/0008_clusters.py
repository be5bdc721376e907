"""What a map shows of a cell: extent, biggest town, and the one service where there is only one."""

from popmap.migrations.sql import run

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0008.sql")


def downgrade() -> None:
    run("0008.down.sql")
