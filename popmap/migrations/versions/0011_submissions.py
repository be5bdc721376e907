"""What comes in waits for a decision, and nothing becomes public without one."""

from popmap.migrations.sql import run

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0011.sql")


def downgrade() -> None:
    run("0011.down.sql")
