"""What became of links, and who was reminded of a check."""

from popmap.migrations.sql import run

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0016.sql")


def downgrade() -> None:
    run("0016.down.sql")
