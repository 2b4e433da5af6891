"""Hotspots out of a GeoJSON file, as map programs write them (RFC 7946)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NoReturn

from outreach_app.domain.field import Json
from outreach_app.domain.place import HOTSPOT
from outreach_app.domain.trouble import Trouble

_ALSO_CALLED = {"name": ("name", "title", "label"), "code": ("code", "ref")}
_WGS84 = ("CRS84", "4326")


def hotspots(document: Json) -> list[dict[str, Json]]:
    """Answers for a hotspot for each feature, in order.

    A Feature, or a FeatureCollection of them, each with one Polygon (a MultiPolygon of one counts) and
    a name among its properties. Properties that a hotspot has no field for are left behind.
    Raises Trouble `geojson-unreadable`, `geojson-empty`, `geojson-not-polygon`, `geojson-nameless`,
    `geojson-other-grid`; whether a polygon is fit is for the rules of a hotspot to say.
    """
    _on_our_grid(document)
    found = [_hotspot(number, feature) for number, feature in enumerate(_features(document), 1)]
    if not found:
        raise Trouble("geojson-empty")
    return found


def _features(document: Json) -> Iterator[Json]:
    kind = document.get("type") if isinstance(document, Mapping) else None
    if kind == "Feature":
        yield document
    elif kind == "FeatureCollection" and isinstance(document.get("features"), list):
        yield from document["features"]
    elif kind in ("Polygon", "MultiPolygon", "Point", "MultiPoint", "LineString", "MultiLineString"):
        raise Trouble("geojson-nameless", row=1)
    else:
        raise Trouble("geojson-unreadable")


def _hotspot(number: int, feature: Json) -> dict[str, Json]:
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        raise Trouble("geojson-unreadable")
    properties = feature.get("properties")
    said = {
        str(name).casefold(): value
        for name, value in (properties if isinstance(properties, Mapping) else {}).items()
        if value not in (None, "")
    }
    answers: dict[str, Json] = {"polygon": _polygon(number, feature.get("geometry"))}
    for field in HOTSPOT.fields:
        if field != "polygon":
            for name in _ALSO_CALLED.get(field, (field,)):
                if name in said:
                    answers[field] = _as_text(said[name]) if field in _ALSO_CALLED else said[name]
                    break
    if "name" not in answers:
        raise Trouble("geojson-nameless", row=number)
    return answers


def _polygon(number: int, geometry: Json) -> Json:
    if isinstance(geometry, Mapping):
        rings = geometry.get("coordinates")
        if geometry.get("type") == "Polygon":
            return {"type": "Polygon", "coordinates": rings}
        if geometry.get("type") == "MultiPolygon" and isinstance(rings, list) and len(rings) == 1:
            return {"type": "Polygon", "coordinates": rings[0]}
    _not_polygon(number, geometry)


def _not_polygon(number: int, geometry: Json) -> NoReturn:
    found = str(geometry.get("type"))[:20] if isinstance(geometry, Mapping) else "nothing"
    raise Trouble("geojson-not-polygon", row=number, found=found)


def _as_text(value: Json) -> Json:
    """Map programs write a code such as 7 as a number."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _on_our_grid(document: Json) -> None:
    """Older files may name another grid; longitude and latitude are the only ones of RFC 7946."""
    crs = document.get("crs") if isinstance(document, Mapping) else None
    if crs is not None and not any(name in str(crs) for name in _WGS84):
        raise Trouble("geojson-other-grid")
