"""Every template compiles, and every page has a title of its own."""

import pytest
from jinja2 import Environment, nodes

from popmap.config import PROJECT

TEMPLATES = PROJECT / "templates"
ALL = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
PAGES = [name for name in ALL if not name.rpartition("/")[2].startswith("_") and not name.startswith("components/")]

NEUTRAL = ("base.html", "find/", "keeping/", "errors/", "pages/exit.html")
"""These say PoP Map only, on purpose: a title stays in the history for others to see."""


@pytest.mark.parametrize("name", ALL)
def test_the_template_compiles(app, name):
    app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith(NEUTRAL)])
def test_the_page_has_a_title_of_its_own(name):
    source = (TEMPLATES / name).read_text()
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    titles = [block for block in tree.find_all(nodes.Block) if block.name == "title" and block.body]
    assert titles or "<title>" in source


@pytest.mark.parametrize("name", ALL)
def test_the_template_has_no_inline_style_or_handler(name):
    source = (TEMPLATES / name).read_text()
    for word in (" style=", " onclick=", " onload=", " onsubmit=", "javascript:"):
        assert word not in source
