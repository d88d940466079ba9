"""By hand: linear, integer and quadratic programs written as mathematics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeGuard

import numpy as np

from ._arrays import lend_vector
from .errors import InvalidConfigError, InvalidDataError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import ArrayLike, NDArray

    from .optimize import LinearConflict, LinearModel, LinearSolution

    Number: TypeAlias = float | np.integer[Any] | np.floating[Any]
    Summand: TypeAlias = "Expression | Number"

__all__ = ["Constraint", "Expression", "LinearProgram", "Variable"]

_NUMBERS = (int, float, np.integer, np.floating)


class Expression:
    """A sum of variables with factors, products of two variables, and a constant.

    Made from variables by `+`, `-`, `*` and `/`; compared by `<=`, `>=` and `==` it becomes a `Constraint`.
    """

    __slots__ = ("_constant", "_factors", "_products", "_program")
    # numpy leaves sums and comparisons to this class.
    __array_ufunc__ = None

    def __init__(
        self,
        program: LinearProgram | None,
        factors: dict[int, float],
        products: dict[tuple[int, int], float] | None = None,
        constant: float = 0.0,
    ) -> None:
        self._program = program
        self._factors = factors
        self._products = products or {}
        self._constant = constant

    def _copy(self) -> Expression:
        return Expression(self._program, dict(self._factors), dict(self._products), self._constant)

    def _add(self, other: Summand, factor: float) -> Expression:
        """Add `factor` times another sum to this one."""
        if isinstance(other, _NUMBERS):
            self._constant += factor * float(other)
            return self
        if other._program is not None:
            if self._program is not None and self._program is not other._program:
                raise InvalidConfigError("the variables of an expression must be of one program")
            self._program = other._program
        for column, value in other._factors.items():
            self._factors[column] = self._factors.get(column, 0.0) + factor * value
        for pair, value in other._products.items():
            self._products[pair] = self._products.get(pair, 0.0) + factor * value
        self._constant += factor * other._constant
        return self

    def __add__(self, other: Summand) -> Expression:
        return self._copy()._add(other, 1.0) if _is_summand(other) else NotImplemented

    __radd__ = __add__

    def __sub__(self, other: Summand) -> Expression:
        return self._copy()._add(other, -1.0) if _is_summand(other) else NotImplemented

    def __rsub__(self, other: Summand) -> Expression:
        return (-self)._add(other, 1.0) if _is_summand(other) else NotImplemented

    def __neg__(self) -> Expression:
        return self * -1.0

    def __mul__(self, other: Summand) -> Expression:
        if isinstance(other, _NUMBERS):
            by = float(other)
            return Expression(
                self._program,
                {column: by * value for column, value in self._factors.items()},
                {pair: by * value for pair, value in self._products.items()},
                by * self._constant,
            )
        if not isinstance(other, Expression):
            return NotImplemented
        if not self._factors and not self._products:
            self, other = other, self
        product = self * other._constant
        if (self._products or other._products) and (other._factors or other._products):
            raise UnsupportedError("an objective may have products of two variables, not of more")
        product._add(Expression(other._program, dict(other._factors)), self._constant)
        for i, a in self._factors.items():
            for j, b in other._factors.items():
                pair = (min(i, j), max(i, j))
                product._products[pair] = product._products.get(pair, 0.0) + a * b
        return product

    __rmul__ = __mul__

    def __truediv__(self, other: Number) -> Expression:
        if not isinstance(other, _NUMBERS):
            return NotImplemented
        by = float(other)
        return Expression(
            self._program,
            {column: value / by for column, value in self._factors.items()},
            {pair: value / by for pair, value in self._products.items()},
            self._constant / by,
        )

    def __pow__(self, power: Literal[2]) -> Expression:
        return self * self if power == 2 else NotImplemented

    def __le__(self, other: Summand) -> Constraint:
        return Constraint(self - other, -np.inf, 0.0) if _is_summand(other) else NotImplemented

    def __ge__(self, other: Summand) -> Constraint:
        return Constraint(self - other, 0.0, np.inf) if _is_summand(other) else NotImplemented

    def __eq__(self, other: object) -> Constraint:  # type: ignore[override]
        return Constraint(self - other, 0.0, 0.0) if _is_summand(other) else NotImplemented

    __hash__ = object.__hash__

    def between(self, lower: float, upper: float) -> Constraint:
        """Between two numbers; `-inf` and `inf` say that there is none."""
        return Constraint(self._copy(), float(lower), float(upper))

    def value(self, solution: LinearSolution) -> float:
        """What it is worth at a solution.

        Raises:
            InvalidDataError: The solution has no point, or one of fewer variables.
        """
        x = solution.values
        if self._factors:
            _of(solution, x, max(self._factors), "point")
        total = self._constant + sum(factor * x[column] for column, factor in self._factors.items())
        return float(total + sum(factor * x[i] * x[j] for (i, j), factor in self._products.items()))


class Variable(Expression):
    """A variable of a `LinearProgram`; `index` is its column."""

    __slots__ = ("index", "name")

    def __init__(self, program: LinearProgram, index: int, name: str) -> None:
        super().__init__(program, {index: 1.0})
        self.index = index
        self.name = name

    __hash__ = object.__hash__

    def reduced_cost(self, solution: LinearSolution) -> float:
        """How the objective changes per unit of the variable that is forced away from its bound.

        Raises:
            InvalidDataError: The solution has no optimal point.
        """
        return _of(solution, solution.reduced_costs, self.index, "prices")

    def __repr__(self) -> str:
        return f"Variable({self.name!r})"


class Constraint:
    """An expression between two bounds; a row once it is part of a program."""

    __slots__ = ("_expression", "_lower", "_upper", "index", "name")

    def __init__(self, expression: Expression, lower: float, upper: float) -> None:
        self._expression = expression
        self._lower = lower
        self._upper = upper
        self.index: int | None = None
        self.name = ""

    def __bool__(self) -> bool:
        raise InvalidConfigError("a constraint is neither true nor false; write `a <= b, b <= c`, or `b.between(a, c)`")

    def dual(self, solution: LinearSolution) -> float:
        """The price of the row: how the objective changes per unit of its right side.

        Raises:
            InvalidConfigError: The constraint is part of no program.
            InvalidDataError: The solution has no optimal point.
        """
        if self.index is None:
            raise InvalidConfigError("the constraint is part of no program; give it to subject_to")
        return _of(solution, solution.row_duals, self.index, "prices")

    def _bounds(self) -> tuple[float, float]:
        """Those of the sum without its constant; no bound stays none."""
        constant = self._expression._constant
        lower = self._lower if math.isinf(self._lower) else self._lower - constant
        return lower, self._upper if math.isinf(self._upper) else self._upper - constant

    def __repr__(self) -> str:
        return f"Constraint({self.name!r})"


class LinearProgram:
    """A linear, mixed-integer or quadratic program, written as mathematics.

    >>> from inlaid.optimize import LinearProgram
    >>> factory = LinearProgram()
    >>> doors, windows = factory.variable("doors"), factory.variable("windows")
    >>> factory.maximize(3 * doors + 5 * windows)
    >>> plant = factory.subject_to(3 * doors + 2 * windows <= 18, name="plant 3")
    >>> _ = factory.subject_to(doors <= 4)
    >>> _ = factory.subject_to(2 * windows <= 12)
    >>> plan = factory.solve()
    >>> plan.objective, doors.value(plan), windows.value(plan), plant.dual(plan)
    (36.0, 2.0, 6.0, 1.0)
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self._lower: list[float] = []
        self._upper: list[float] = []
        self._integers: list[int] = []
        self._semi_continuous: list[int] = []
        self._names: list[str] = []
        self._maximize = False
        self._objective = Expression(None, {})
        self._rows: list[Constraint] = []

    def variable(
        self,
        name: str = "",
        *,
        lower: float = 0.0,
        upper: float = np.inf,
        integer: bool = False,
        binary: bool = False,
        semi_continuous: bool = False,
    ) -> Variable:
        """One more variable.

        Args:
            name: What it is called. Default x0, x1, ..
            lower: Its least value, `-inf` for none. Default 0.
            upper: Its greatest value, `inf` for none. Default none.
            integer: Whether only whole values are allowed. Default false.
            binary: Whether only 0 and 1 are allowed. Default false.
            semi_continuous: Whether it is 0 or between its bounds. Default false.
        """
        index = len(self._names)
        self._lower.append(0.0 if binary else float(lower))
        self._upper.append(1.0 if binary else float(upper))
        self._names.append(name or f"x{index}")
        if integer or binary:
            self._integers.append(index)
        if semi_continuous:
            self._semi_continuous.append(index)
        return Variable(self, index, self._names[index])

    def variables(self, names: int | np.integer[Any] | Iterable[str], **kind: Any) -> list[Variable]:
        """Several variables of one kind.

        Args:
            names: Their names, or how many there are.
            kind: As of `variable`.
        """
        if isinstance(names, (int, np.integer)):
            names = [""] * int(names)
        return [self.variable(name, **kind) for name in names]

    def total(self, variables: Iterable[Summand], factors: ArrayLike | None = None) -> Expression:
        """The sum of variables or expressions, each times its factor: `sum(f * v)` in linear time.

        Args:
            variables: What is added up.
            factors: One number per summand. Default 1 for all.

        Raises:
            InvalidConfigError: Another number of factors than summands.
            InvalidDataError: Factors that are no numbers.
        """
        total = Expression(self, {})
        summands = list(variables)
        given = np.ones(len(summands)) if factors is None else lend_vector("factors", factors)
        if len(given) != len(summands):
            raise InvalidConfigError(f"{len(given)} factors for {len(summands)} summands")
        for summand, factor in zip(summands, given.tolist(), strict=True):
            total._add(summand, factor)
        return total

    def minimize(self, objective: Summand) -> None:
        """Make the least value of this sum the objective."""
        self._aim(objective, maximize=False)

    def maximize(self, objective: Summand) -> None:
        """Make the greatest value of this sum the objective."""
        self._aim(objective, maximize=True)

    def _aim(self, objective: Summand, *, maximize: bool) -> None:
        aimed = Expression(self, {})._add(objective, 1.0)
        self._objective, self._maximize = aimed, maximize

    def subject_to(self, constraint: Constraint, name: str = "") -> Constraint:
        """One more constraint; it comes back, to be asked for its price.

        Args:
            constraint: An expression with `<=`, `>=`, `==` or `between`.
            name: What it is called. Default r0, r1, ..

        Raises:
            InvalidConfigError: It is no constraint, is part of a program already, or of another one's variables.
            UnsupportedError: It has products of variables.
        """
        if not isinstance(constraint, Constraint):
            raise InvalidConfigError(
                f"a constraint must be an expression with <=, >=, == or between, got {constraint!r}"
            )
        if constraint.index is not None:
            raise InvalidConfigError(f"the constraint {constraint.name!r} is part of a program already")
        if constraint._expression._program not in (None, self):
            raise InvalidConfigError("the variables of a constraint must be those of its program")
        if constraint._expression._products:
            raise UnsupportedError("only the objective may have products of variables")
        constraint.index = len(self._rows)
        constraint.name = name or f"r{constraint.index}"
        self._rows.append(constraint)
        return constraint

    def _entries(self) -> Iterator[tuple[int, int, float]]:
        for row, constraint in enumerate(self._rows):
            for column, value in constraint._expression._factors.items():
                yield row, column, value

    def model(self) -> LinearModel:
        """The program as arrays, with everything that a `LinearModel` can do.

        Raises:
            InvalidDataError: NaN, infinite factors, semi-continuous variables without upper bound.
        """
        from .optimize import linear_model

        constant = self._objective._constant
        if not math.isfinite(constant):
            raise InvalidDataError(f"the constant of the objective must be finite, got {constant}")
        costs = np.zeros(len(self._names))
        for column, factor in self._objective._factors.items():
            costs[column] = factor
        entries = list(self._entries())
        bounds = [row._bounds() for row in self._rows]
        products = self._objective._products
        return linear_model(
            costs,
            self._lower,
            self._upper,
            np.array(self._integers, dtype=np.int64),
            np.array(self._semi_continuous, dtype=np.int64),
            [lower for lower, _ in bounds],
            [upper for _, upper in bounds],
            np.array([row for row, _, _ in entries], dtype=np.int64),
            np.array([column for _, column, _ in entries], dtype=np.int64),
            [value for _, _, value in entries],
            np.array([i for i, _ in products], dtype=np.int64),
            np.array([j for _, j in products], dtype=np.int64),
            list(products.values()),
            name=self.name,
            maximize=self._maximize,
            constant=constant,
            column_names=self._names,
            row_names=[row.name for row in self._rows],
        )

    def solve(self, start: Mapping[Variable, float] | None = None, **options: Any) -> LinearSolution:
        """The best values, or why there are none; the options are those of `LinearModel.solve`.

        Args:
            start: A value for some variables, of which the whole ones are completed to a first solution. Default none.
            options: As of `LinearModel.solve`: limits, gaps, `sensitivity`, `cancel`, ..

        Raises:
            InvalidConfigError: A start for what is no variable of the program.
        """
        point = None if start is None else self._point(start)
        model = self.model()
        return model.solve(**options) if point is None else model.solve_from(point, **options)

    def _point(self, start: Mapping[Variable, float]) -> NDArray[np.float64]:
        """A value for each column: as given, else as near to 0 as its bounds allow."""
        point = np.clip(np.zeros(len(self._names)), self._lower, self._upper)
        for variable, value in start.items():
            if not isinstance(variable, Variable) or variable._program is not self:
                raise InvalidConfigError(f"a start must be for variables of the program, got {variable!r}")
            point[variable.index] = value
        return point

    def conflict(self, **options: Any) -> LinearConflict:
        """What contradicts itself in a program without any point; the options are those of `LinearModel.conflict`."""
        return self.model().conflict(**options)


def _is_summand(value: object) -> TypeGuard[Summand]:
    return isinstance(value, (Expression, *_NUMBERS))


def _of(solution: LinearSolution, values: NDArray[np.float64], index: int, what: str) -> float:
    """A number of a solution."""
    if not len(values):
        raise InvalidDataError(f"the solution has no {what}; its status is {solution.status}")
    if index >= len(values):
        raise InvalidDataError(f"the solution has no {what} for this; it is of a program with {len(values)} only")
    return float(values[index])
