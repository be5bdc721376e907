"""Rules 3, 11, 14, 15, 16, 19, 22 and 25: the words of every page for visitors, and what stands around them."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from popmap.config import PROJECT
from popmap.vocabulary import LANGUAGES
from popmap.web.language import TRANSLATIONS

ELSEWHERE = {"moderation", "sign", "sign_in", "signed", "standing", "batches", "checks", "api", "ogc", "hsds"}
"""Rooms that no visitor sees: moderators are adults at work, and who writes programs reads for a living.

All others are measured, those for researchers and for people who run a service too.
"""
AS_THEY_ARE = {
    "Boundaries and names shown imply no opinion on the legal status of any territory.",
    "The boundaries and names shown do not imply any opinion on the legal status of any territory or its boundaries.",
    "We follow the Web Content Accessibility Guidelines 2.2, level AA.",
    "Names and descriptions of services are often in one language only.",
    "People with disabilities have not tested this site yet.",
}
"""Said in the words that the United Nations and a standard ask for, or for those who look for them."""
FOR_RESEARCHERS = {
    "Topics come with their category in the framework of Child Helpline International.",
    "For directories of services that follow Open Referral.",
}
"""Names of bodies and standards on the page of the downloads, the long words of which are theirs."""
GRADE, GRADE_OF_ONE = 4, 7
"""Flesch-Kincaid: grade 4 is an age of about nine; a single sentence may be a little harder."""

BANNED = {
    "en": r"your fault that|you should have|ask (?:your|a) parents?|tell your parents|commit(?:ted|s)? suicide|"
    r"overdos|slit|hang yourself|pills|failed attempt|attention.?seeking|child porn(?!ography hotline)|prostitut|"
    r"why did you|calm down|man up|naughty|act now|hurry|!",
    "fr": r"demande à tes parents|parle à tes parents|commis un suicide|c’est ta faute|tentative ratée|!",
    "ar": r"اسأل والديك|أخبر والديك|ارتكب الانتحار|هذا خطؤك|!",
    "es": r"pregunta a tus padres|díselo a tus padres|cometió suicidio|(?<!no )es culpa tuya|intento fallido|!",
    "ru": r"спроси у родителей|скажи родителям|совершил самоубийство|сам виноват|неудачная попытка|!",
    "zh": r"问父母|告诉父母|都是你的错|自杀未遂|！",
}
"""Blame, method, false comfort, parents as the only way out, and shouting (rules 15 and 19)."""


def texts_in(sources: list[Path]) -> list[str]:
    found = "".join(path.read_text(encoding="utf-8") for path in sources)
    joined = re.sub(r'"\s*\n\s*"', "", found)  # a text may go on in the next line
    return re.findall(r'\b(?:_|N_|NN_|gettext|ngettext)\(\s*"((?:[^"\\]|\\.)+)"', joined)


def sentences_in(texts: list[str]) -> list[str]:
    return [one for text in texts for one in re.split(r"(?<=[.!?:])\s+", text) if one.count(" ") >= 2]


def for_visitors() -> dict[str, list[str]]:
    """Every English text a visitor may read, by the room it is in; a page's templates and code are one room."""
    found: dict[str, list[str]] = {"vocabulary": texts_in([PROJECT / "popmap" / "vocabulary.py"])}
    templates, code = PROJECT / "templates", PROJECT / "popmap" / "web"
    rooms = [(path.relative_to(templates).parts[0], path) for path in sorted(templates.rglob("*.html"))]
    rooms += [(path.stem.partition("_")[0], path) for path in sorted(code.glob("*.py"))]
    for room, path in rooms:
        if room not in ELSEWHERE:
            found.setdefault(room.removesuffix(".html"), []).extend(texts_in([path]))
    return {room: texts for room, texts in found.items() if texts}


def syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    return max(groups - (word.lower().endswith("e") and not word.lower().endswith(("le", "ee"))), 1)


def reading_grade(sentences: list[str]) -> float:
    words = [word for sentence in sentences for word in re.findall(r"[A-Za-z']+", sentence)]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def hard(sentences: list[str]) -> list[str]:
    return [one for one in sentences if one.count(" ") > 6 and reading_grade([one]) > GRADE_OF_ONE]


VISITORS = for_visitors()


def translated(code: str) -> dict[str, str]:
    """Every text of visitors in a language, by its English."""
    if code == "en":
        return {text: text for texts in VISITORS.values() for text in texts}
    with (TRANSLATIONS / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=code)
    known = {text for texts in VISITORS.values() for text in texts}
    pairs = ((message.id if isinstance(message.id, str) else message.id[0], message.string) for message in catalogue)
    return {own: said if isinstance(said, str) else " ".join(said) for own, said in pairs if own in known}


def test_every_room_is_read():
    assert {"find", "components", "countries", "pages", "errors", "services", "submissions", "data"} <= set(VISITORS)
    assert sum(len(sentences_in(texts)) for texts in VISITORS.values()) > 700


@pytest.mark.parametrize("room", VISITORS)
def test_every_visitors_text_reads_at_the_age_of_nine(room):
    sentences = [one for one in sentences_in(VISITORS[room]) if one not in AS_THEY_ARE | FOR_RESEARCHERS]
    if len(sentences) >= 4:
        assert reading_grade(sentences) <= GRADE
    assert hard(sentences) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_banned_phrase_in_any_language(code):
    found = {text: re.search(BANNED[code], text, re.IGNORECASE) for text in translated(code).values()}
    assert [text for text, match in found.items() if match] == []


@pytest.mark.mutant
def test_mutant_words_that_are_hard_or_blame_are_found():
    hardly = "Individuals experiencing psychological deterioration should immediately communicate with authorities."
    assert hard([hardly]) == [hardly]
    assert re.search(BANNED["en"], "you should have said so before")
    assert re.search(BANNED["en"], "He committed suicide")


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_truth_about_leaving_is_on_every_page_and_whole_on_one(client, code):
    assert f'href="/{code}/privacy#traces"' in client.get(f"/{code}/").text
    traces = client.get(f"/{code}/privacy").text.partition('id="traces"')[2].partition("<h2")[0]
    assert traces.count("<li>") >= 6


def test_no_picture_sound_motion_or_pop_up():
    kinds = {path.suffix for path in (PROJECT / "static" / "img").rglob("*") if path.is_file()}
    assert kinds <= {".svg"}
    pages = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "templates").rglob("*.html"))
    scripts = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "static" / "js").glob("*.js"))
    assert not re.search(r"<(?:audio|video|marquee|iframe)|autoplay", pages)
    assert not re.search(r"\b(?:alert|confirm|prompt)\(|\.vibrate\(|new Audio|Notification\(|window\.open\(", scripts)


@pytest.mark.parametrize("code", LANGUAGES)
def test_languages_are_named_in_their_own_script_and_without_flags(client, code):
    page = client.get(f"/{code}/").text
    for name in ("English", "Français", "العربية", "Español", "Русский", "中文"):
        assert re.search(rf"<a [^>]*hreflang=[^>]*>{name}</a>", page), name
    assert not re.search("[\U0001f1e6-\U0001f1ff]", page)


def test_nothing_must_be_told_in_order_to_read(client):
    form = client.get("/en/").text.partition('id="find"')[2].partition("</form>")[0]
    assert not re.search(r"\brequired\b|type=\"(?:email|password|tel)\"|captcha", form, re.IGNORECASE)
    assert "You can leave all of this empty." in form
