"""Python shows exactly what the engine offers: names, options, defaults, words and codes."""

from __future__ import annotations

import inspect
import typing
from types import ModuleType
from typing import Any

import pytest
from golden import compare

import inlaid
from inlaid import errors

RUN = {"seed": 0, "threads": 0, "progress": False, "cancel": None}
BY_HAND = {"forecast.Forecast": {"interval", "plot", "to_frame"}}
WHOLLY_BY_HAND = {"optimize": {"Constraint", "Expression", "LinearProgram", "Variable"}}
COMMON = {"replace"}


def rooms(api: Any) -> list[tuple[Any, ModuleType]]:
    return [(room, getattr(inlaid, room["name"])) for room in api["rooms"]]


def defaults_of(signature: inspect.Signature) -> dict[str, Any]:
    skipped = ("self",)
    return {name: parameter.default for name, parameter in signature.parameters.items() if name not in skipped}


def plain(value: Any, like: Any) -> Any:
    """A default as JSON would write it; `like` tells whether options stand with their class."""
    if isinstance(value, tuple):
        return [plain(item, other) for item, other in zip(value, like, strict=True)]
    if hasattr(value, "_wire"):
        fields = dict(value._wire())
        return {type(value).__name__: fields} if type(value).__name__ in like else fields
    return value


def check_options(fields: list[Any], shown: dict[str, Any], place: str) -> None:
    assert [field["name"] for field in fields] == list(shown), place
    for field in fields:
        default = shown[field["name"]]
        if field["required"]:
            assert default is inspect.Parameter.empty, f"{place}.{field['name']} must have no default"
        elif field["type"]["is"] == "map":
            assert default is None
        else:
            compare(field["default"], plain(default, field["default"]), 0.0, f"{place}.{field['name']}")


def test_the_rooms_are_the_engines(api: Any) -> None:
    assert {room["name"] for room in api["rooms"]} == set(inlaid._catalogue.ROOMS)
    assert set(inlaid._catalogue.ROOMS) <= set(dir(inlaid))


def test_every_name_of_a_room_is_there_and_no_other(api: Any) -> None:
    for room, module in rooms(api):
        names = {part["name"] for part in room["classes"]} | {function["name"] for function in room["functions"]}
        names |= WHOLLY_BY_HAND.get(room["name"], set())
        assert set(module.__all__) == names
        here = {name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
        assert here <= names


def test_enums_have_the_same_words(api: Any) -> None:
    for room, module in rooms(api):
        for part in room["classes"]:
            if part["kind"] == "enum":
                words = typing.get_args(getattr(module, part["name"]))
                assert list(words) == [value["name"] for value in part["values"]]


def test_unions_name_the_same_classes(api: Any) -> None:
    for room, module in rooms(api):
        for part in room["classes"]:
            if part["kind"] == "union":
                kinds = typing.get_args(getattr(module, part["name"])) or (getattr(module, part["name"]),)
                assert [kind.__name__ for kind in kinds] == part["variants"]


def test_options_and_results_have_the_same_fields_and_defaults(api: Any) -> None:
    for room, module in rooms(api):
        for part in room["classes"]:
            if part["kind"] in ("options", "report"):
                kind = getattr(module, part["name"])
                fields = sorted(part["fields"], key=lambda field: not field["required"])
                check_options(fields, defaults_of(inspect.signature(kind)), f"{room['name']}.{part['name']}")


def test_methods_are_the_same(api: Any) -> None:
    for room, module in rooms(api):
        for part in room["classes"]:
            if part["kind"] in ("enum", "union"):
                continue
            kind = getattr(module, part["name"])
            shown = {name for name in dir(kind) if not name.startswith("_") and callable(getattr(kind, name))}
            shown -= BY_HAND.get(f"{room['name']}.{part['name']}", set())
            if part["kind"] != "model":
                shown -= COMMON
            assert shown == {method["name"] for method in part["methods"]}, part["name"]
            for method in part["methods"]:
                check_call(method, getattr(kind, method["name"]))


def test_functions_are_the_same(api: Any) -> None:
    for room, module in rooms(api):
        for function in room["functions"]:
            check_call(function, getattr(module, function["name"]))


def check_call(method: Any, function: Any) -> None:
    signature = inspect.signature(function)
    shown = defaults_of(signature)
    for name, default in RUN.items():
        assert (name in shown) is not method["quick"], f"{method['op']}: {name}"
        assert shown.pop(name, default) == default
    for array in method["arrays"]:
        assert shown.pop(array["name"]) is inspect.Parameter.empty, method["op"]
    if "asks" in method:
        assert shown.pop(method["asks"]["name"]) is inspect.Parameter.empty, method["op"]
    check_options(method["options"], shown, method["op"])
    for name, parameter in signature.parameters.items():
        if parameter.default is not inspect.Parameter.empty:
            assert parameter.kind is inspect.Parameter.KEYWORD_ONLY, f"{method['op']}: {name}"


def test_everything_has_docs(api: Any) -> None:
    for room, module in rooms(api):
        for part in room["classes"]:
            if part["kind"] in ("enum", "union"):
                continue
            kind = getattr(module, part["name"])
            assert kind.__doc__
            for method in part["methods"]:
                docs = inspect.getdoc(getattr(kind, method["name"])) or ""
                for parameter in [*method["arrays"], *method["options"]]:
                    assert f"{parameter['name']}: " in docs, f"{method['op']} does not explain {parameter['name']}"


def test_every_operation_of_the_library_is_bound(api: Any) -> None:
    bound = {method["op"] for room in api["rooms"] for part in room["classes"] for method in part["methods"]}
    bound |= {function["op"] for room in api["rooms"] for function in room["functions"]}
    assert bound == set(inlaid._native.operations())


@pytest.mark.parametrize(
    ("code", "built_in"),
    [
        ("invalid_config", ValueError),
        ("invalid_data", ValueError),
        ("not_enough_data", ValueError),
        ("did_not_converge", ArithmeticError),
        ("not_found", FileNotFoundError),
        ("io", OSError),
        ("incompatible", Exception),
        ("unsupported", NotImplementedError),
        ("too_large", MemoryError),
        ("cancelled", Exception),
        ("internal", Exception),
    ],
)
def test_every_code_has_its_class(api: Any, code: str, built_in: type[BaseException]) -> None:
    assert set(api["codes"]) == set(errors.BY_CODE)
    kind = errors.BY_CODE[code]
    assert issubclass(kind, inlaid.InlaidError) and issubclass(kind, built_in)
    assert kind.code == code and kind("what was wrong").args == ("what was wrong",)
    assert str(kind("what was wrong")) == "what was wrong"
    assert getattr(inlaid, kind.__name__) is kind


def test_versions_agree(api: Any) -> None:
    assert inlaid.__version__ == api["version"] == inlaid._native.VERSION
