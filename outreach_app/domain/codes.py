"""Code lists: what may be chosen, in which words, and since which version.

A retired code stays valid in old records and vanishes from pickers. Depth, bands, outcomes and
topics follow PRODUCT's tables; the place and origin of the longer lists are named beside each.
The four universal ways of not knowing belong to every optional single choice and never to a count
map (after the HMIS data standards, which keep "not asked" apart from "does not know").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

LIST_VERSION = 1
"""Version of the lists below; written into each operation so that a later reader knows which it used."""


class Code(NamedTuple):
    """One choice: its stored value, its words, a line of help, and the letter that picks it."""

    value: str | int
    label: str
    help: str = ""
    key: str = ""
    is_retired: bool = False


@dataclass(frozen=True)
class CodeList:
    """A named list of codes, in the order in which people meet them."""

    name: str
    codes: tuple[Code, ...]

    def __contains__(self, value: object) -> bool:
        # True equals 1 and 2.0 equals 2, and neither is a code.
        return type(value) in (str, int) and value in self._valid

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    @cached_property
    def _valid(self) -> frozenset[str | int]:
        return frozenset(code.value for code in self.codes)

    @cached_property
    def values(self) -> tuple[str | int, ...]:
        """Stored values, retired ones included: all that a record may hold."""
        return tuple(code.value for code in self.codes)

    @property
    def on_offer(self) -> tuple[Code, ...]:
        """What a picker shows: retired codes are gone."""
        return tuple(code for code in self.codes if not code.is_retired)

    def label(self, value: object) -> str:
        """Words for a stored value; an unknown one, from a newer program, shows as it is."""
        for code in self.codes:
            if code.value == value:
                return code.label
        return str(value)


def _list(name: str, *codes: Code) -> CodeList:
    return CodeList(name, codes)


MISSING = _list(
    "missing",
    Code("not_asked", "Not asked"),
    Code("does_not_know", "Does not know"),
    Code("prefers_not", "Prefers not to say"),
    Code("worker_unable", "Could not tell"),
)

DEPTH = _list(
    "depth",
    Code(0, "Declined", "walked on", "0"),
    Code(1, "Hello", "brief exchange", "1"),
    Code(2, "Talked", "about their lives", "2"),
    Code(3, "Worked on it", "needs, advice, a plan", "3"),
    Code(4, "Changed", "an action agreed or taken", "4"),
)

AGES = _list(
    "ages",
    Code("u13", "Under 13"),
    Code("13_15", "13–15"),
    Code("16_17", "16–17"),
    Code("18_24", "18–24"),
    Code("25_plus", "25 or over"),
    Code("unable", "Could not tell"),
)

GENDERS = _list(
    "genders",
    Code("female", "Female"),
    Code("male", "Male"),
    Code("other", "Other"),
    Code("unable", "Could not tell"),
)

ACQUAINTANCE = _list(
    "acquaintance",
    Code("new", "New to us"),
    Code("seen_before", "Seen before"),
    Code("unsure", "Unsure"),
)

AGE_BASIS = _list(
    "age_basis",
    Code("perceived", "As we perceived it"),
    Code("self_stated", "They told us"),
    Code("known_service", "Known from a service"),
)

TOPICS = _list(
    "topics",
    Code("school_college", "School, college", key="s"),
    Code("safety_in_area", "Safety here", key="a"),
    Code("family_home", "Family, home", key="f"),
    Code("housing", "Housing", key="h"),
    Code("money", "Money", key="m"),
    Code("mental_health", "Mental health", key="e"),
    Code("alcohol", "Alcohol", key="l"),
    Code("drugs", "Drugs", key="d"),
    Code("knife_violence", "Knives, violence", key="k"),
    Code("exploitation", "Exploitation", key="x"),
    Code("vawg_respect", "Respect, VAWG", key="v"),
    Code("police_experience", "Police", key="p"),
    Code("ideas_for_area", "Ideas for the area", key="i"),
    Code("chat_trust", "Just a chat", key="c"),
    Code("work_training", "Work, training", key="w"),
    Code("physical_health", "Physical health", key="b"),
    Code("sexual_health", "Sexual health", key="u"),
    Code("vaping", "Vaping", key="g"),
    Code("online", "Online life", key="o"),
    Code("peer_conflict", "Trouble with others", key="t"),
    Code("relationships", "Relationships", key="r"),
    Code("hate_discrimination", "Hate, discrimination", key="j"),
    Code("rights", "Rights", key="y"),
    Code("leisure_clubs", "Clubs, things to do", key="n"),
    Code("other", "Something else", key="q"),
)

GIVEN = _list(
    "given",
    Code("listening", "Listening"),
    Code("advice", "Advice"),
    Code("crime_prevention_info", "Crime prevention advice"),
    Code("signpost", "Signpost"),
    Code("referral_offered", "Referral offered"),
    Code("leaflet_card", "Leaflet or card"),
    Code("first_aid", "First aid"),
    Code("food_drink", "Food or drink"),
    Code("condoms", "Condoms"),
    Code("naloxone", "Naloxone"),
    Code("personal_alarm", "Personal alarm"),
    Code("campaign_item", "Campaign item"),
)

OUTCOMES = _list(
    "outcome",
    Code("none", "Nothing further"),
    Code("calmer", "Calmer"),
    Code("left_safely", "Left safely"),
    Code("will_come_back", "Will come back"),
    Code("agreed_next_step", "Agreed a next step"),
    Code("accepted_signpost", "Took a signpost"),
    Code("accepted_referral", "Accepted a referral"),
    Code("declined_help", "Declined help"),
    Code("recorded_outcome", "Recorded outcome"),
)

CONCERN_REASONS = _list(
    "concern_reason",
    Code("risk_exploitation", "At risk of exploitation"),
    Code("risk_offending", "At risk of offending"),
    Code("risk_victim", "At risk of being a victim"),
    Code("asb", "Involved in anti-social behaviour"),
)

VIEW_TAGS = _list(
    "view_tag",
    Code("lighting", "Lighting"),
    Code("places_to_go", "Places to go"),
    Code("transport", "Transport"),
    Code("safety", "Feeling safe"),
    Code("police", "Police"),
    Code("school", "School"),
    Code("work", "Work"),
    Code("other", "Something else"),
)

SINGLE_REASONS = _list(
    "single_reason",
    Code("sickness", "Colleague ill"),
    Code("late_start", "Colleague joins later"),
    Code("staffing", "Nobody else available"),
    Code("with_partner", "Out with a partner agency"),
    Code("other", "Other, agreed with the lead"),
)

NOT_REACHED = _list(
    "not_reached",
    Code("no_time", "No time"),
    Code("unsafe", "Not safe"),
    Code("weather", "Weather"),
    Code("event", "Closed off or event"),
    Code("stayed_elsewhere", "Needed longer elsewhere"),
    Code("police_request", "Asked to keep away"),
    Code("other", "Other"),
)

READINESS = _list(
    "readiness",
    Code("phone_charged", "Work phone charged"),
    Code("id_card", "Identity card"),
    Code("first_aid", "First-aid kit"),
    Code("personal_alarm", "Personal alarm"),
    Code("dynamic_risk_done", "Risk talked through"),
    Code("routes_agreed", "Route agreed"),
)

RISK_LEVELS = _list("risk_level", Code("low", "Low"), Code("medium", "Medium"), Code("high", "High"))

WEATHER = _list(
    "weather",
    Code("dry", "Dry"),
    Code("rain", "Rain"),
    Code("heavy_rain", "Heavy rain"),
    Code("snow_ice", "Snow or ice"),
    Code("hot", "Hot"),
    Code("windy", "Windy"),
)

CONTEXT = _list(
    "context",
    Code("school_holiday", "School holiday"),
    Code("match_day", "Match day"),
    Code("event", "Event"),
    Code("police_operation", "Police operation"),
    Code("transport_disruption", "Transport disruption"),
    Code("payday", "Payday"),
    Code("other", "Other"),
)

CANCEL_REASONS = _list(
    "cancelled_reason",
    Code("staffing", "Staffing"),
    Code("weather", "Weather"),
    Code("police_advice", "Police advice"),
    Code("safety", "Safety"),
    Code("holiday", "Holiday"),
    Code("other", "Other"),
)

HOTSPOT_KINDS = _list(
    "hotspot_kind",
    Code("hotspot", "Hotspot"),
    Code("comparison", "Comparison area"),
    Code("buffer", "Buffer around a hotspot"),
)

PRESENT = _list(
    "others_present",
    Code("police", "Police"),
    Code("pcso", "PCSO"),
    Code("council_warden", "Council warden"),
    Code("bid_ranger", "BID ranger"),
    Code("other_service", "Another service"),
    Code("none", "Nobody"),
)

PEOPLE_BANDS = _list(
    "people_band",
    Code("0", "Nobody"),
    Code("1_5", "1–5"),
    Code("6_20", "6–20"),
    Code("21_50", "21–50"),
    Code("50_plus", "More than 50"),
)

MOODS = _list(
    "mood",
    Code("calm", "Calm"),
    Code("lively", "Lively"),
    Code("tense", "Tense"),
    Code("hostile", "Hostile"),
)

SEEN = _list(
    "seen",
    Code("nothing", "Nothing of note"),
    Code("group_gathering", "Group gathering"),
    Code("music_noise", "Music, noise"),
    Code("alcohol", "Alcohol"),
    Code("vaping_cannabis", "Vaping, cannabis"),
    Code("other_drug_use", "Other drug use"),
    Code("arguments", "Arguments"),
    Code("fighting", "Fighting"),
    Code("begging", "Begging"),
    Code("rough_sleeping", "Rough sleeping"),
    Code("litter_damage", "Litter, damage"),
    Code("harassment", "Harassment"),
    Code("hate_language", "Hateful language"),
    Code("possible_weapon", "Possible weapon"),
    Code("vulnerable_person", "Vulnerable person"),
)

ACTIONS_TAKEN = _list(
    "action_taken",
    Code("presence", "Stayed present"),
    Code("greeted", "Greeted people"),
    Code("conversation", "Talked"),
    Code("de_escalated", "Calmed things down"),
    Code("first_aid", "First aid"),
    Code("called_101", "Called 101"),
    Code("called_999", "Called 999"),
    Code("called_service", "Called a service"),
    Code("moved_on_for_safety", "Moved on for safety"),
)

PERSON_STAGES = _list(
    "stage",
    Code("contact", "Contact"),
    Code("engaged", "Engaged"),
    Code("participating", "Taking part"),
    Code("progressing", "Moving on"),
)

PERSON_STATUSES = _list(
    "person_status",
    Code("active", "Active"),
    Code("resting", "Not seen lately"),
    Code("moved_on", "Moved on"),
    Code("opted_out", "Opted out"),
)

AGE_BANDS = _list("age_band", *AGES.codes[:5])

GENDER = _list("gender", *GENDERS.codes[:3])

# Categories of the harmonised ethnicity question for England and Wales (Government Statistical
# Service, 19 options in five groups); only what the person says of themselves is recorded.
ETHNICITY = _list(
    "ethnicity",
    Code("white_british", "White: English, Welsh, Scottish, Northern Irish or British"),
    Code("white_irish", "White: Irish"),
    Code("white_gypsy_traveller", "White: Gypsy or Irish Traveller"),
    Code("white_roma", "White: Roma"),
    Code("white_other", "White: other"),
    Code("mixed_white_black_caribbean", "Mixed: White and Black Caribbean"),
    Code("mixed_white_black_african", "Mixed: White and Black African"),
    Code("mixed_white_asian", "Mixed: White and Asian"),
    Code("mixed_other", "Mixed: other"),
    Code("asian_indian", "Asian: Indian"),
    Code("asian_pakistani", "Asian: Pakistani"),
    Code("asian_bangladeshi", "Asian: Bangladeshi"),
    Code("asian_chinese", "Asian: Chinese"),
    Code("asian_other", "Asian: other"),
    Code("black_caribbean", "Black: Caribbean"),
    Code("black_african", "Black: African"),
    Code("black_other", "Black: other"),
    Code("arab", "Arab"),
    Code("other", "Any other ethnic group"),
)

YES_NO = _list("yes_no", Code("yes", "Yes"), Code("no", "No"))

CONSENT_PURPOSES = _list(
    "purpose",
    Code("referral", "Referral to a service"),
    Code("hold_identity", "Keep who they are"),
    Code("feedback_anonymous", "Use their view without a name"),
)

GIVEN_BY = _list(
    "given_by",
    Code("self", "The young person"),
    Code("carer", "Parent or carer"),
    Code("none_needed_safeguarding", "Not needed: safeguarding"),
)

CONSENT_METHODS = _list("method", Code("verbal", "Spoken"), Code("written", "Written"))

COMPETENCE = _list(
    "competence_view",
    Code("not_needed", "Not in question"),
    Code("appears_competent", "Appears to understand and decide"),
    Code("not_competent", "Does not appear to"),
    Code("unsure", "Unsure"),
)

EXPLAINED = _list(
    "explained",
    Code("limits_of_confidentiality", "What we cannot keep to ourselves"),
    Code("who_sees", "Who will see it"),
    Code("withdraw", "They can change their mind"),
)

# Kinds of service: after the service types of the case-work systems compared in the research.
SERVICE_TYPES = _list(
    "service_type",
    Code("youth_club_activity", "Youth club, activities"),
    Code("mentoring", "Mentoring"),
    Code("education", "School, college"),
    Code("employment_training", "Work and training"),
    Code("mental_health", "Mental health"),
    Code("drugs_alcohol", "Drugs and alcohol"),
    Code("sexual_health", "Sexual health"),
    Code("gp_dental", "Doctor, dentist"),
    Code("housing", "Housing"),
    Code("benefits_debt", "Benefits, debt"),
    Code("legal_rights", "Legal advice, rights"),
    Code("domestic_abuse_vawg", "Domestic abuse, VAWG"),
    Code("exploitation_team", "Exploitation team"),
    Code("early_help", "Early help"),
    Code("childrens_social_care", "Children's social care"),
    Code("victim_support", "Victim support"),
    Code("hate_crime_support", "Hate crime support"),
    Code("violence_intervention", "Violence intervention"),
    Code("family_support", "Family support"),
    Code("immigration", "Immigration advice"),
    Code("other", "Something else"),
)

# After Open Referral HSDS 3, service.status.
SERVICE_STATUSES = _list(
    "service_status",
    Code("active", "Open"),
    Code("temporarily_closed", "Closed for now"),
    Code("inactive", "Not running"),
    Code("defunct", "Gone"),
)

REFERRAL_KINDS = _list(
    "referral_kind",
    Code("signpost", "Signpost", "we tell them where; nothing is sent"),
    Code("supported", "Supported", "we go along or call together"),
    Code("full", "Full referral", "we send the service what it needs"),
    Code("statutory", "Statutory", "a duty to refer"),
)

TIMEFRAMES = _list(
    "timeframe",
    Code("1_hour", "Within the hour"),
    Code("3_hours", "Within 3 hours"),
    Code("1_day", "Within a day"),
    Code("3_days", "Within 3 days"),
    Code("7_days", "Within a week"),
    Code("routine", "Routine"),
)

REFERRAL_METHODS = _list(
    "referral_method",
    Code("phone", "Telephone"),
    Code("secure_email", "Secure e-mail"),
    Code("portal", "Their portal"),
    Code("in_person", "In person"),
    Code("paper", "On paper"),
)

REFERRAL_OUTCOMES = _list(
    "referral_outcome",
    Code("attained", "Got what they went for"),
    Code("started_service", "Started with the service"),
    Code("not_attained", "Did not get it"),
    Code("did_not_attend", "Did not attend"),
    Code("waiting_list", "On a waiting list"),
    Code("could_not_contact", "Could not be reached"),
    Code("moved", "Moved away"),
    Code("person_withdrew", "Changed their mind"),
    Code("unknown", "Not known"),
)

UNAVAILABLE_REASONS = _list(
    "unavailable_reason",
    Code("not_eligible", "Not eligible"),
    Code("service_full", "Service full"),
    Code("closed", "Service closed"),
    Code("no_service", "No such service here"),
    Code("other", "Other"),
)

TOLD = _list(
    "told_person",
    Code("done", "Told"),
    Code("pending", "Not yet"),
    Code("unsafe", "Not safe to tell"),
)

# Statuses of FHIR Task (HL7), in the words of a referral.
REFERRAL_STATUSES = _list(
    "referral_status",
    Code("draft", "Draft"),
    Code("offered", "Offered"),
    Code("declined", "Declined by the person"),
    Code("ready", "Ready to send"),
    Code("sent", "Sent"),
    Code("received", "Received"),
    Code("accepted", "Accepted"),
    Code("rejected", "Turned down by the service"),
    Code("on_hold", "On hold"),
    Code("in_progress", "Under way"),
    Code("completed", "Completed"),
    Code("failed", "Did not work out"),
    Code("cancelled", "Cancelled"),
    Code("entered_in_error", "Entered in error"),
)

HANDOVER_ABOUT = _list(
    "about",
    Code("person", "A person"),
    Code("place", "A place"),
    Code("follow_up", "A follow-up"),
    Code("learning", "Something learned"),
)

HANDOVER_STATUSES = _list(
    "handover_status", Code("open", "Open"), Code("done", "Done"), Code("dropped", "Dropped")
)

CHECK_IN_KINDS = _list(
    "check_in",
    Code("on_time", "On time"),
    Code("late", "Late"),
    Code("missed", "Missed"),
    Code("sos", "SOS"),
    Code("all_clear", "All clear"),
)

TRAININGS = _list(
    "trained_in",
    Code("safeguarding", "Safeguarding"),
    Code("first_aid", "First aid"),
    Code("naloxone", "Naloxone"),
    Code("walk_and_talk", "Walk and Talk"),
    Code("conflict", "Calming conflict"),
    Code("trauma_informed", "Trauma-informed work"),
)
