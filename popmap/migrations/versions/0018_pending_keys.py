"""What waits is known again by its keys; a decision counts in its own transaction only, whatever number that has."""

from popmap.migrations.sql import run

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0018.sql")


def downgrade() -> None:
    run("0018.down.sql")
