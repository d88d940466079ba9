// What may stand for data and options, and what may not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

import { InlaidError, Matrix } from 'inlaid';
import { AutoEts, FittedNaive, Forecast, Interval, maeBatchSync, maeSync, Naive, SeasonalNaive } from 'inlaid/forecast';
import { fails, series } from './support.mjs';

const mean = async (input, horizon = 1) => (await (await new Naive().fit(input)).predict(horizon)).mean.toArray();

test('a series may be a plain array, a typed array, rows of them, or numbers with their shape', async () => {
  assert.deepEqual(await mean([1, 2, 3]), [[3]]);
  assert.deepEqual(await mean(Float64Array.of(1, 2, 3)), [[3]]);
  assert.deepEqual(await mean(Float32Array.of(1, 2, 3)), [[3]]);
  assert.deepEqual(await mean(Int16Array.of(1, 2, 3)), [[3]]);
  assert.deepEqual(await mean([[1, 2], [3, 4]]), [[2], [4]]);
  assert.deepEqual(await mean([Float64Array.of(1, 2), [3, 4]]), [[2], [4]]);
  assert.deepEqual(await mean({ data: Float64Array.of(1, 2, 3, 4), rows: 2, cols: 2 }), [[2], [4]]);
  assert.deepEqual(await mean({ data: [1, 2, 3, 4], rows: 2, cols: 2 }), [[2], [4]]);
  assert.deepEqual(await mean(Matrix.from([[1, 2], [3, 4]])), [[2], [4]]);
  assert.deepEqual(await mean(Float64Array.of(9, 1, 2, 9).subarray(1, 3)), [[2]]);
  assert.deepEqual(await mean(new Float64Array(new SharedArrayBuffer(16)).fill(5)), [[5]]);
  assert.deepEqual(await mean(runInNewContext('[[1, 2], new Float64Array([3, 4])]')), [[2], [4]]);
});

test('what is not numbers is invalid data, and the message says where', async () => {
  const holes = [1, , 3];
  const detached = new Float64Array(3);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  for (const [input, text] of [
    [undefined, 'got undefined'],
    [null, 'got null'],
    [12, 'got 12'],
    ['1,2,3', 'got the string'],
    [{}, 'got an object'],
    [() => 1, 'got a function'],
    [Symbol('s'), 'got a symbol'],
    [[1, '2'], '[1] must be a number; got the string "2"'],
    [[1, null], 'write NaN'],
    [holes, '[1] must be a number; got undefined'],
    [[1, 2n], 'the BigInt 2n'],
    [BigInt64Array.of(1n), 'got a BigInt64Array'],
    [[[1, 2], [3]], '`series`[1] has 1 values, `series`[0] has 2'],
    [[[1, 2], 3], '`series`[1] must be a row'],
    [[[1, 2], 'ab'], '`series`[1] must be a row'],
    [[[[1]]], '`series`[0][0] must be a number; got an array'],
    [[[1, {}]], 'got an object'],
    [{ data: [1, 2, 3], rows: 2, cols: 2 }, '3 numbers are not a matrix of 2 x 2'],
    [{ data: [1, 2], rows: -1, cols: -2 }, 'not a matrix'],
    [{ data: [1, 2], rows: 0.5, cols: 4 }, 'not a matrix'],
    [{ data: [1, 2], rows: '1', cols: 2 }, 'not a matrix'],
    [{ data: 'ab', rows: 1, cols: 2 }, '`series`.data'],
    [new DataView(new ArrayBuffer(16)), 'got a DataView'],
    [new Date(), 'got a Date'],
    [[[1, Infinity]], 'inf'],
    [[NaN], 'NaN'],
  ]) {
    await fails(() => new Naive().fit(input), 'invalid_data', text);
    await fails(() => new Naive().fitSync(input), 'invalid_data', text);
  }
  await fails(() => new Naive().fit(detached), 'not_enough_data');
  await fails(() => new Naive().fit(), 'invalid_data');
  await fails(() => new Naive().fit([[]]), 'not_enough_data');
  await fails(() => new Naive().fit([]), 'not_enough_data');
});

test('data that does not fit into memory is too large', async () => {
  await fails(() => new Naive().fit(new Array(2 ** 32 - 1)), 'too_large');
  await fails(() => new Naive().fit(Array(2 ** 16).fill(new Array(2 ** 31))), 'too_large');
  const fitted = await new Naive().fit([1, 2]);
  await fails(() => fitted.predict(2 ** 31), 'too_large');
});

test('options of the wrong kind are invalid, by name, never null in silence', async () => {
  const fitted = await new Naive().fit([1, 2, 3]);
  for (const horizon of [NaN, Infinity, '12', 12n, null, undefined, {}, [], true, () => 1, 1.5, -1, 0, 2 ** 60, Symbol('s'), new Date()]) {
    await fails(() => fitted.predict(horizon), 'invalid_config', 'horizon');
  }
  for (const levels of ['0.9', 0.9, null, [0.9, NaN], [0.9, , 0.5], [undefined], ['0.9'], [9n], [1], [-0.5], [0]]) {
    await fails(() => fitted.predict(1, { levels }), 'invalid_config', 'level');
  }
  assert.equal((await fitted.predict(1, { levels: Float64Array.of(0.5) })).intervals.length, 1);
  assert.equal((await fitted.predict(1, { levels: undefined })).intervals.length, 0);
  await fails(() => fitted.predict(1, { level: [0.9] }), 'invalid_config', '`level`; it takes `levels`');
});

test('options of a class are judged: names when it is made, values when it is used', async () => {
  assert.throws(() => new SeasonalNaive({ sesaon: 12 }), { name: 'InlaidError', code: 'invalid_config' });
  assert.throws(() => new SeasonalNaive(12), { code: 'invalid_config' });
  for (const season of [0, -1, 2.5, NaN, '12', 12n, [12], {}]) {
    await fails(() => new SeasonalNaive({ season }).fit([1, 2, 3]), 'invalid_config', 'season');
  }
  await fails(() => new AutoEts({ trend: 'sideways' }).fit([1, 2, 3, 4, 5, 6]), 'invalid_config', 'sideways');
  assert.equal(new AutoEts().trend, 'auto');
  assert.equal(new AutoEts({ season: undefined }).season, null);
});

test('methods refuse objects that they do not belong to', async () => {
  const { predict } = FittedNaive.prototype;
  await fails(() => predict.call({}, 1), 'invalid_data', 'needs a fitted model');
  await fails(() => predict.call(undefined, 1), 'invalid_data');
  await fails(() => Naive.prototype.fit.call(undefined, [1]), 'invalid_config');
  await fails(() => Naive.prototype.fit.call({}, [1]), 'invalid_config');
  await fails(() => FittedNaive.prototype.summary.call(Object.create(FittedNaive.prototype)), 'invalid_data');
  assert.throws(() => new FittedNaive(), InlaidError);
  const ets = await new AutoEts({ season: 1 }).fit(series(20));
  await fails(() => predict.call(ets, 1), 'invalid_data');
});

test('a result made by hand travels like one of the engine', async () => {
  const forecast = new Forecast({
    mean: Matrix.from([[2, 2]]),
    intervals: [new Interval({ level: 0.5, lower: Matrix.from([[1, 1]]), upper: Matrix.from([[3, 3]]) })],
  });
  const accuracy = forecast.accuracySync([[1, 4]], [[1, 2, 3]]);
  assert.deepEqual(Array.from(accuracy.mae), [1.5]);
  assert.deepEqual(Array.from(accuracy.intervals[0].coverage), [0.5]);
  const broken = new Forecast({ mean: 'no', intervals: [] });
  await fails(() => broken.accuracy([[1]], [[1, 2]]), 'invalid_data', 'mean');
});

test('a call in place borrows its arrays and gives plain values', () => {
  assert.equal(maeSync([1, 2], Float64Array.of(2, 4)), 1.5);
  assert.deepEqual(maeBatchSync([[1, 2], [3, 4]], [[1, 2], [4, 4]]), Float64Array.of(0, 0.5));
});

test('a matrix shares its rows and refuses what it does not hold', async () => {
  const matrix = Matrix.from([[1, 2], [3, NaN]]);
  assert.equal(matrix.row(1).buffer, matrix.data.buffer);
  assert.deepEqual(matrix.row(-2), Float64Array.of(1, 2));
  assert.deepEqual(Array.from(matrix, (row) => row[0]), [1, 3]);
  assert.equal(JSON.stringify(matrix), '[[1,2],[3,null]]');
  for (const row of [2, -3, 0.5, NaN, '0']) await fails(() => matrix.row(row), 'invalid_config');
  await fails(() => new Matrix(new Float64Array(3), 2, 2), 'invalid_data');
});

test('saved models travel as bytes of any kind, and damaged ones are refused', async () => {
  const fitted = await new Naive().fit([1, 2, 3]);
  const bytes = await fitted.toBytes();
  assert.ok(bytes instanceof Uint8Array);
  const copy = bytes.slice().buffer;
  for (const saved of [bytes, Buffer.from(bytes), copy, new DataView(copy)]) {
    assert.deepEqual((await (await FittedNaive.fromBytes(saved)).predict(1)).mean.toArray(), [[3]]);
  }
  const damaged = bytes.slice();
  damaged[damaged.length >> 1] ^= 0xff;
  await fails(() => FittedNaive.fromBytes(damaged), 'incompatible');
  await fails(() => FittedNaive.fromBytes('bytes'), 'invalid_data', 'must be bytes');
  await fails(() => FittedNaive.load('/no/such/file'), 'not_found');
  await fails(() => FittedNaive.load(12), 'invalid_config', 'path');
});
