"""Every setting is documented: what the README says is what the program reads."""

import re
from dataclasses import fields

from popmap.config import PROJECT, SETTINGS, Settings

ROW = re.compile(r"^\| `(POPMAP_[A-Z_]+)` \| ([^|]*) \| ([^|]+) \|$", re.MULTILINE)


def rows():
    return {
        name: (default.strip(), why.strip()) for name, default, why in ROW.findall((PROJECT / "README.md").read_text())
    }


def test_the_readme_has_a_row_for_each_setting_in_order():
    assert tuple(rows()) == SETTINGS


def test_the_readme_gives_the_default_that_the_program_uses():
    for item in fields(Settings):
        default = "`var/`" if item.name == "data" else f"`{item.default}`" if item.default != "" else ""
        assert rows()[item.metadata["name"]][0] == default


def test_no_module_reads_a_variable_of_ours_that_is_no_setting(modules):
    told = {"POPMAP_STOP_DATABASE", "POPMAP_WORK_BESIDE"}  # words from `popmap serve` to gunicorn.conf.py
    known = {*SETTINGS, *told}
    read = {name for path in modules for name in re.findall(r"POPMAP_[A-Z_]+[A-Z]", path.read_text())}
    assert read <= known
