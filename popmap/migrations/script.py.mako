"""${message}"""

from popmap.migrations.sql import run

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(f"{revision}.sql")


def downgrade() -> None:
    run(f"{revision}.down.sql")
