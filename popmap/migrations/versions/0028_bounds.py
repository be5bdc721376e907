"""Reports mark a service within bounds, helplines need two people, and what was joined is forgotten in time."""

from popmap.migrations.sql import run

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0028.sql")


def downgrade() -> None:
    run("0028.down.sql")
