/** Numbers in rows, and everything that may stand for them. */
import { types } from 'node:util';

import { glimpse, InlaidError } from './errors.js';
import type { Block } from './native.js';

/** Numbers in a row: a plain array or a typed array of numbers. A `Float64Array` crosses without conversion. */
export type VectorInput = readonly number[] | NumberArray;

/**
 * Rows of numbers: an array of rows, one row on its own, or numbers with their shape. A `Float64Array`, and the `data`
 * of a matrix, cross without conversion.
 */
export type MatrixInput = VectorInput | readonly VectorInput[] | MatrixLike;

/** A row-major matrix; `data` holds `rows * cols` numbers. */
export interface MatrixLike {
  /** The numbers, row after row. */
  readonly data: VectorInput;
  /** The first axis. */
  readonly rows: number;
  /** The second axis. */
  readonly cols: number;
}

/** A typed array whose elements are numbers. */
export type NumberArray =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** A row-major matrix of doubles; missing values are NaN. */
export class Matrix implements MatrixLike, Iterable<Float64Array> {
  /** The numbers, row after row. */
  readonly data: Float64Array;
  /** The first axis, such as the number of series. */
  readonly rows: number;
  /** The second axis, such as the number of steps. */
  readonly cols: number;

  /**
   * @param data - The numbers, row after row; they are not copied.
   * @param rows - The first axis.
   * @param cols - The second axis.
   * @throws {@link InlaidError} `invalid_data` if `data` does not hold `rows * cols` numbers.
   */
  constructor(data: Float64Array, rows: number, cols: number) {
    checkShape('data', data.length, rows, cols);
    this.data = data;
    this.rows = rows;
    this.cols = cols;
  }

  /**
   * A matrix of rows, or of one row.
   *
   * @param values - Rows of equal length, one row, or numbers with their shape.
   * @throws {@link InlaidError} `invalid_data` for rows of different lengths or values that are not numbers.
   */
  static from(values: MatrixInput): Matrix {
    const { data, rows, columns } = toMatrix(values, '`values`');
    return new Matrix(data, rows, columns);
  }

  /**
   * One row; it shares memory with the matrix.
   *
   * @param index - 0 to `rows - 1`; negative counts from the end.
   * @throws {@link InlaidError} `invalid_config` outside the matrix.
   */
  row(index: number): Float64Array {
    const row = index < 0 ? this.rows + index : index;
    if (!Number.isInteger(row) || row < 0 || row >= this.rows) {
      throw new InlaidError('invalid_config', `row ${index} is not in a matrix of ${this.rows} rows`);
    }
    return this.data.subarray(row * this.cols, (row + 1) * this.cols);
  }

  /** The matrix as plain nested arrays. */
  toArray(): number[][] {
    return Array.from(this, (row) => Array.from(row));
  }

  /** Nested arrays; JSON has no NaN, so a missing value becomes `null`. */
  toJSON(): number[][] {
    return this.toArray();
  }

  /** Its rows, in order; they share memory with the matrix. */
  *[Symbol.iterator](): IterableIterator<Float64Array> {
    for (let row = 0; row < this.rows; row++) yield this.row(row);
  }
}

/** A matrix on its way in, `name` as the messages call it. */
export function toMatrix(value: unknown, name: string): Required<Pick<Block, 'data' | 'rows' | 'columns'>> {
  if (Array.isArray(value)) {
    if (value.length === 0 || !isRow(value[0])) {
      return { data: toVector(value, name), rows: 1, columns: value.length };
    }
    return stack(value, name);
  }
  if (ArrayBuffer.isView(value)) {
    const data = toVector(value, name);
    return { data, rows: 1, columns: data.length };
  }
  if (isMatrixLike(value)) {
    const data = toVector(value.data, `${name}.data`);
    checkShape(name, data.length, value.rows, value.cols);
    return { data, rows: value.rows, columns: value.cols };
  }
  throw new InlaidError(
    'invalid_data',
    `${name} must be numbers, rows of numbers, or { data, rows, cols }; got ${glimpse(value)}`,
  );
}

/** A vector on its way in, `name` as the messages call it; a `Float64Array` is handed on as it is. */
export function toVector(value: unknown, name: string): Float64Array {
  if (types.isFloat64Array(value)) {
    // Another thread may write to shared memory while the engine reads.
    return types.isSharedArrayBuffer(value.buffer) ? new Float64Array(value) : value;
  }
  if (isNumberArray(value)) return new Float64Array(value);
  if (!Array.isArray(value)) {
    throw new InlaidError('invalid_data', `${name} must be an array of numbers; got ${glimpse(value)}`);
  }
  const data = allocate(value.length, name);
  fill(data, 0, value, name);
  return data;
}

function stack(rows: unknown[], name: string): Required<Pick<Block, 'data' | 'rows' | 'columns'>> {
  const first = rows.length === 0 ? [] : (rows[0] as ArrayLike<unknown>);
  const columns = first.length;
  const data = allocate(rows.length * columns, name);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index];
    if (!isRow(row)) {
      throw new InlaidError('invalid_data', `${name}[${index}] must be a row of numbers; got ${glimpse(row)}`);
    }
    if (row.length !== columns) {
      throw new InlaidError(
        'invalid_data',
        `${name}[${index}] has ${row.length} values, ${name}[0] has ${columns}; all rows must be equally long`,
      );
    }
    if (isNumberArray(row)) data.set(row, index * columns);
    else fill(data, index * columns, row as unknown[], `${name}[${index}]`);
  }
  return { data, rows: rows.length, columns };
}

function fill(data: Float64Array, start: number, values: readonly unknown[], name: string): void {
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (typeof value !== 'number') {
      const hint = value === null || value === undefined ? '; write NaN where a value is missing' : '';
      throw new InlaidError('invalid_data', `${name}[${index}] must be a number; got ${glimpse(value)}${hint}`);
    }
    data[start + index] = value;
  }
}

function allocate(length: number, name: string): Float64Array {
  try {
    return new Float64Array(length);
  } catch (error) {
    throw new InlaidError('too_large', `${name} holds ${length} numbers, more than fit into memory`, { cause: error });
  }
}

function checkShape(name: string, length: number, rows: unknown, cols: unknown): void {
  const isAxis = (axis: unknown): axis is number => Number.isSafeInteger(axis) && (axis as number) >= 0;
  if (!isAxis(rows) || !isAxis(cols) || rows * cols !== length) {
    const shown = (axis: unknown) => (typeof axis === 'number' ? axis : glimpse(axis));
    throw new InlaidError(
      'invalid_data',
      `${name}: ${length} numbers are not a matrix of ${shown(rows)} x ${shown(cols)} (rows x cols)`,
    );
  }
}

function isMatrixLike(value: unknown): value is MatrixLike {
  return typeof value === 'object' && value !== null && 'data' in value && 'rows' in value && 'cols' in value;
}

function isRow(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !types.isDataView(value));
}

function isNumberArray(value: unknown): value is NumberArray {
  return (
    types.isTypedArray(value) && !types.isBigInt64Array(value) && !types.isBigUint64Array(value)
  );
}
