"""What must not be in the repository: paths of a machine, registries' addresses, others' code, the same twice."""

import re
from collections import defaultdict

from popmap.config import PROJECT

# one letter of each word stands in brackets, so that these lines do not find themselves
HOSTS = re.compile(r"((py[p]i|np[m]js|deb[i]an|ubu[n]tu)\.(org|com)|python[h]osted)")
PATHS = re.compile(r"(^|[^A-Za-z0-9_.-])/(wo[r]k|fa[r]m|ro[o]t|ho[m]e|tmp/bash[_]jobs)/")
ALIKE_LINES = 8
"""So many lines in a row that say the same in two places are one piece of code too many."""


def text_of(path):
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def lines_with(pattern, paths):
    for path in paths:
        for number, line in enumerate(text_of(path).splitlines(), start=1):
            if pattern.search(line):
                yield f"{path.relative_to(PROJECT)}:{number}: {line.strip()[:100]}"


def test_no_registry_and_no_mirror_is_named(tracked):
    assert list(lines_with(HOSTS, tracked)) == []


def test_no_path_of_this_machine_is_named(tracked):
    assert list(lines_with(PATHS, tracked)) == []


def test_no_third_party_file_is_vendored(tracked):
    foreign = re.compile(r"(^|/)(node_modules|vendor)/|\.min\.(js|css)$|\.whl$|\.pmtiles$")
    assert [str(path) for path in tracked if foreign.search(str(path.relative_to(PROJECT)))] == []


def test_locked_requirements_all_have_hashes():
    for name in ("requirements.txt", "requirements-test.txt", "requirements-node.txt", "requirements-uv.txt"):
        entries = re.split(r"\n(?=[a-z0-9])", (PROJECT / name).read_text().strip())
        assert [entry for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []
        assert any("==" in entry for entry in entries)


def test_the_npm_lock_has_hashes_and_no_addresses():
    text = (PROJECT / "static" / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert '"integrity"' in text


def test_nothing_is_written_twice(modules):
    places = defaultdict(set)
    for path in modules:
        for number, block in blocks(path):
            places[block].add((str(path.relative_to(PROJECT)), number))
    twice = {tuple(sorted(found)) for found in places.values() if len(found) > 1}
    assert sorted({tuple(path for path, _ in found) for found in twice}) == []


def blocks(path):
    """Each run of lines that say something (no blank, comment, import or lone bracket), with where it starts."""
    numbered = [(number, line.strip()) for number, line in enumerate(path.read_text().splitlines(), start=1)]
    telling = [
        (n, line) for n, line in numbered if len(line) > 3 and not line.startswith(("#", "import ", "from ", '"""'))
    ]
    for start in range(len(telling) - ALIKE_LINES + 1):
        window = telling[start : start + ALIKE_LINES]
        yield window[0][0], "\n".join(line for _, line in window)
