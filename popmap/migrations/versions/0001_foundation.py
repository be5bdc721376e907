"""Extensions, the role that reads for visitors, and fold() for text in any script."""

from popmap.migrations.sql import run

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0001.sql")


def downgrade() -> None:
    run("0001.down.sql")
