"""What is known about countries: facts, emergency numbers, harmonised numbers."""

from popmap.migrations.sql import run

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0004.sql")


def downgrade() -> None:
    run("0004.down.sql")
