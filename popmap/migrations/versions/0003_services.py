"""Services with their channels, coverage, sources and checks."""

from popmap.migrations.sql import run

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0003.sql")


def downgrade() -> None:
    run("0003.down.sql")
