"""Every record kind of the house, by name: the one list that stores, forms and reports walk through."""

from __future__ import annotations

from outreach_app.domain.acceptance import ACCEPTANCE
from outreach_app.domain.engagement import ENGAGEMENT
from outreach_app.domain.handover import HANDOVER_ITEM
from outreach_app.domain.kind import Kind
from outreach_app.domain.person import CONSENT, PERSON
from outreach_app.domain.place import HOTSPOT, SERVICE
from outreach_app.domain.referral import REFERRAL, REFERRAL_EVENT
from outreach_app.domain.shift import CHECK_IN, SHIFT
from outreach_app.domain.team import MEMBER, TEAM
from outreach_app.domain.trouble import Trouble
from outreach_app.domain.visit import VISIT

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        TEAM,
        MEMBER,
        HOTSPOT,
        SERVICE,
        SHIFT,
        VISIT,
        ENGAGEMENT,
        PERSON,
        CONSENT,
        REFERRAL,
        REFERRAL_EVENT,
        HANDOVER_ITEM,
        CHECK_IN,
        ACCEPTANCE,
    )
}

LINKS = ("shift", "person", "hotspot", "visit", "engagement", "referral")
"""Single references by which records are looked up; the store indexes them."""


def kind_named(name: str) -> Kind:
    """The kind of that name; raises Trouble `kind-unknown`."""
    try:
        return KINDS[name]
    except KeyError:
        raise Trouble("kind-unknown", kind=name[:40], kinds=", ".join(KINDS)) from None
