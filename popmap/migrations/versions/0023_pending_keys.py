"""What waits is known again by its keys; a decision counts in its own transaction only, whatever number that has."""

from popmap.migrations.sql import run

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0023.sql")


def downgrade() -> None:
    run("0023.down.sql")
