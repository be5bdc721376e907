"""The gazetteer: areas with shapes, towns, and every name of both."""

from popmap.migrations.sql import run

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0002.sql")


def downgrade() -> None:
    run("0002.down.sql")
