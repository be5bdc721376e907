"""``create_app()``: the only place where things are plugged together."""

from flask import Flask
from flask_compress import Compress

from popmap import saved
from popmap.catalogue.cursors import seal_with as seal_cursors_with
from popmap.config import PROJECT, Settings
from popmap.db import Database, open_database
from popmap.saved import SavedFile
from popmap.web import (
    access,
    api,
    api_duplicates,
    api_help,
    api_submissions,
    api_versions,
    assets,
    atlas,
    batches,
    checks,
    confirming,
    countries,
    data,
    data_page,
    dataset_versions,
    embed,
    emergency,
    errors,
    explore,
    find,
    form_parts,
    hours_words,
    hsds,
    keeping,
    language,
    likely,
    map_file,
    moderation,
    ogc,
    pages,
    revisions,
    security,
    service_words,
    services,
    sign_in,
    signed_in,
    standing,
    submissions,
    tables,
    tiles,
)
from popmap.web import database as reads

PAGES = (
    find.blueprint,
    explore.blueprint,
    services.blueprint,
    confirming.blueprint,
    countries.blueprint,
    atlas.blueprint,
    data_page.blueprint,
    dataset_versions.blueprint,
    submissions.blueprint,
    tables.blueprint,
    keeping.blueprint,
    pages.blueprint,
)
"""Under a language prefix."""

DESK = (sign_in.blueprint, moderation.blueprint, batches.blueprint, checks.blueprint, standing.blueprint)
DOORS = (
    pages.doors,
    data.blueprint,
    *DESK,
    ogc.blueprint,
    hsds.blueprint,
    tiles.blueprint,
    atlas.doors,
    embed.blueprint,
    map_file.blueprint,
)
"""Without one."""


def create_app(settings: Settings | None = None, database: Database | None = None) -> Flask:
    """The application; settings from the environment and the database they name unless given."""
    settings = settings or Settings.from_environment()
    app = Flask("popmap", static_folder=None, template_folder=str(PROJECT / "templates"))
    app.extensions["settings"] = settings
    # brotli 7 saves 150 to 470 bytes of the explorer's first screen for half a millisecond; 9 saves 50 more for 27 ms
    app.config.update(COMPRESS_ALGORITHM=["br", "zstd", "gzip"], COMPRESS_BR_LEVEL=7, COMPRESS_MIMETYPES=COMPRESSED)
    app.config["COMPRESS_STREAMS"] = False  # a file to keep has a length, and one as large as it likes costs no time
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    seal_cursors_with(settings.secret_key)
    Compress(app)
    language.plug_into(app)
    security.plug_into(app, settings)
    access.plug_into(app)
    signed_in.plug_into(app)
    reads.plug_into(app, database or open_database(settings), SavedFile(settings.data / saved.FILE))
    data.plug_into(app, settings)
    emergency.plug_into(app)
    service_words.plug_into(app)
    hours_words.plug_into(app)
    likely.plug_into(app)
    form_parts.plug_into(app)
    assets.plug_into(app)
    revisions.plug_into(app)
    app.context_processor(pages.exit_words)
    app.jinja_env.filters["local"] = pages.local
    app.jinja_env.globals["embed_address"] = embed.address_here
    app.jinja_env.globals["latest_versions"] = dataset_versions.latest_versions
    app.jinja_env.globals["site_places"] = pages.site_places
    app.add_url_rule("/", "find.first", find.first)
    for blueprint in PAGES:
        app.register_blueprint(blueprint, url_prefix="/<language:lang>")
    for blueprint in DOORS:
        app.register_blueprint(blueprint)
    api.plug_into(app, api_versions.blueprint, api_help.blueprint, api_submissions.blueprint, api_duplicates.blueprint)
    errors.plug_into(app)
    outermost = errors.OutermostReply(assets.serve_files(app, settings.data), app.extensions["last_resort"])
    app.wsgi_app = security.EveryReply(outermost)  # type: ignore[method-assign]  # Flask's own advice
    return app


COMPRESSED = (
    "text/html",
    "text/css",
    "text/plain",
    "text/javascript",
    "application/json",
    "application/geo+json",
    "application/problem+json",
    "image/svg+xml",
)
