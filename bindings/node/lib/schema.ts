/**
 * How values travel: JSON for options and results, with marks `{"$array": position}` where numbers stand beside it.
 *
 * The generated rooms describe their classes with these shapes; {@link encode} and {@link decode} follow them.
 */
import { glimpse, InlaidError } from './errors.js';
import { Matrix, toMatrix, toVector } from './matrix.js';
import type { Block } from './native.js';
import { type Form, formOf, fromTable, toTable } from './table.js';
import { isWellFormed, toInts, toLists, toTexts } from './whole.js';

/** What a value is. */
export type Shape =
  | { readonly is: 'plain' | 'matrix' | 'vector' | 'ints' | 'texts' | 'lists' | 'table' | 'bytes' | 'nothing' }
  | { readonly is: 'list' | 'map' | 'optional'; readonly of: Shape }
  | { readonly is: 'record'; readonly record: () => RecordShape }
  | { readonly is: 'union'; readonly variants: () => readonly RecordShape[] }
  | { readonly is: 'model'; readonly type: () => object };

/** A field, an option or an argument. */
export interface Field {
  /** Its name on the wire. */
  readonly wire: string;
  readonly shape: Shape;
  readonly required?: boolean;
  /** Its default, as on the wire. */
  readonly default?: unknown;
}

/** Fields by their names in JavaScript. */
export type Fields = Readonly<Record<string, Field>>;

/** A class of options or results. */
export interface RecordShape {
  readonly name: string;
  readonly type: () => new (fields: never) => object;
  readonly fields: Fields;
}

/** The shapes of classes that other rooms hold in their options. */
const lent = new Map<unknown, RecordShape>();

/** Let other rooms use these shapes, though the room does not export them. */
export function lend(...shapes: readonly RecordShape[]): void {
  for (const one of shapes) lent.set(one.type(), one);
}

/** The shape of a class that another room has lent. */
export function borrowed(type: new (fields: never) => object): RecordShape {
  const found = lent.get(type);
  if (found === undefined) throw new InlaidError('internal', `${type.name} is not lent; please report this`);
  return found;
}

/** A number, text, boolean or word of an enum. */
export const plain: Shape = { is: 'plain' };
export const matrix: Shape = { is: 'matrix' };
export const vector: Shape = { is: 'vector' };
export const ints: Shape = { is: 'ints' };
export const texts: Shape = { is: 'texts' };
export const lists: Shape = { is: 'lists' };
export const table: Shape = { is: 'table' };
export const bytes: Shape = { is: 'bytes' };
export const nothing: Shape = { is: 'nothing' };
export const list = (of: Shape): Shape => ({ is: 'list', of });
export const map = (of: Shape): Shape => ({ is: 'map', of });
export const optional = (of: Shape): Shape => ({ is: 'optional', of });
export const record = (shape: () => RecordShape): Shape => ({ is: 'record', record: shape });
export const union = (variants: () => readonly RecordShape[]): Shape => ({ is: 'union', variants });
export const model = (type: () => object): Shape => ({ is: 'model', type });

/** The blocks of a call on their way in. */
export class Outgoing {
  readonly blocks: Block[] = [];
  /** How many of them are the operation's own arrays; marks count from there. */
  own = 0;
  /** The form of the first table, in which tables come back. */
  form: Form | undefined;

  /** Put an array, a table or bytes beside the text. */
  push(shape: Shape, value: unknown, name: string): void {
    switch (shape.is) {
      case 'matrix':
        this.blocks.push(toMatrix(value, name));
        return;
      case 'vector':
        this.blocks.push({ data: toVector(value, name) });
        return;
      case 'ints':
        this.blocks.push(toInts(value, name));
        return;
      case 'texts':
        this.blocks.push(toTexts(value, name));
        return;
      case 'lists':
        this.blocks.push(toLists(value, name));
        return;
      case 'table':
        this.form ??= formOf(value);
        this.blocks.push({ table: toTable(value, name) });
        return;
      default:
        this.blocks.push({ bytes: toBytes(value, name) });
    }
  }

  /** The same for a block inside options; gives its mark. */
  mark(shape: Shape, value: unknown, name: string): unknown {
    this.push(shape, value, name);
    return { $array: this.blocks.length - 1 - this.own };
  }
}

/** `value` as JSON; `place` is how messages call it, such as `levels[1]`. */
export function encode(shape: Shape, value: unknown, place: string, out: Outgoing): unknown {
  switch (shape.is) {
    case 'optional':
      return value === null || value === undefined ? null : encode(shape.of, value, place, out);
    case 'list':
      return isList(value) ? Array.from(value, (item, i) => encode(shape.of, item, `${place}[${i}]`, out)) : json(value, place);
    case 'map':
      return isPlainObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(shape.of, item, `${place}.${key}`, out)]))
        : json(value, place);
    case 'record':
      return encodeRecord(shape.record(), value, place, out);
    case 'union':
      return encodeUnion(shape.variants(), value, place, out);
    case 'matrix':
    case 'vector':
    case 'ints':
    case 'table':
      return out.mark(shape, value, `\`${place}\``);
    default:
      return json(value, place);
  }
}

/** The value that a reply's JSON and blocks stand for. */
export function decode(shape: Shape, value: unknown, blocks: readonly Block[], form: Form): unknown {
  if (value === null || value === undefined) return null;
  switch (shape.is) {
    case 'optional':
      return decode(shape.of, value, blocks, form);
    case 'list':
      return (value as unknown[]).map((item) => decode(shape.of, item, blocks, form));
    case 'map': {
      const entries = Object.entries(value).map(([key, item]) => [key, decode(shape.of, item, blocks, form)] as const);
      return Object.fromEntries(entries);
    }
    case 'record':
      return decodeRecord(shape.record(), value, blocks, form);
    case 'union': {
      const [name, fields] = Object.entries(value)[0] ?? [];
      const variant = shape.variants().find((one) => one.name === name);
      return variant === undefined ? null : decodeRecord(variant, fields, blocks, form);
    }
    case 'matrix': {
      const { data = new Float64Array(), rows = 0, columns = 0 } = block(value, blocks);
      return new Matrix(data, rows, columns);
    }
    case 'vector':
      return block(value, blocks).data ?? new Float64Array();
    case 'ints':
      return block(value, blocks).ints ?? new Int32Array();
    case 'table':
      return fromTable(block(value, blocks).table ?? [], form);
    default:
      return value;
  }
}

/** The fields of a class of options: those given, and the defaults of the others. */
export function read<T>(shape: RecordShape, given: unknown): T {
  const options = optionsObject(given, shape.name);
  refuseUnknown(options, shape.fields, shape.name);
  const values = Object.entries(shape.fields).map(([name, field]) => {
    const value = options[name];
    if (value !== undefined) return [name, value] as const;
    if (field.required) {
      throw new InlaidError('invalid_config', `\`${shape.name}\` needs the option \`${name}\``);
    }
    return [name, decode(field.shape, field.default, [], 'columns')] as const;
  });
  return Object.fromEntries(values) as T;
}

/** The fields of a record on the wire. */
export function encodeFields(fields: Fields, values: Readonly<Record<string, unknown>>, place: string, out: Outgoing): object {
  const wire: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = values[name];
    if (value === undefined && !field.required) continue;
    if (value === undefined) throw new InlaidError('invalid_config', `the option \`${place}${name}\` must be given`);
    wire[field.wire] = encode(field.shape, value, `${place}${name}`, out);
  }
  return wire;
}

/** An options argument: an object, or nothing. */
export function optionsObject(given: unknown, of: string): Record<string, unknown> {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null || Array.isArray(given) || ArrayBuffer.isView(given)) {
    throw new InlaidError('invalid_config', `the options of ${of} must be one object; got ${glimpse(given)}`);
  }
  return given as Record<string, unknown>;
}

/** Refuse names that are not among `fields` or `more`. */
export function refuseUnknown(given: object, fields: Fields, of: string, more: readonly string[] = []): void {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(fields, name) && !more.includes(name)) {
      const known = [...Object.keys(fields), ...more];
      const allowed = known.length === 0 ? 'it takes none' : `it takes ${known.map((one) => `\`${one}\``).join(', ')}`;
      throw new InlaidError('invalid_config', `${of} has no option \`${name}\`; ${allowed}`);
    }
  }
}

function encodeRecord(shape: RecordShape, value: unknown, place: string, out: Outgoing): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return json(value, place);
  refuseUnknown(value, shape.fields, `\`${place}\``);
  return encodeFields(shape.fields, value as Record<string, unknown>, place === '' ? '' : `${place}.`, out);
}

function encodeUnion(variants: readonly RecordShape[], value: unknown, place: string, out: Outgoing): unknown {
  const variant = variants.find((one) => value instanceof one.type());
  if (variant === undefined) {
    const names = variants.map((one) => one.name).join(', ');
    throw new InlaidError('invalid_config', `option \`${place}\` must be one of ${names}; got ${glimpse(value)}`);
  }
  return { [variant.name]: encodeRecord(variant, value, place, out) };
}

function decodeRecord(shape: RecordShape, value: unknown, blocks: readonly Block[], form: Form): object {
  const wire = value as Record<string, unknown>;
  const fields = Object.entries(shape.fields).map(
    ([name, field]) => [name, decode(field.shape, wire[field.wire], blocks, form)] as const,
  );
  return new (shape.type() as new (fields: object) => object)(Object.fromEntries(fields));
}

function block(mark: unknown, blocks: readonly Block[]): Block {
  const found = blocks[(mark as { $array: number }).$array];
  if (found === undefined) throw new InlaidError('internal', 'a block of numbers is missing; please report this');
  return found;
}

/** What JSON can say, as it is; the engine judges it. Everything else is refused here, by name. */
function json(value: unknown, place: string): unknown {
  const refuse = (why: string) => new InlaidError('invalid_config', `option \`${place}\` ${why}; got ${glimpse(value)}`);
  switch (typeof value) {
    case 'string':
      if (isWellFormed(value)) return value;
      throw new InlaidError('invalid_data', `\`${place}\` is not Unicode: it holds half of a surrogate pair`);
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw refuse('must be a finite number');
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw refuse('must be at most 2^53 - 1 in size');
      return value;
    case 'object':
      if (value === null) return null;
      if (isList(value)) return Array.from(value, (item, index) => json(item, `${place}[${index}]`));
      if (isPlainObject(value)) {
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, json(item, `${place}.${key}`)]));
      }
      throw refuse('has a value of the wrong type');
    default:
      throw refuse('has a value of the wrong type');
  }
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function toBytes(value: unknown, name: string): Uint8Array {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new InlaidError('invalid_data', `${name} must be bytes, such as a Uint8Array or a Buffer; got ${glimpse(value)}`);
}
