"""Names are looked up by their words, where they serve; the yes of somebody who was shut out no longer counts."""

from popmap.migrations.sql import run

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0024.sql")


def downgrade() -> None:
    run("0024.down.sql")
