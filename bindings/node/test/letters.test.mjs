// Whole numbers, texts and lists on their way in and out, by the operation that gives back what the engine saw.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { assign, levenshtein } from 'inlaid/matching';
import { fails } from './support.mjs';

const require = createRequire(import.meta.url);
const dist = join(dirname(require.resolve('inlaid/package.json')), 'dist');
const { run, runSync } = require(join(dist, 'bridge.js'));
const shape = require(join(dist, 'schema.js'));

/** What the engine saw of one array, lent and copied. */
function echo(letter, gives, value) {
  const operation = { name: 'border.echo', arrays: [{ name: 'x', shape: letter }], gives: shape.list(gives) };
  const [seen] = runSync(operation, undefined, [value]);
  return { seen, later: run(operation, undefined, [value]).then(([copied]) => copied) };
}

async function both(letter, gives, value, wanted) {
  const { seen, later } = echo(letter, gives, value);
  assert.deepEqual(seen, wanted);
  assert.deepEqual(await later, wanted);
}

const ints = (value, ...wanted) => both(shape.ints, shape.ints, value, Int32Array.from(wanted));
const texts = (value, wanted = value) => both(shape.texts, shape.list(shape.plain), value, wanted);
const lists = (value, wanted = value) => both(shape.lists, shape.list(shape.list(shape.plain)), value, wanted);

test('whole numbers of any kind mean the same', async () => {
  await ints([3, -1, 2], 3, -1, 2);
  await ints([-0], 0);
  await ints([]);
  await ints(Int32Array.of(9, 3, -1, 9).subarray(1, 3), 3, -1);
  await ints(new Int32Array(new SharedArrayBuffer(8)), 0, 0);
  await ints(BigInt64Array.of(3n, -1n), 3, -1);
  await ints(BigUint64Array.of(3n), 3);
  await ints(Float64Array.of(3, -1), 3, -1);
  await ints(Int8Array.of(-3), -3);
  await ints(Uint8Array.of(3), 3);
  await ints(Uint16Array.of(65535), 65535);
  await ints(Uint32Array.of(2 ** 31 - 1), 2 ** 31 - 1);
});

test('a result beyond 32 bits is an error, not another number', async () => {
  for (const value of [[2 ** 31], [-(2 ** 31) - 1], [2 ** 53 - 1], BigInt64Array.of(2n ** 63n - 1n), Uint32Array.of(2 ** 32 - 1)]) {
    await fails(() => echo(shape.ints, shape.ints, value), 'too_large', '2^31');
  }
});

test('what is no whole number is refused with its place', async () => {
  for (const [value, text] of [
    [[1, 1.5], '`x`[1] must be a whole number'],
    [[1, NaN], 'got NaN'],
    [[2 ** 53], 'at most 2^53 - 1'],
    [[1, '2'], 'got the string "2"'],
    [[1, true], 'got true'],
    [[1, null], 'got null'],
    [[1, 2n], 'got the BigInt 2n'],
    [[1, , 3], '`x`[1] must be a whole number'],
    [Float64Array.of(0.5), 'got 0.5'],
    [BigUint64Array.of(2n ** 63n), 'of at most 64 bits'],
    [Float32Array.of(1), 'got a Float32Array'],
    [7, 'got 7'],
    [undefined, 'got undefined'],
  ]) {
    await fails(() => echo(shape.ints, shape.ints, value), 'invalid_data', text);
  }
});

test('texts cross as they are', async () => {
  await texts(['Ada', 'Grace', 'ümläut', '', '名前', '😀', '\0', '\ufeffx']);
  await texts([]);
  await texts(['']);
  await texts(Array.from({ length: 5000 }, (_, index) => `text ${index} ä`));
  const large = ['x'.repeat(10_000_000), 'é'.repeat(8_000_000), 'end'];
  const { seen, later } = echo(shape.texts, shape.list(shape.plain), large);
  assert.ok(seen.every((text, index) => text === large[index]));
  assert.ok((await later).every((text, index) => text === large[index]));
});

test('what is no text is refused with its place', async () => {
  for (const [value, text] of [
    [['a', 'b\ud800'], '`x`[1] is not Unicode'],
    [['\ud83d', '\ude00'], '`x`[0] is not Unicode'],
    [['a', null], '`x`[1] must be a string; got null'],
    [['a', , 'b'], '`x`[1] must be a string; got undefined'],
    [['a', 1], 'got 1'],
    [[new String('a')], 'got a String'],
    ['abc', 'must be an array of strings'],
    [undefined, 'got undefined'],
  ]) {
    await fails(() => echo(shape.texts, shape.list(shape.plain), value), 'invalid_data', text);
  }
  await fails(() => levenshtein('a', 'b\ud800'), 'invalid_data', '`right` is not Unicode');
});

test('lists may be ragged and of any kind', async () => {
  await lists([[1, 2], [], [3]]);
  await lists([]);
  await lists([[], []]);
  await lists([Int32Array.of(1, 2), Int32Array.of(), Int32Array.of(3)], [[1, 2], [], [3]]);
  await lists([Int32Array.of(1, 2), [], Uint8Array.of(3)], [[1, 2], [], [3]]);
  await lists([BigInt64Array.of(1n, 2n), [], Float64Array.of(3)], [[1, 2], [], [3]]);
});

test('lists of something else are refused with their row', async () => {
  for (const [value, text] of [
    [[[1], [2, 1.5]], '`x`[1][1] must be a whole number'],
    [[[1], 2], '`x`[1] must be an array of whole numbers'],
    [[[1], null], 'got null'],
    [[[1], BigUint64Array.of(2n ** 63n)], '`x`[1][0]'],
    [[1, 2], '`x`[0] must be an array'],
    [Int32Array.of(1), 'must be an array of arrays'],
  ]) {
    await fails(() => echo(shape.lists, shape.list(shape.list(shape.plain)), value), 'invalid_data', text);
  }
});

test('a call owns a copy of its whole numbers, and the caller may go on', async () => {
  const value = BigInt64Array.of(1n, 2n);
  const operation = { name: 'border.echo', arrays: [{ name: 'x', shape: shape.ints }], gives: shape.list(shape.ints) };
  const later = run(operation, undefined, [value]);
  value.fill(9n);
  assert.deepEqual((await later)[0], Int32Array.of(1, 2));
});

test('single precision is converted once', async () => {
  const { rows, columns } = await assign({ data: Float32Array.of(4, 1, 3, 2, 0, 5, 3, 2, 2), rows: 3, cols: 3 });
  assert.deepEqual([rows, columns], [Int32Array.of(0, 1, 2), Int32Array.of(1, 0, 2)]);
});
