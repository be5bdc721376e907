"""What never: a module, function, template or stylesheet too large to be read in one sitting."""

import ast

from popmap.config import PROJECT

MODULE_LINES, FUNCTION_LINES, VIEW_LINES, TEST_LINES, PARAMETERS = 500, 60, 25, 50, 6
SHEET_LINES, TEMPLATE_LINES = 250, 120
VIEW_DECORATORS = {"route", "get", "post", "put", "patch", "delete"}


def length(path):
    return len(path.read_text().splitlines())


def functions(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_lines(function):
    return function.end_lineno - function.lineno + 1


def is_view(function):
    calls = [mark.func for mark in function.decorator_list if isinstance(mark, ast.Call)]
    return any(isinstance(call, ast.Attribute) and call.attr in VIEW_DECORATORS for call in calls)


def too_long(paths, limit):
    return {str(path.relative_to(PROJECT)): length(path) for path in paths if length(path) > limit}


def test_no_module_is_longer_than_one_sitting(modules):
    assert too_long(modules, MODULE_LINES) == {}


def test_no_function_is_longer_than_a_screen(modules):
    found = {f"{path.name}:{f.name}": body_lines(f) for path in modules for f in functions(path)}
    assert {name: lines for name, lines in found.items() if lines > FUNCTION_LINES} == {}


def test_no_view_does_a_rules_work(modules):
    views = {f"{path.name}:{f.name}": body_lines(f) for path in modules for f in functions(path) if is_view(f)}
    assert views, "no view was recognised: the decorators are others by now"
    assert {name: lines for name, lines in views.items() if lines > VIEW_LINES} == {}


def test_no_function_takes_a_tail_of_parameters(modules):
    found = {f"{path.name}:{f.name}": parameters(f) for path in modules for f in functions(path)}
    assert {name: count for name, count in found.items() if count > PARAMETERS} == {}


def parameters(function):
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    return len([name for name in names if name not in {"self", "cls"}])


def test_no_test_hides_what_it_shows(tracked):
    paths = [path for path in tracked if path.suffix == ".py" and path.is_relative_to(PROJECT / "tests")]
    found = {
        f"{path.name}:{f.name}": body_lines(f) for path in paths for f in functions(path) if f.name.startswith("test_")
    }
    assert {name: lines for name, lines in found.items() if lines > TEST_LINES} == {}


def test_no_template_stylesheet_or_script_sprawls(tracked):
    static = [path for path in tracked if path.suffix in {".css", ".js"} and path.is_relative_to(PROJECT / "static")]
    assert too_long(static, SHEET_LINES) == {}
    templates = [path for path in tracked if path.suffix == ".html" and path.is_relative_to(PROJECT / "templates")]
    assert templates
    assert too_long(templates, TEMPLATE_LINES) == {}


def test_no_room_is_a_lumber_room(modules):
    lumber = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler", "handlers", "base"}
    assert [str(path) for path in modules if path.stem in lumber] == []
