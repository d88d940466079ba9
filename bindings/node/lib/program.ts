/** Linear, integer and quadratic programs written as mathematics. */
import type { CallOptions, Sync, SyncOptions } from './bridge.js';
import { glimpse, InlaidError } from './errors.js';
import {
  type ConflictOptions,
  type LinearConflict,
  type LinearModel,
  linearModel,
  type LinearModelOptions,
  linearModelSync,
  type LinearSolution,
  type SolveOptions,
} from './optimize.js';
import { optionsObject, refuseUnknown } from './schema.js';

/** What can be added up: variables, expressions and numbers. */
export type Summand = Expression | number;

/** What a variable may be; every option has a default. */
export interface VariableOptions {
  /** Its least value, `-Infinity` for none. Default 0. */
  lower?: number | undefined;
  /** Its greatest value, `Infinity` for none. Default none. */
  upper?: number | undefined;
  /** Whether only whole values are allowed. Default false. */
  integer?: boolean | undefined;
  /** Whether only 0 and 1 are allowed, whatever the bounds. Default false. */
  binary?: boolean | undefined;
  /** Whether it is 0 or between its bounds; the upper one must be finite. Default false. */
  semiContinuous?: boolean | undefined;
}

/** Options of `LinearProgram.solve`: those of `LinearModel.solve`, and a start. */
export interface SolveProgramOptions extends SolveOptions {
  /** A value for some variables, of which the whole ones are completed to a first solution. Default none. */
  start?: ReadonlyMap<Variable, number> | undefined;
}

/** A sum as numbers: columns with their factors, pairs of columns with theirs, and a constant. */
interface Parts {
  program: LinearProgram | undefined;
  readonly factors: Map<number, number>;
  readonly products: Map<number, number>;
  constant: number;
}

/** A pair of columns is one number: the smaller times this plus the larger. */
const PAIR = 2 ** 26;

/** What {@link Summand} is, in messages. */
const SUMMAND = 'a number or an expression';

const VARIABLE_OPTIONS = ['lower', 'upper', 'integer', 'binary', 'semiContinuous'];

// What the classes of this file know of each other and users do not.
let partsOf: (expression: Expression) => Parts;
let makeExpression: (parts: Parts) => Expression;
let makeVariable: (program: LinearProgram, index: number, name: string) => Variable;
let makeConstraint: (parts: Parts, lower: number, upper: number) => Constraint;
let rowOf: (constraint: Constraint) => Row;

/**
 * A sum of variables with factors, products of two variables, and a constant. Nothing changes it: what is computed from
 * it is another one.
 */
export class Expression {
  static {
    partsOf = (expression) => expression.#parts;
    makeExpression = (parts) => new Expression(parts);
  }

  readonly #parts: Parts;

  /** @param parts - What it consists of; expressions are made from the variables of a {@link LinearProgram}. */
  protected constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * The sum of both.
   *
   * @throws {@link InlaidError} `invalid_config` for variables of another program.
   */
  plus(other: Summand): Expression {
    return makeExpression(added(copied(this.#parts), other, 1));
  }

  /**
   * The difference of both.
   *
   * @throws {@link InlaidError} `invalid_config` for variables of another program.
   */
  minus(other: Summand): Expression {
    return makeExpression(added(copied(this.#parts), other, -1));
  }

  /** Minus the expression. */
  negated(): Expression {
    return this.times(-1);
  }

  /**
   * A multiple, or the product of two expressions.
   *
   * @throws {@link InlaidError} `unsupported` for a product of more than two variables, `invalid_config` for variables
   * of another program.
   */
  times(factor: Summand): Expression {
    const mine = this.#parts;
    if (factor instanceof Expression) return makeExpression(multiplied(mine, factor.#parts));
    const by = toNumber(factor, 'a factor', SUMMAND);
    return makeExpression(mapped(mine, (value) => value * by));
  }

  /** The expression divided by a number. */
  dividedBy(divisor: number): Expression {
    const by = toNumber(divisor, 'a divisor');
    return makeExpression(mapped(this.#parts, (value) => value / by));
  }

  /**
   * The expression times itself.
   *
   * @throws {@link InlaidError} `unsupported` if it has products already.
   */
  squared(): Expression {
    return this.times(this);
  }

  /** The constraint that the expression is at most what stands on the right. */
  atMost(right: Summand): Constraint {
    return makeConstraint(added(copied(this.#parts), right, -1), -Infinity, 0);
  }

  /** The constraint that the expression is at least what stands on the right. */
  atLeast(right: Summand): Constraint {
    return makeConstraint(added(copied(this.#parts), right, -1), 0, Infinity);
  }

  /** The constraint that the expression is what stands on the right. */
  equalTo(right: Summand): Constraint {
    return makeConstraint(added(copied(this.#parts), right, -1), 0, 0);
  }

  /** The constraint that the expression is between two numbers; `-Infinity` and `Infinity` say that there is none. */
  between(lower: number, upper: number): Constraint {
    return makeConstraint(copied(this.#parts), toNumber(lower, '`lower`'), toNumber(upper, '`upper`'));
  }

  /**
   * What it is worth at a solution.
   *
   * @throws {@link InlaidError} `invalid_data` if the solution has no point, or one of fewer variables.
   */
  value(solution: LinearSolution): number {
    const { factors, products, constant } = this.#parts;
    const at = (column: number) => pick(solution, solution.values, column, 'point');
    let total = constant;
    for (const [column, factor] of factors) total += factor * at(column);
    for (const [pair, factor] of products) total += factor * at(first(pair)) * at(second(pair));
    return total;
  }
}

/** A variable of a {@link LinearProgram}. */
export class Variable extends Expression {
  static {
    makeVariable = (program, index, name) => new Variable(program, index, name);
  }

  /** The position of its column. */
  readonly index: number;

  /** What it is called. */
  readonly name: string;

  /**
   * @param program - What it belongs to; variables come from {@link LinearProgram.variable}.
   * @param index - The position of its column.
   * @param name - What it is called.
   */
  protected constructor(program: LinearProgram, index: number, name: string) {
    super({ program, factors: new Map([[index, 1]]), products: new Map(), constant: 0 });
    this.index = index;
    this.name = name;
  }

  /**
   * How the objective changes per unit of the variable that is forced away from its bound.
   *
   * @throws {@link InlaidError} `invalid_data` if the solution has no optimal point.
   */
  reducedCost(solution: LinearSolution): number {
    return pick(solution, solution.reducedCosts, this.index, 'prices');
  }
}

/** A constraint once it is part of a program, and what it says. */
interface Row {
  readonly parts: Parts;
  readonly lower: number;
  readonly upper: number;
  index: number | undefined;
  name: string;
}

/** An expression between two bounds; a row once it is part of a program. */
export class Constraint {
  static {
    makeConstraint = (parts, lower, upper) => new Constraint({ parts, lower, upper, index: undefined, name: '' });
    rowOf = (constraint) => constraint.#row;
  }

  readonly #row: Row;

  /** @param row - What it says; constraints are made from expressions, as by {@link Expression.atMost}. */
  private constructor(row: Row) {
    this.#row = row;
  }

  /** The position of its row; `undefined` until it is part of a program. */
  get index(): number | undefined {
    return this.#row.index;
  }

  /** What it is called; empty until it is part of a program. */
  get name(): string {
    return this.#row.name;
  }

  /**
   * The price of the row: how the objective changes per unit of its right side.
   *
   * @throws {@link InlaidError} `invalid_config` if the constraint is part of no program, `invalid_data` if the
   * solution has no optimal point.
   */
  dual(solution: LinearSolution): number {
    if (this.#row.index === undefined) {
      throw new InlaidError('invalid_config', 'the constraint is part of no program; give it to `subjectTo`');
    }
    return pick(solution, solution.rowDuals, this.#row.index, 'prices');
  }
}

/**
 * A linear, mixed-integer or quadratic program, written as mathematics.
 *
 * @example
 * ```ts
 * const factory = new LinearProgram();
 * const doors = factory.variable('doors');
 * const windows = factory.variable('windows');
 * factory.maximize(doors.times(3).plus(windows.times(5)));
 * const plant = factory.subjectTo(doors.times(3).plus(windows.times(2)).atMost(18), 'plant 3');
 * factory.subjectTo(doors.atMost(4));
 * factory.subjectTo(windows.times(2).atMost(12));
 * const plan = await factory.solve();
 * console.log(plan.objective, doors.value(plan), windows.value(plan), plant.dual(plan)); // 36 2 6 1
 * ```
 */
export class LinearProgram {
  /** What it is called. */
  readonly name: string;

  readonly #lower: number[] = [];
  readonly #upper: number[] = [];
  readonly #names: string[] = [];
  readonly #integers: number[] = [];
  readonly #semiContinuous: number[] = [];
  readonly #rows: Row[] = [];
  #objective: Parts = nothing();
  #maximize = false;

  /** @param name - What it is called. Default empty. */
  constructor(name = '') {
    this.name = toText(name);
  }

  /**
   * One more variable.
   *
   * @param name - What it is called. Default x0, x1, ..
   * @param options - What differs from a number that is 0 or more.
   */
  variable(name = '', options?: VariableOptions): Variable {
    const of = '`variable`';
    const given = optionsObject(options, of) as VariableOptions;
    refuseUnknown(given, {}, of, VARIABLE_OPTIONS);
    const { integer = false, binary = false, semiContinuous = false } = given;
    for (const [option, value] of Object.entries({ integer, binary, semiContinuous })) {
      if (typeof value !== 'boolean') {
        throw new InlaidError('invalid_config', `option \`${option}\` must be true or false; got ${glimpse(value)}`);
      }
    }
    const lower = toNumber(given.lower ?? 0, 'option `lower`');
    const upper = toNumber(given.upper ?? Infinity, 'option `upper`');
    const index = this.#names.length;
    const called = toText(name) || `x${index}`;
    this.#lower.push(binary ? 0 : lower);
    this.#upper.push(binary ? 1 : upper);
    this.#names.push(called);
    if (integer || binary) this.#integers.push(index);
    if (semiContinuous) this.#semiContinuous.push(index);
    return makeVariable(this, index, called);
  }

  /**
   * Several variables of one kind.
   *
   * @param names - Their names, or how many there are.
   * @param options - As of {@link LinearProgram.variable}.
   */
  variables(names: Iterable<string> | number, options?: VariableOptions): Variable[] {
    const list = typeof names === 'number' ? unnamed(names) : Array.from(names);
    return list.map((name) => this.variable(name, options));
  }

  /**
   * The sum of variables or expressions, each times its factor, in linear time.
   *
   * @param summands - What is added up.
   * @param factors - One number per summand. Default 1 for all.
   * @throws {@link InlaidError} `invalid_config` for another number of factors than summands.
   */
  total(summands: Iterable<Summand>, factors?: ArrayLike<number>): Expression {
    const sum = { ...nothing(), program: this };
    const list = Array.from(summands);
    if (factors !== undefined && factors.length !== list.length) {
      throw new InlaidError('invalid_config', `${factors.length} factors for ${list.length} summands`);
    }
    list.forEach((summand, position) => added(sum, summand, factors ? toNumber(factors[position], 'a factor') : 1));
    return makeExpression(sum);
  }

  /** Make the least value of this sum the objective. */
  minimize(objective: Summand): void {
    this.#objective = added({ ...nothing(), program: this }, objective, 1);
    this.#maximize = false;
  }

  /** Make the greatest value of this sum the objective. */
  maximize(objective: Summand): void {
    this.minimize(objective);
    this.#maximize = true;
  }

  /**
   * One more constraint; it comes back, to be asked for its price.
   *
   * @param constraint - What {@link Expression.atMost}, `atLeast`, `equalTo` and `between` give.
   * @param name - What it is called. Default r0, r1, ..
   * @throws {@link InlaidError} `invalid_config` if it is no constraint, part of a program already, or of another one's
   * variables; `unsupported` if it has products of variables.
   */
  subjectTo(constraint: Constraint, name = ''): Constraint {
    if (!(constraint instanceof Constraint)) {
      const hint = 'an expression with `atMost`, `atLeast`, `equalTo` or `between`';
      throw new InlaidError('invalid_config', `a constraint must be ${hint}; got ${glimpse(constraint)}`);
    }
    const row = rowOf(constraint);
    if (row.index !== undefined) {
      throw new InlaidError('invalid_config', `the constraint \`${row.name}\` is part of a program already`);
    }
    if (row.parts.program !== undefined && row.parts.program !== this) {
      throw new InlaidError('invalid_config', 'the variables of a constraint must be those of its program');
    }
    if (row.parts.products.size > 0) {
      throw new InlaidError('unsupported', 'only the objective may have products of variables');
    }
    row.name = toText(name) || `r${this.#rows.length}`;
    row.index = this.#rows.length;
    this.#rows.push(row);
    return constraint;
  }

  /**
   * The program as arrays, with everything that a {@link LinearModel} can do.
   *
   * Runs away from the event loop; `modelSync` runs in place.
   *
   * @throws {@link InlaidError} Rejects with `invalid_data` for NaN, infinite factors, and semi-continuous variables
   * without upper bound.
   */
  async model(options?: CallOptions): Promise<LinearModel> {
    return linearModel(...this.#arrays(), { ...optionsObject(options, '`model`'), ...this.#labels() });
  }

  /**
   * The program as arrays, with everything that a {@link LinearModel} can do.
   *
   * Runs in place: the event loop waits.
   *
   * @throws {@link InlaidError} Throws `invalid_data` for NaN, infinite factors, and semi-continuous variables without
   * upper bound.
   */
  modelSync(options?: SyncOptions): LinearModel {
    return linearModelSync(...this.#arrays(), { ...optionsObject(options, '`model`'), ...this.#labels() });
  }

  /**
   * The best values, or why there are none. Variables and constraints may be added once it is called.
   *
   * Runs away from the event loop; `solveSync` runs in place.
   *
   * @param options - As of `LinearModel.solve`, and a start.
   * @throws {@link InlaidError} Rejects with a stable code; the message says what is allowed.
   */
  async solve(options?: SolveProgramOptions): Promise<LinearSolution> {
    const { start, ...others } = optionsObject(options, '`solve`') as SolveProgramOptions;
    const point = start === undefined ? undefined : this.#point(start);
    const model = await this.model({ signal: others.signal });
    return point === undefined ? model.solve(others) : model.solveFrom(point, others);
  }

  /**
   * The best values, or why there are none.
   *
   * Runs in place: the event loop waits.
   *
   * @param options - As of `LinearModel.solve`, and a start.
   * @throws {@link InlaidError} Throws a stable code; the message says what is allowed.
   */
  solveSync(options?: Sync<SolveProgramOptions>): LinearSolution {
    const { start, ...others } = optionsObject(options, '`solve`') as Sync<SolveProgramOptions>;
    const point = start === undefined ? undefined : this.#point(start);
    const model = this.modelSync();
    return point === undefined ? model.solveSync(others) : model.solveFromSync(point, others);
  }

  /**
   * What contradicts itself in a program without any point.
   *
   * Runs away from the event loop; `conflictSync` runs in place.
   *
   * @param options - As of `LinearModel.conflict`.
   * @throws {@link InlaidError} Rejects with a stable code; the message says what is allowed.
   */
  async conflict(options?: ConflictOptions): Promise<LinearConflict> {
    const given = optionsObject(options, '`conflict`') as ConflictOptions;
    return (await this.model({ signal: given.signal })).conflict(given);
  }

  /**
   * What contradicts itself in a program without any point.
   *
   * Runs in place: the event loop waits.
   *
   * @param options - As of `LinearModel.conflict`.
   * @throws {@link InlaidError} Throws a stable code; the message says what is allowed.
   */
  conflictSync(options?: Sync<ConflictOptions>): LinearConflict {
    return this.modelSync().conflictSync(options);
  }

  /** Everything that is numbers, in the order that a model takes it. */
  #arrays() {
    const costs = new Float64Array(this.#names.length);
    for (const [column, factor] of this.#objective.factors) costs[column] = factor;
    const count = this.#rows.reduce((sum, { parts }) => sum + parts.factors.size, 0);
    const [entryRows, entryColumns] = [new Int32Array(count), new Int32Array(count)];
    const entryValues = new Float64Array(count);
    let entry = 0;
    this.#rows.forEach(({ parts }, row) => {
      for (const [column, factor] of parts.factors) {
        entryRows[entry] = row;
        entryColumns[entry] = column;
        entryValues[entry++] = factor;
      }
    });
    const pairs = Array.from(this.#objective.products.keys());
    return [
      costs,
      Float64Array.from(this.#lower),
      Float64Array.from(this.#upper),
      Int32Array.from(this.#integers),
      Int32Array.from(this.#semiContinuous),
      Float64Array.from(this.#rows, ({ lower, parts }) => less(lower, parts.constant)),
      Float64Array.from(this.#rows, ({ upper, parts }) => less(upper, parts.constant)),
      entryRows,
      entryColumns,
      entryValues,
      Int32Array.from(pairs, first),
      Int32Array.from(pairs, second),
      Float64Array.from(this.#objective.products.values()),
    ] as const;
  }

  /** Everything that is not. */
  #labels(): LinearModelOptions {
    const { constant } = this.#objective;
    if (!Number.isFinite(constant)) {
      throw new InlaidError('invalid_data', `the constant of the objective must be finite; got ${constant}`);
    }
    const rowNames = this.#rows.map(({ name }) => name);
    return { name: this.name, maximize: this.#maximize, constant, columnNames: [...this.#names], rowNames };
  }

  /** A value for each column: as given, else as near to 0 as its bounds allow. */
  #point(start: ReadonlyMap<Variable, number>): Float64Array {
    if (!(start instanceof Map)) {
      throw new InlaidError('invalid_config', `option \`start\` must be a Map of variables; got ${glimpse(start)}`);
    }
    const point = Float64Array.from(this.#lower, (lower, i) => Math.min(Math.max(0, lower), this.#upper[i] ?? 0));
    for (const [variable, value] of start as ReadonlyMap<unknown, unknown>) {
      if (!(variable instanceof Variable) || partsOf(variable).program !== this) {
        throw new InlaidError('invalid_config', 'the keys of `start` must be variables of the program');
      }
      point[variable.index] = toNumber(value, `the start of \`${variable.name}\``);
    }
    return point;
  }
}

function nothing(): Parts {
  return { program: undefined, factors: new Map(), products: new Map(), constant: 0 };
}

function copied({ program, factors, products, constant }: Parts): Parts {
  return { program, factors: new Map(factors), products: new Map(products), constant };
}

/** `parts` with every number changed. */
function mapped({ program, factors, products, constant }: Parts, change: (value: number) => number): Parts {
  const all = (values: Map<number, number>) => {
    const changed = new Map<number, number>();
    for (const [key, value] of values) changed.set(key, change(value));
    return changed;
  };
  return { program, factors: all(factors), products: all(products), constant: change(constant) };
}

/** Add `factor` times another sum to `parts`, in place. */
function added(parts: Parts, other: Summand, factor: number): Parts {
  if (!(other instanceof Expression)) {
    parts.constant += factor * toNumber(other, 'a summand', SUMMAND);
    return parts;
  }
  const more = partsOf(other);
  adopt(parts, more);
  for (const [column, value] of more.factors) add(parts.factors, column, factor * value);
  for (const [pair, value] of more.products) add(parts.products, pair, factor * value);
  parts.constant += factor * more.constant;
  return parts;
}

/** The product of two sums, which has no more than two variables in a product. */
function multiplied(left: Parts, right: Parts): Parts {
  if (isNumber(left) && !isNumber(right)) return multiplied(right, left);
  const product = mapped(left, (value) => value * right.constant);
  adopt(product, right);
  if (isNumber(right)) return product;
  if (left.products.size > 0 || right.products.size > 0) {
    throw new InlaidError('unsupported', 'an objective may have products of two variables, not of more');
  }
  for (const [column, value] of right.factors) add(product.factors, column, left.constant * value);
  for (const [i, a] of left.factors) {
    for (const [j, b] of right.factors) add(product.products, Math.min(i, j) * PAIR + Math.max(i, j), a * b);
  }
  return product;
}

/** Make sure that two sums are of one program. */
function adopt(parts: Parts, other: Parts): void {
  if (other.program === undefined) return;
  if (parts.program !== undefined && parts.program !== other.program) {
    throw new InlaidError('invalid_config', 'the variables of an expression must be of one program');
  }
  parts.program = other.program;
}

function add(values: Map<number, number>, key: number, value: number): void {
  values.set(key, (values.get(key) ?? 0) + value);
}

function isNumber({ factors, products }: Parts): boolean {
  return factors.size === 0 && products.size === 0;
}

function first(pair: number): number {
  return Math.floor(pair / PAIR);
}

function second(pair: number): number {
  return pair % PAIR;
}

/** A bound without the constant on its other side; no bound stays none. */
function less(bound: number, constant: number): number {
  return Number.isFinite(bound) ? bound - constant : bound;
}

/** A number of a solution. */
function pick(solution: LinearSolution, values: Float64Array, index: number, what: string): number {
  const value = values[index];
  if (value !== undefined) return value;
  const { length } = values;
  const why = length === 0 ? `its status is ${solution.status}` : `it is of a program with ${length} only`;
  throw new InlaidError('invalid_data', `the solution has no ${what} for this; ${why}`);
}

function unnamed(count: number): string[] {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new InlaidError('invalid_config', `the number of variables must be whole and at least 0; got ${count}`);
  }
  return new Array<string>(count).fill('');
}

function toNumber(value: unknown, what: string, kind = 'a number'): number {
  if (typeof value === 'number') return value;
  throw new InlaidError('invalid_config', `${what} must be ${kind}; got ${glimpse(value)}`);
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new InlaidError('invalid_config', `a name must be a string; got ${glimpse(value)}`);
}
