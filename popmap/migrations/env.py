"""Alembic's entrance: runs the revisions in one transaction, at ``sqlalchemy.url`` or on the connection it is given."""

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, create_engine, pool, text

from popmap import models

OPTIONS = {
    "target_metadata": models.Base.metadata,
    "include_object": alembic_helpers.include_object,
    "process_revision_directives": alembic_helpers.writer,
    "render_item": alembic_helpers.render_item,
}


def run_on(connection: Connection) -> None:
    # a migration that cannot have its table within two seconds gives up rather than queue all readers behind it
    connection.execute(text("SET LOCAL lock_timeout = '2s'"))
    context.configure(connection=connection, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


def run_offline() -> None:
    context.configure(
        url=context.config.get_main_option("sqlalchemy.url"), literal_binds=True, dialect_name="postgresql", **OPTIONS
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        run_on(given)
        return
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
    with engine.connect() as connection, connection.begin():
        run_on(connection)


if context.is_offline_mode():
    run_offline()
else:
    run_online()
