"""An address withheld today is withheld in the history as well."""

from popmap.migrations.sql import run

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0010.sql")


def downgrade() -> None:
    run("0010.down.sql")
