"""An address that must not be known any more is dropped from what is kept of the past as well."""

from popmap.migrations.sql import run

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0026.sql")


def downgrade() -> None:
    run("0026.down.sql")
