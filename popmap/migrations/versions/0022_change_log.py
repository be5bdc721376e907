"""What was added, changed and taken down, by revision of the catalogue: the change feed."""

from popmap.migrations.sql import run

revision = "0022"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0022.sql")


def downgrade() -> None:
    run("0022.down.sql")
