"""``POST /api/v1/likely-duplicates``: is this service in the catalogue already?

For forms while somebody types, and for other people's programs before they send. What is asked comes in a body, is
answered and forgotten: no log, no table and no cache has it. How likeness is measured is said in ``duplicates``.
"""

from dataclasses import asdict
from typing import Any

import orjson
from flask import Response, request
from marshmallow import Schema, fields

from popmap import duplicates, inputs
from popmap.duplicates import MATCHES
from popmap.web import api, database, replies

blueprint = api.ApiBlueprint("api_duplicates", __name__, url_prefix=api.PREFIX, description="What is there already")


class LikelySchema(Schema):
    """A public service that might be the one described."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    score = fields.Float(required=True, metadata={"description": "how likely it is the same, 0.5 to 1"})
    matches = fields.List(
        fields.String(metadata={"enum": list(MATCHES)}), required=True, metadata={"description": "what speaks for it"}
    )


class LikelyOnesSchema(Schema):
    """At most five services, the likeliest first; none where nothing is likely."""

    items = fields.List(fields.Nested(LikelySchema), required=True)


@blueprint.after_request
def open_to_all(reply: Response) -> Response:
    """Any page anywhere may ask; nobody keeps the answer."""
    reply = api.open_to_all(reply)
    reply.headers["Cache-Control"] = "no-store"
    if request.method == "OPTIONS":
        reply.headers["Access-Control-Allow-Methods"] = "POST, OPTIONS"
        reply.headers["Access-Control-Allow-Headers"] = "Content-Type"
    return reply


@blueprint.post("/likely-duplicates")
@blueprint.doc(
    requestBody={
        "description": "What is known of the service; every part may be left out.",
        "required": True,
        "content": {"application/json": {"schema": inputs.ComparisonSchema}},
    }
)
@blueprint.response(200, LikelyOnesSchema)
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def likely() -> Response:
    """Services that are likely the one described, the likeliest first."""
    entry = inputs.checked_comparison(inputs.json_object(request.get_data()))

    def find(session: Any) -> list[duplicates.Likely]:
        return duplicates.likely(session, entry)

    items = [asdict(one) for one in database.glance(find)]
    return Response(orjson.dumps({"items": items}), mimetype=replies.JSON)
