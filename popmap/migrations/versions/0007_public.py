"""What the public role may read."""

from popmap.migrations.sql import run

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0007.sql")


def downgrade() -> None:
    run("0007.down.sql")
