"""Linear programs that read like mathematics."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from inlaid import InlaidError, InvalidConfigError, InvalidDataError, UnsupportedError
from inlaid.optimize import Constraint, Expression, LinearProgram, Variable


def wyndor() -> tuple[LinearProgram, list[Variable], list[Constraint]]:
    """Hillier and Lieberman, Introduction to Operations Research: 36 at (2, 6), prices 0, 3/2 and 1."""
    factory = LinearProgram("Wyndor")
    doors, windows = factory.variables(["doors", "windows"])
    factory.maximize(3 * doors + 5 * windows)
    plants = [
        factory.subject_to(doors <= 4, name="plant 1"),
        factory.subject_to(2 * windows <= 12, name="plant 2"),
        factory.subject_to(3 * doors + 2 * windows <= 18, name="plant 3"),
    ]
    return factory, [doors, windows], plants


def test_the_textbook_factory_makes_36() -> None:
    factory, variables, plants = wyndor()
    plan = factory.solve()
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(36)
    assert [variable.value(plan) for variable in variables] == pytest.approx([2, 6])
    assert [plant.dual(plan) for plant in plants] == pytest.approx([0, 1.5, 1])
    assert [variable.reduced_cost(plan) for variable in variables] == pytest.approx([0, 0])
    assert (variables[0] + 2 * variables[1] + 1).value(plan) == pytest.approx(15)


def test_names_reach_the_model() -> None:
    factory, variables, plants = wyndor()
    model = factory.model()
    assert model.name == "Wyndor" and model.maximize
    assert list(model.column_names) == ["doors", "windows"] == [variable.name for variable in variables]
    assert list(model.row_names) == ["plant 1", "plant 2", "plant 3"] == [plant.name for plant in plants]
    assert [plant.index for plant in plants] == [0, 1, 2]
    nameless = LinearProgram()
    assert [variable.name for variable in nameless.variables(np.int64(2))] == ["x0", "x1"]
    assert nameless.subject_to(nameless.variable() >= 1).name == "r0"
    assert "doors" in repr(variables[0]) and "plant 1" in repr(plants[0])


def test_a_knapsack_takes_whole_things() -> None:
    # By hand: worth 5, 4 and 3, weights 4, 3 and 2 up to 6: the first with the third is worth 8, the others 7.
    sack = LinearProgram()
    things = sack.variables("xyz", binary=True)
    sack.maximize(sack.total(things, [5, 4, 3]))
    sack.subject_to(sack.total(things, np.array([4, 3, 2])) <= 6)
    best = sack.solve()
    assert best.objective == pytest.approx(8)
    assert [thing.value(best) for thing in things] == pytest.approx([1, 0, 1])
    # Any number of each up to a weight of 7: the second once and the third twice.
    many = LinearProgram()
    counts = many.variables(3, integer=True, upper=10)
    many.maximize(many.total(counts, [5, 4, 3]))
    many.subject_to(many.total(counts, [4, 3, 2]) <= 7)
    assert many.solve().objective == pytest.approx(10)


def test_a_semi_continuous_variable_is_0_or_at_least_its_lower_bound() -> None:
    plant = LinearProgram()
    made = plant.variable("made", lower=3, upper=9, semi_continuous=True)
    bought = plant.variable("bought", upper=4)
    plant.minimize(2 * made + 3 * bought)
    plant.subject_to(made + bought >= 1)
    plan = plant.solve()
    assert (plan.objective, made.value(plan), bought.value(plan)) == pytest.approx((3, 0, 1))


def test_a_square_is_minimised() -> None:
    plane = LinearProgram()
    x, y = plane.variables(2, lower=-np.inf)
    distance = (x - 2) ** 2 + (y - 3) ** 2
    plane.minimize(distance)
    plane.subject_to(x + y <= 3)
    nearest = plane.solve()
    assert (x.value(nearest), y.value(nearest)) == pytest.approx((1, 2), abs=1e-6)
    assert nearest.objective == pytest.approx(2) and distance.value(nearest) == pytest.approx(2)
    # (x + y)^2 + (y - 2)^2 + 3, with products of two variables in both orders.
    plane.minimize(x * x + x * y + y * x + 2 * y * y - 4 * y + 7)
    bottom = plane.solve()
    assert (x.value(bottom), y.value(bottom)) == pytest.approx((-2, 2), abs=1e-6)
    assert bottom.objective == pytest.approx(3)


def test_constants_stand_on_both_sides() -> None:
    sides = LinearProgram()
    x, y = sides.variables(2, upper=100)
    sides.maximize(x + y + 10)
    row = sides.subject_to(2 * x + 3 <= y / 2 + 8)
    sides.subject_to((y - 1).between(0, 3))
    sides.subject_to(50 >= x)  # noqa: SIM300
    sides.subject_to(x - y <= np.inf)
    best = sides.solve()
    assert (x.value(best), y.value(best), best.objective) == pytest.approx((3.5, 4, 17.5))
    assert row.dual(best) == pytest.approx(0.5)
    sides.subject_to(x + 1 == 2 * y - 5)
    assert sides.solve().objective == pytest.approx(16)


def test_sums_are_those_of_mathematics() -> None:
    program = LinearProgram()
    x, y = program.variables(2, upper=8)
    program.subject_to(x == 3)
    program.subject_to(y == 5)
    at = program.solve()
    sums: list[tuple[Expression, float]] = [
        (-x + 2, -1),
        (1 - y, -4),
        (x * 49 / 49, 3),
        (sum([x, y, x], start=program.total([])), 11),
        (program.total([x, 2 * y, x - 1], [1.0, 0.5, 2.0]), 12),
        (program.total([]), 0),
        (np.float64(2) * x + np.int64(3) * y, 21),
        ((x + 1) * (y - 2), 12),
        (program.total([]) + (x * x) * (program.total([]) + 2), 18),
        ((program.total([]) + 2) * (x * y), 30),
    ]
    assert [expression.value(at) for expression, _ in sums] == pytest.approx([value for _, value in sums])


def test_a_start_is_completed() -> None:
    sack = LinearProgram()
    things = sack.variables(30, binary=True)
    sack.maximize(sack.total(things, np.arange(30) % 7 + 1))
    sack.subject_to(sack.total(things, np.arange(30) % 5 + 1) <= 20)
    best = sack.solve()
    chosen = {thing: thing.value(best) for thing in things}
    again = sack.solve(start=chosen, heuristics=False, node_limit=1)
    assert again.objective == pytest.approx(best.objective)
    assert sack.solve(start={things[0]: 1}).objective == pytest.approx(best.objective)
    with pytest.raises(InvalidConfigError, match="variables of the program"):
        sack.solve(start={LinearProgram().variable(): 1})


def test_a_conflict_names_its_rows() -> None:
    impossible = LinearProgram()
    x, y = impossible.variables(2)
    harmless = impossible.subject_to(x - y <= 100)
    most = impossible.subject_to(x + y <= 1)
    least = impossible.subject_to(x + y >= 2)
    impossible.minimize(x)
    ended = impossible.solve()
    assert ended.status == "infeasible"
    conflict = impossible.conflict()
    assert list(conflict.row_upper) == [most.index] and list(conflict.row_lower) == [least.index]
    assert harmless.index == 0 and conflict.is_minimal
    for ask in (x.value, x.reduced_cost, most.dual):
        with pytest.raises(InvalidDataError, match="infeasible"):
            ask(ended)


def test_later_variables_are_not_in_earlier_solutions() -> None:
    factory, variables, _ = wyndor()
    plan = factory.solve()
    gates = factory.variable("gates")
    late = factory.subject_to(gates <= 1)
    for ask in (gates.value, (gates + variables[0]).value, gates.reduced_cost, late.dual):
        with pytest.raises(InvalidDataError, match="only"):
            ask(plan)


def mixed() -> Any:
    return LinearProgram().variable() + LinearProgram().variable()


def foreign_row() -> Any:
    return LinearProgram().subject_to(LinearProgram().variable() <= 1)


def foreign_objective() -> Any:
    return LinearProgram().minimize(LinearProgram().variable())


def foreign_product() -> Any:
    return LinearProgram().variable() * LinearProgram().variable()


def twice() -> Any:
    program = LinearProgram()
    return program.subject_to(program.subject_to(program.variable() <= 1))


def chained() -> Any:
    x = LinearProgram().variable()
    return 1 <= x <= 2


def no_constraint() -> Any:
    program: Any = LinearProgram()
    return program.subject_to(True)


def no_row() -> Any:
    return (LinearProgram().variable() <= 1).dual(wyndor()[0].solve())


def too_few_factors() -> Any:
    program = LinearProgram()
    return program.total(program.variables(3), [1, 2])


@pytest.mark.parametrize(
    "call",
    [mixed, foreign_row, foreign_objective, foreign_product, twice, chained, no_constraint, no_row, too_few_factors],
)
def test_what_does_not_belong_together_is_refused(call: Callable[[], Any]) -> None:
    with pytest.raises(InvalidConfigError):
        call()


def test_products_stand_in_objectives_only_and_of_two() -> None:
    program = LinearProgram()
    x, y = program.variables(2)
    with pytest.raises(UnsupportedError):
        program.subject_to(x * y <= 1)
    with pytest.raises(UnsupportedError):
        _ = x * y * x
    with pytest.raises(TypeError):
        _ = x**3  # type: ignore[operator]


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_numbers_that_are_none_are_refused(number: float) -> None:
    def objective(program: LinearProgram, x: Variable) -> None:
        program.minimize(number * x)

    def square(program: LinearProgram, x: Variable) -> None:
        program.minimize(number * x * x)

    def constant(program: LinearProgram, x: Variable) -> None:
        program.minimize(x + number)

    def row(program: LinearProgram, x: Variable) -> None:
        program.subject_to(number * x <= 1)

    for put in (objective, square, constant, row):
        program = LinearProgram()
        put(program, program.variable())
        with pytest.raises(InvalidDataError):
            program.model()


def test_nan_is_no_bound() -> None:
    program = LinearProgram()
    program.subject_to(program.variable() <= float("nan"))
    with pytest.raises(InlaidError) as caught:
        program.solve()
    assert caught.value.code == "invalid_data"


def test_20_000_variables_take_seconds() -> None:
    # By hand: x_i >= i and x_i + x_(i+1) >= 2 i + 3 for even i: 2 more than the least of each pair.
    count = 20_000
    start = time.perf_counter()
    program = LinearProgram()
    variables = [program.variable(lower=i) for i in range(count)]
    for i in range(0, count, 2):
        program.subject_to(variables[i] + variables[i + 1] >= 2 * i + 3)
    program.minimize(program.total(variables))
    program.subject_to(program.total(variables) >= 0)
    solution = program.solve()
    assert solution.objective == pytest.approx(count * (count - 1) / 2 + count)
    assert time.perf_counter() - start < 10
