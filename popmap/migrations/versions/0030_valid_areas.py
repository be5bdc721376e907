"""Areas are valid and finite, and no name is blank."""

from popmap.migrations.sql import run

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0030.sql")


def downgrade() -> None:
    run("0030.down.sql")
