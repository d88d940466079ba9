/** Tables as JavaScript programs hold them: rows of objects, columns by name, or series by id. */
import { types } from 'node:util';

import { glimpse, InlaidError } from './errors.js';
import type { VectorInput } from './matrix.js';
import type { NativeColumn } from './native.js';

/** One value of a table; `null` where it is missing. */
export type Cell = string | number | boolean | bigint | Date | null;

/** A table as an array of objects, one per row. */
export type TableRows = Record<string, Cell>[];

/** A table as one array per column: `Float64Array` for numbers with a fraction, plain arrays for everything else. */
export type TableColumns = Record<string, Float64Array | Cell[]>;

/** A table in either form. */
export type Table = TableRows | TableColumns;

/** Everything that may stand for a column. */
export type ColumnInput = VectorInput | BigInt64Array | BigUint64Array | readonly (Cell | undefined)[];

/**
 * Everything that may stand for a table: rows, columns, or a `Map` from the id of a series to its values, which becomes
 * the columns `unique_id`, `ds` (1, 2, …) and `y`.
 */
export type TableInput =
  | readonly Readonly<Record<string, Cell | undefined>>[]
  | Readonly<Record<string, ColumnInput>>
  | ReadonlyMap<string, VectorInput>;

/** The form in which a table comes back: rows for rows, columns for everything else. */
export type SameForm<T> = T extends readonly unknown[] ? TableRows : TableColumns;

/** How tables are handed back. */
export type Form = 'rows' | 'columns';

/** The form that {@link SameForm} names. */
export function formOf(value: unknown): Form {
  return Array.isArray(value) ? 'rows' : 'columns';
}

/** A table on its way in, `name` as the messages call it. */
export function toTable(value: unknown, name: string): NativeColumn[] {
  if (Array.isArray(value)) return fromRows(value, name);
  if (types.isMap(value)) return fromSeries(value, name);
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    return Object.entries(value).map(([column, values]) => toColumn(column, values, name));
  }
  throw new InlaidError(
    'invalid_data',
    `${name} must be an array of row objects, an object of columns, or a Map of series; got ${glimpse(value)}`,
  );
}

/** A table on its way out. */
export function fromTable(columns: readonly NativeColumn[], form: Form): Table {
  const named = columns.map((column) => [column.name, cells(column)] as const);
  if (form === 'columns') return Object.fromEntries(named);
  const count = named[0]?.[1].length ?? 0;
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(named.map(([name, values]) => [name, values[row] ?? null])),
  );
}

function fromRows(rows: readonly unknown[], name: string): NativeColumn[] {
  const columns = new Map<string, unknown[]>();
  rows.forEach((row, index) => {
    if (typeof row !== 'object' || row === null || ArrayBuffer.isView(row) || Array.isArray(row)) {
      throw new InlaidError('invalid_data', `${name}[${index}] must be an object, one per row; got ${glimpse(row)}`);
    }
    for (const [column, value] of Object.entries(row)) {
      let values = columns.get(column);
      if (values === undefined) columns.set(column, (values = new Array<unknown>(rows.length).fill(null)));
      values[index] = value;
    }
  });
  return Array.from(columns, ([column, values]) => toColumn(column, values, name));
}

function fromSeries(series: ReadonlyMap<unknown, unknown>, name: string): NativeColumn[] {
  const ids: string[] = [];
  const steps: number[] = [];
  const values: number[] = [];
  for (const [id, numbers] of series) {
    if (typeof id !== 'string') {
      throw new InlaidError('invalid_data', `${name}: the id of a series must be a string; got ${glimpse(id)}`);
    }
    const place = `${name}.get(${JSON.stringify(id)})`;
    if (!Array.isArray(numbers) && !types.isTypedArray(numbers)) {
      throw new InlaidError('invalid_data', `${place} must be an array of numbers; got ${glimpse(numbers)}`);
    }
    for (let index = 0; index < numbers.length; index++) {
      const value: unknown = numbers[index];
      if (typeof value !== 'number') {
        throw new InlaidError('invalid_data', `${place}[${index}] must be a number; got ${glimpse(value)}`);
      }
      ids.push(id);
      steps.push(index + 1);
      values.push(value);
    }
  }
  return [
    { name: 'unique_id', kind: 'texts', texts: ids },
    { name: 'ds', kind: 'integers', numbers: Float64Array.from(steps) },
    { name: 'y', kind: 'floats', numbers: Float64Array.from(values) },
  ];
}

function toColumn(column: string, values: unknown, name: string): NativeColumn {
  const place = `${name}.${column}`;
  if (types.isFloat64Array(values)) return { name: column, kind: 'floats', numbers: values };
  if (types.isFloat32Array(values)) return { name: column, kind: 'floats', numbers: new Float64Array(values) };
  if (types.isBigInt64Array(values)) return { name: column, kind: 'big_integers', integers: values };
  if (types.isBigUint64Array(values)) return bigIntegers(column, Array.from(values), undefined, place);
  if (types.isTypedArray(values)) {
    return { name: column, kind: 'integers', numbers: new Float64Array(values as unknown as ArrayLike<number>) };
  }
  if (!Array.isArray(values)) {
    throw new InlaidError('invalid_data', `${place} must be an array, one value per row; got ${glimpse(values)}`);
  }
  return plainColumn(column, values, place);
}

/** A column of a plain array: all its values are of one kind, or missing. */
function plainColumn(column: string, values: readonly unknown[], place: string): NativeColumn {
  let kind: string | undefined;
  let gone = 0;
  let whole = true;
  const missing = new Uint8Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value === null || value === undefined) {
      missing[index] = 1;
      gone++;
      continue;
    }
    const own = types.isDate(value) ? 'date' : typeof value;
    if (own !== 'string' && own !== 'number' && own !== 'boolean' && own !== 'bigint' && own !== 'date') {
      throw new InlaidError('invalid_data', `${place}[${index}] cannot stand in a table: ${glimpse(value)}`);
    }
    if (kind !== undefined && own !== kind) {
      throw new InlaidError('invalid_data', `${place}[${index}] is ${glimpse(value)}, but a ${kind} stands before it`);
    }
    kind = own;
    if (own === 'number') whole &&= Number.isSafeInteger(value);
  }
  const marks = gone > 0 ? { missing } : {};
  switch (kind) {
    case 'string':
      return { name: column, kind: 'texts', texts: values.map((value) => (value as string | null) ?? ''), ...marks };
    case 'boolean':
      return { name: column, kind: 'booleans', numbers: Float64Array.from(values, Number), ...marks };
    case 'bigint':
      return bigIntegers(column, values, gone > 0 ? missing : undefined, place);
    case 'date':
      return instants(column, values, missing);
    case 'number':
      if (whole) return { name: column, kind: 'integers', numbers: Float64Array.from(values, Number), ...marks };
      return { name: column, kind: 'floats', numbers: Float64Array.from(values, (value) => (value as number) ?? NaN) };
    default:
      return { name: column, kind: 'floats', numbers: new Float64Array(values.length).fill(NaN) };
  }
}

function instants(column: string, values: readonly unknown[], missing: Uint8Array): NativeColumn {
  const numbers = Float64Array.from(values, (value, index) => {
    const time = missing[index] === 1 ? NaN : (value as Date).getTime();
    if (Number.isNaN(time)) missing[index] = 1; // such as `new Date('')`
    return Number.isNaN(time) ? 0 : time;
  });
  return { name: column, kind: 'instants', numbers, ...(missing.includes(1) ? { missing } : {}) };
}

function bigIntegers(
  column: string,
  values: readonly unknown[],
  missing: Uint8Array | undefined,
  place: string,
): NativeColumn {
  const integers = BigInt64Array.from(values, (value, index) => {
    const integer = (value as bigint | null | undefined) ?? 0n;
    if (BigInt.asIntN(64, integer) !== integer) {
      throw new InlaidError('invalid_data', `${place}[${index}] does not fit into 64 bits: ${integer}`);
    }
    return integer;
  });
  return { name: column, kind: 'big_integers', integers, ...(missing ? { missing } : {}) };
}

function cells(column: NativeColumn): Float64Array | Cell[] {
  const { kind, numbers = new Float64Array(), missing } = column;
  const each = <T>(values: ArrayLike<T>, cell: (value: T) => Cell): Cell[] =>
    Array.from(values, (value, index) => (missing?.[index] === 1 ? null : cell(value)));
  switch (kind) {
    case 'floats':
      return numbers;
    case 'integers':
      return each(numbers, (value) => value);
    case 'booleans':
      return each(numbers, (value) => value !== 0);
    case 'instants':
      return each(numbers, (value) => new Date(value));
    case 'big_integers':
      return each(column.integers ?? new BigInt64Array(), (value) => value);
    case 'texts':
      return each(column.texts ?? [], (value) => value);
  }
}
