"""Services, places and operators are found by their UUID, and operators are counted when something is published."""

from popmap.migrations.sql import run

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0027.sql")


def downgrade() -> None:
    run("0027.down.sql")
