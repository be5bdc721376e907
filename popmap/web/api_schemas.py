"""The shapes of the API's replies for its description; one service's own fields are ``outputs``' business."""

from marshmallow import Schema, fields

from popmap.outputs import ServiceSchema


class FaultSchema(Schema):
    """One thing wrong with one argument."""

    name = fields.String(metadata={"description": "the argument"})
    code = fields.String(
        metadata={"description": "a stable word: unknown_name, unknown_value, malformed, out_of_range"}
    )
    value = fields.String(metadata={"description": "what was given, shortened"})
    allowed = fields.List(fields.String(), metadata={"description": "what would have been right"})


class ProblemSchema(Schema):
    """Why there is no answer (RFC 9457)."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    errors = fields.List(fields.Nested(FaultSchema))


class FacetValueSchema(Schema):
    """A value of a criterion and how many services choosing it would show."""

    value = fields.String(required=True)
    count = fields.Integer(required=True)


class ServicesSchema(Schema):
    """One page of services."""

    items = fields.List(fields.Nested(ServiceSchema), required=True)
    total = fields.Integer(required=True)
    total_is_exact = fields.Boolean(required=True, metadata={"description": "false: there are more than total"})
    next = fields.String(required=True, allow_none=True, metadata={"description": "address of the next page"})
    facets = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Nested(FacetValueSchema)),
        metadata={"description": "with facets=true"},
    )
    revision = fields.Integer(required=True)


class PointSchema(Schema):
    """A GeoJSON point."""

    type = fields.Constant("Point", required=True)
    coordinates = fields.List(fields.Float(), required=True, metadata={"minItems": 2, "maxItems": 2})


class MarkSchema(Schema):
    """What is known of a mark: of a cluster ``count`` to ``near``, of a single service ``id`` to ``visitable``."""

    count = fields.Integer()
    kinds = fields.Dict(keys=fields.String(), values=fields.Integer(), metadata={"description": "count by kind"})
    bbox = fields.List(fields.Float(), metadata={"description": "west, south, east, north of the services in it"})
    near = fields.String(allow_none=True, metadata={"description": "the biggest town there"})
    id = fields.String()
    kind = fields.String()
    name = fields.String()
    visitable = fields.Boolean(metadata={"description": "true: one can go there; false: only the seat"})


class FeatureSchema(Schema):
    """A mark on the map."""

    type = fields.Constant("Feature", required=True)
    geometry = fields.Nested(PointSchema, required=True)
    properties = fields.Nested(MarkSchema, required=True)


class MapAnswerSchema(Schema):
    """A GeoJSON FeatureCollection of at most 300 clusters and single marks."""

    type = fields.Constant("FeatureCollection", required=True)
    features = fields.List(fields.Nested(FeatureSchema), required=True, metadata={"maxItems": 300})
    everywhere = fields.Integer(
        required=True,
        metadata={"description": "matching services without a mark: for the whole world, or several countries"},
    )
    revision = fields.Integer(required=True)


class PlaceSchema(Schema):
    """A town, a subdivision or a country."""

    id = fields.String(required=True, metadata={"description": "what the criterion place takes"})
    kind = fields.String(required=True, metadata={"enum": ["town", "subdivision", "country"]})
    name = fields.String(required=True)
    label = fields.String(required=True, metadata={"description": "the name with where it is"})
    country = fields.String(required=True)
    subdivision = fields.String(required=True, allow_none=True)
    lon = fields.Float(required=True)
    lat = fields.Float(required=True)
    bbox = fields.List(fields.Float(), allow_none=True, metadata={"description": "west, south, east, north of an area"})


class PlacesAnswerSchema(Schema):
    """Places by name, best first."""

    items = fields.List(fields.Nested(PlaceSchema), required=True)


class CodeSchema(Schema):
    """One code of a list and what it means."""

    code = fields.String(required=True)
    label = fields.String(required=True)
    words = fields.String(metadata={"description": "of a topic: in a child's words"})
    chi_category = fields.String(
        allow_none=True, metadata={"description": "of a topic: its category at Child Helpline International"}
    )


class VocabularySchema(Schema):
    """Code lists by the name of the criterion or field that takes their codes."""

    lang = fields.String(required=True)
    lists = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(CodeSchema)), required=True)


class VersionSchema(Schema):
    """A record as it was from a moment on."""

    number = fields.Integer(required=True, metadata={"description": "counts from 1"})
    at = fields.DateTime(required=True)
    by_role = fields.String(required=True)
    reason = fields.String(required=True)
    source = fields.String(required=True)
    body = fields.Dict(keys=fields.String(), required=True, metadata={"description": "the whole record"})


class VersionsSchema(Schema):
    """Versions, the newest first."""

    items = fields.List(fields.Nested(VersionSchema), required=True)


class WithdrawalSchema(Schema):
    """A service that was public and was taken down."""

    id = fields.String(required=True)
    withdrawn_at = fields.DateTime(required=True)


class WithdrawnSchema(Schema):
    """Services that were taken down, the latest first."""

    items = fields.List(fields.Nested(WithdrawalSchema), required=True)
