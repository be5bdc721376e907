"""Every service has the keys by which a second entry of it is found."""

from popmap.migrations.sql import run

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0015.sql")


def downgrade() -> None:
    run("0015.down.sql")
