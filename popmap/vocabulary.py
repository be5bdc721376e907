"""The controlled lists: kinds, topics, channels, audiences, states, and the words that stand for them.

Codes are what the database, the API and every export hold; labels are English message ids that the web storey
translates (marked with ``N_`` so that the extractor finds them). Nothing here knows HTTP, SQL or Flask.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


def N_(message: str) -> str:  # noqa: N802 - the extractor's customary mark for "translate later"
    """Return the message unchanged; the mark lets the extractor find it."""
    return message


LANGUAGES: Final = ("en", "fr", "ar", "es", "ru", "zh")
"""Interface languages (BCP 47), in the order in which the language menu shows them."""

LANGUAGE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"en": "English", "fr": "Français", "ar": "العربية", "es": "Español", "ru": "Русский", "zh": "中文"}
)
RIGHT_TO_LEFT: Final = frozenset({"ar"})

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "helpline": N_("Helpline"),
        "official_service": N_("Official service"),
        "youth_led": N_("Youth-led"),
        "ai_driven": N_("AI-driven"),
    }
)


@dataclass(frozen=True, slots=True)
class Topic:
    """One of the 25 topics: its label, a child's words, and its Child Helpline International category (or None)."""

    label: str
    words: str
    chi_category: str | None


_VIOLENCE: Final = "Violence"
_MENTAL: Final = "Mental Health"
_ACCESS: Final = "Access to Services"
_DISCRIMINATION: Final = "Discrimination and Exclusion"

TOPICS: Final[Mapping[str, Topic]] = MappingProxyType(
    {
        "abuse_violence": Topic(N_("Abuse and violence"), N_("Someone hurts me or scares me"), _VIOLENCE),
        "sexual_abuse": Topic(N_("Sexual abuse"), N_("Someone touched me or made me do sexual things"), _VIOLENCE),
        "online_sexual_exploitation": Topic(
            N_("Online sexual exploitation"), N_("Someone online wants nudes, money or to meet me"), _VIOLENCE
        ),
        "image_removal": Topic(N_("Image removal"), N_("Get my photo or video off the internet"), _VIOLENCE),
        "bullying": Topic(N_("Bullying"), N_("People are mean to me, at school or online"), _VIOLENCE),
        "mental_health": Topic(N_("Mental health"), N_("I feel sad, scared or stressed all the time"), _MENTAL),
        "suicide_self_harm": Topic(N_("Suicide and self-harm"), N_("I want to hurt myself or not be here"), _MENTAL),
        "family": Topic(N_("Family"), N_("Problems at home"), "Family Relationships"),
        "relationships": Topic(N_("Relationships"), N_("Friends, love, break-ups"), "Peer Relationships"),
        "missing_runaway": Topic(
            N_("Missing and runaway"), N_("I ran away, or someone is missing"), "Missing children"
        ),
        "trafficking": Topic(N_("Trafficking"), N_("Someone controls me or sells what I do"), _VIOLENCE),
        "discrimination": Topic(N_("Discrimination"), N_("I am treated badly for who I am"), _DISCRIMINATION),
        "lgbtqi": Topic(N_("LGBTQI+"), N_("Being gay, trans or not sure"), "Sexuality"),
        "school": Topic(N_("School and work"), N_("Trouble at school or work"), "Education and Occupation"),
        "substance_use": Topic(N_("Substance use"), N_("Drugs, alcohol, smoking, betting"), _MENTAL),
        "legal_rights": Topic(N_("Rights and law"), N_("What are my rights? Police or court"), _ACCESS),
        "online_safety": Topic(N_("Online safety"), N_("My account, privacy, fake profiles, scams"), None),
        "harmful_content_report": Topic(
            N_("Reporting harmful content"), N_("I saw something horrible or illegal online"), None
        ),
        "gaming_screen_time": Topic(N_("Gaming and screen time"), N_("I can't stop gaming or scrolling"), _MENTAL),
        "basic_needs": Topic(N_("Basic needs"), N_("I need food, a bed, money"), _ACCESS),
        "health_body": Topic(N_("Health and body"), N_("My body, my health, am I pregnant?"), "Physical Health"),
        "harmful_practices": Topic(N_("Harmful practices"), N_("They want me to marry, or to cut me"), _VIOLENCE),
        "child_labour": Topic(N_("Child labour"), N_("I am made to work"), _VIOLENCE),
        "disability": Topic(N_("Disability"), N_("I have a disability and need support"), _DISCRIMINATION),
        "general_support": Topic(N_("Someone to talk to"), N_("I just want to talk"), None),
    }
)

ACUTE_TOPICS: Final = frozenset(
    {
        "abuse_violence",
        "sexual_abuse",
        "online_sexual_exploitation",
        "suicide_self_harm",
        "missing_runaway",
        "trafficking",
        "harmful_practices",
    }
)
"""Topics for which people (helplines, official services) come before everything else."""

AUDIENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "child": N_("Children (under 18)"),
        "young_person": N_("Young people (under 24)"),
        "carer": N_("Parents and carers"),
        "professional": N_("Professionals"),
    }
)

CHANNELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "phone": N_("Phone"),
        "sms": N_("Text message"),
        "whatsapp": N_("WhatsApp"),
        "other_messenger": N_("Other messenger"),
        "webchat": N_("Web chat"),
        "video": N_("Video call"),
        "email": N_("E-mail"),
        "web_form": N_("Web form"),
        "app": N_("App"),
        "peer_forum": N_("Peer forum"),
        "in_person": N_("In person"),
        "post": N_("Post"),
        "chatbot": N_("Chatbot"),
        "reporting_portal": N_("Reporting portal"),
    }
)
LIVE_CHANNELS: Final = frozenset({"phone", "sms", "whatsapp", "webchat"})
"""Channels to which a service's stated hours belong; not e-mail or web form."""

COSTS: Final[Mapping[str, str]] = MappingProxyType(
    {"free": N_("Free"), "charged": N_("May cost money"), "unknown": N_("Cost not known")}
)
PRIVACIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "anonymous": N_("No name needed"),
        "confidential": N_("Confidential"),
        "identified": N_("Asks for your name"),
        "unknown": N_("Not known"),
    }
)
YES_NO_UNKNOWN: Final[Mapping[str, str]] = MappingProxyType(
    {"yes": N_("Yes"), "no": N_("No"), "unknown": N_("Not known")}
)
ANSWERED_BY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "human": N_("A person answers"),
        "ai": N_("A computer answers, not a person"),
        "both": N_("A computer and people answer"),
        "unknown": N_("Not known who answers"),
    }
)
OPERATOR_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "government": N_("Government"),
        "ngo": N_("Non-governmental organisation"),
        "company": N_("Company"),
        "school_or_university": N_("School or university"),
        "youth_group": N_("Youth group"),
        "international": N_("International organisation"),
        "individual": N_("Individual"),
        "unknown": N_("Not known"),
    }
)
LOCATION_PRECISIONS: Final = ("address", "city", "country", "none")
COVERAGE_TYPES: Final = ("worldwide", "country", "subdivision", "area")

STATUSES: Final = (
    "draft",
    "in_review",
    "published",
    "update_pending",
    "paused",
    "closed",
    "rejected",
    "merged",
)
PUBLIC_STATUSES: Final = frozenset({"published", "update_pending"})

CHECK_LEVELS: Final[Mapping[int, str]] = MappingProxyType(
    {
        0: N_("Submitted, not checked yet"),
        1: N_("One source seen"),
        2: N_("Two independent sources agree"),
        3: N_("Confirmed by the operator"),
        4: N_("Tried with the operator's consent"),
    }
)
ROLE_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "seed": N_("First data"),
        "submitter": N_("Submitter"),
        "operator": N_("The service itself"),
        "moderator": N_("Moderator"),
        "lead": N_("Lead moderator"),
        "system": N_("The program"),
    }
)
MODERATOR_ROLES: Final = ("moderator", "lead")
"""Who decides, the one who may do more last."""

ROLES: Final = ("seed", "submitter", "operator", "moderator", "lead", "system")
"""Who did something, as published: a role, never a name."""

AI_ROLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "talks": N_("Talks with people"),
        "triages": N_("Sorts who needs help first"),
        "moderates": N_("Moderates what people write"),
        "detects": N_("Detects harmful content"),
        "matches": N_("Matches people with help"),
        "summarises": N_("Summarises"),
        "translates": N_("Translates"),
        "trains_staff": N_("Trains staff"),
        "not_stated": N_("Not stated"),
    }
)
AI_HANDOVERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "always": N_("Always"),
        "in_hours": N_("During opening hours"),
        "referral_only": N_("Only says where to go"),
        "none": N_("No"),
        "yes": N_("Yes, when is not stated"),
        "not_stated": N_("Not stated"),
    }
)
AI_ANSWERS: Final[Mapping[str, str]] = MappingProxyType(
    {"yes": N_("Yes"), "no": N_("No"), "partly": N_("Partly"), "not_stated": N_("Not stated")}
)
AI_QUESTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "role": N_("What the AI does"),
        "talks_to_child": N_("Talks to the child"),
        "says_it_is_ai": N_("Says that it is a computer"),
        "human_handover": N_("Hands over to a person"),
        "detects_distress": N_("Notices when someone is in distress"),
        "age_limits_checked": N_("Checks age limits"),
        "conversation_stored": N_("Keeps the conversation"),
        "trains_on_conversations": N_("Learns from conversations"),
        "shares_with_third_parties": N_("Shares with others"),
        "supplier_named": N_("Says who made the AI"),
        "tested_with_children": N_("Tested with children"),
        "independent_evaluation": N_("Evaluated independently"),
    }
)
YOUTH_QUESTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "founded_by": N_("Founded by young people"),
        "run_by": N_("Run by young people"),
        "co_designed": N_("Designed together with young people"),
        "advisory": N_("Young people advise it"),
        "safeguarding_lead": N_("An adult is responsible for keeping them safe"),
    }
)
PROBLEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "wrong_number": N_("The number or address is wrong"),
        "no_answer": N_("Nobody answers"),
        "closed": N_("It does not exist any more"),
        "unsafe": N_("I did not feel safe there"),
        "wrong_facts": N_("Something else here is wrong"),
        "dead_link": N_("A link does not work"),
        "other": N_("Something else"),
    }
)
"""What can be wrong with a service, in a child's words."""
SUBMISSION_STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pending": N_("Waiting for a person to look at it"),
        "sent_back": N_("Sent back to you with a question"),
        "approved": N_("Accepted"),
        "rejected": N_("Not accepted"),
        "merged": N_("Joined with a service that was here already"),
        "withdrawn": N_("Withdrawn by you"),
    }
)
OPEN_STATES: Final = frozenset({"pending", "sent_back"})
CONFIDENCES: Final = ("high", "medium", "low")
FACT_TYPES: Final = (
    "strategy",
    "plan",
    "initiative",
    "law",
    "treaty",
    "institution",
    "campaign",
    "training",
    "training_material",
    "website",
    "statistic",
    "meeting",
)
FACT_STATUSES: Final = ("announced", "adopted", "in_force", "completed", "ongoing", "unknown")
QUANTITY_QUALIFIERS: Final = ("exact", "more_than", "at_least", "about", "cumulative")
SORTS: Final = ("relevance", "name", "updated", "distance")
