"""A service is kept as a line of the CSV file as well."""

from popmap.migrations.sql import run

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0029.sql")


def downgrade() -> None:
    run("0029.down.sql")
