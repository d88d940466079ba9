/** Whole numbers in rows and in lists, and texts: everything that may stand for them, on its way in. */
import { types } from 'node:util';

import { glimpse, InlaidError } from './errors.js';
import type { Block } from './native.js';

/**
 * Whole numbers in a row: a typed array of integers or an array of numbers without a fraction. An `Int32Array` and a
 * `BigInt64Array` cross without conversion in JavaScript.
 */
export type IntsInput =
  | readonly number[]
  | Int32Array
  | BigInt64Array
  | BigUint64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Uint32Array
  | Float64Array;

/** Texts in a row; none may be missing or hold half of a surrogate pair. */
export type TextsInput = readonly string[];

/** Rows of whole numbers, which may differ in length. */
export type ListsInput = readonly IntsInput[];

/** How many UTF-16 units are encoded at a time; a string of V8 holds 2^29. */
const BATCH = 1 << 24;

/** Where the end of a text or list is written. */
const LARGEST_END = 0xffff_ffff;

/** Whole numbers on their way in, `name` as the messages call them. */
export function toInts(value: unknown, name: string): Block {
  if (types.isInt32Array(value)) return { ints: unshared(value) };
  if (types.isBigInt64Array(value)) return { longs: unshared(value) };
  if (types.isBigUint64Array(value)) {
    const beyond = value.findIndex((number) => number > 0x7fff_ffff_ffff_ffffn);
    if (beyond >= 0) throw refused(`${name}[${beyond}]`, value[beyond], ' of at most 64 bits with a sign');
    return { longs: new BigInt64Array(value) };
  }
  if (types.isInt8Array(value) || types.isUint8Array(value) || types.isUint8ClampedArray(value)) {
    return { ints: Int32Array.from(value) };
  }
  if (types.isInt16Array(value) || types.isUint16Array(value)) return { ints: Int32Array.from(value) };
  if (types.isUint32Array(value)) return { wholes: Float64Array.from(value) };
  if (Array.isArray(value) || types.isFloat64Array(value)) {
    const wholes = new Float64Array(value.length);
    fill(wholes, 0, value, name);
    return { wholes };
  }
  throw new InlaidError('invalid_data', `${name} must be an array of whole numbers; got ${glimpse(value)}`);
}

/** Lists of whole numbers on their way in, `name` as the messages call them. */
export function toLists(value: unknown, name: string): Block {
  if (!Array.isArray(value)) {
    throw new InlaidError('invalid_data', `${name} must be an array of arrays of whole numbers; got ${glimpse(value)}`);
  }
  const rows: unknown[] = value;
  const ends = new Uint32Array(rows.length);
  let end = 0;
  rows.forEach((row, index) => {
    if (!Array.isArray(row) && !types.isTypedArray(row)) {
      throw new InlaidError('invalid_data', `${name}[${index}] must be an array of whole numbers; got ${glimpse(row)}`);
    }
    end = checkEnd(end + row.length, name);
    ends[index] = end;
  });
  if (rows.every((row) => types.isInt32Array(row))) {
    const ints = new Int32Array(end);
    rows.forEach((row, index) => ints.set(row, index === 0 ? 0 : ends[index - 1]));
    return { ints, ends };
  }
  if (rows.some((row) => types.isBigInt64Array(row) || types.isBigUint64Array(row))) {
    const longs = new BigInt64Array(end);
    rows.forEach((row, index) => {
      const { ints, longs: own, wholes } = toInts(row, `${name}[${index}]`);
      const start = index === 0 ? 0 : (ends[index - 1] ?? 0);
      longs.set(own ?? BigInt64Array.from(ints ?? wholes ?? [], BigInt), start);
    });
    return { longs, ends };
  }
  const wholes = new Float64Array(end);
  rows.forEach((row, index) => {
    const start = index === 0 ? 0 : (ends[index - 1] ?? 0);
    fill(wholes, start, row as ArrayLike<unknown>, `${name}[${index}]`);
  });
  return { wholes, ends };
}

/** Texts on their way in, `name` as the messages call them: one block of UTF-8, and where each ends. */
export function toTexts(value: unknown, name: string): Block {
  if (!Array.isArray(value)) {
    throw new InlaidError('invalid_data', `${name} must be an array of strings; got ${glimpse(value)}`);
  }
  const texts: readonly unknown[] = value;
  const ends = new Uint32Array(texts.length);
  const blocks: Uint8Array[] = [];
  let batch: string[] = [];
  let units = 0;
  let end = 0;
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index];
    if (typeof text !== 'string') {
      throw new InlaidError('invalid_data', `${name}[${index}] must be a string; got ${glimpse(text)}`);
    }
    if (!isWellFormed(text)) {
      throw new InlaidError('invalid_data', `${name}[${index}] is not Unicode: it holds half of a surrogate pair`);
    }
    end = checkEnd(end + Buffer.byteLength(text), name);
    ends[index] = end;
    batch.push(text);
    units += text.length;
    if (units > BATCH) {
      blocks.push(Buffer.from(batch.join('')));
      batch = [];
      units = 0;
    }
  }
  blocks.push(Buffer.from(batch.join('')));
  const [only] = blocks;
  return { texts: blocks.length === 1 && only !== undefined ? only : Buffer.concat(blocks), ends };
}

/** Since Node 20; the types of es2022 do not know it. */
export const isWellFormed = (text: string): boolean => (text as unknown as { isWellFormed(): boolean }).isWellFormed();

function fill(wholes: Float64Array, start: number, values: ArrayLike<unknown>, name: string): void {
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (!Number.isSafeInteger(value)) throw refused(`${name}[${index}]`, value, ' of at most 2^53 - 1 in size');
    wholes[start + index] = value as number;
  }
}

function refused(place: string, value: unknown, limit: string): InlaidError {
  return new InlaidError('invalid_data', `${place} must be a whole number${limit}; got ${glimpse(value)}`);
}

function checkEnd(end: number, name: string): number {
  if (end > LARGEST_END) throw new InlaidError('too_large', `${name} takes ${end} places, the limit is ${LARGEST_END}`);
  return end;
}

/** The same in memory that no other thread writes to. */
function unshared<T extends Int32Array | BigInt64Array>(values: T): T {
  return types.isSharedArrayBuffer(values.buffer) ? (values.slice() as T) : values;
}
