"""The listing: one ready-made row for each public service, and the cluster pyramid."""

from popmap.migrations.sql import run

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0006.sql")


def downgrade() -> None:
    run("0006.down.sql")
