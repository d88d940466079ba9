// Tables: rows come back as rows, columns as columns, dates as dates.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { readCsv, readCsvSync, writeCsv, writeCsvSync } from 'inlaid/data';
import { Drift, Naive, crossValidate, panel, panelSync } from 'inlaid/forecast';
import { fails } from './support.mjs';

const folder = mkdtempSync(join(tmpdir(), 'inlaid-tables-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'table.csv');
const written = async (table) => {
  await writeCsv(table, file);
  return readFileSync(file, 'utf8');
};

const days = ['2024-01-01', '2024-02-01'];
const rows = [
  { unique_id: 'a', ds: new Date(days[0]), y: 1.5 },
  { unique_id: 'a', ds: new Date(days[1]), y: null },
];

test('rows and columns are the same table', async () => {
  const columns = { unique_id: ['a', 'a'], ds: rows.map((row) => row.ds), y: Float64Array.of(1.5, NaN) };
  assert.equal(await written(rows), await written(columns));
  const back = await readCsv(file);
  assert.deepEqual(Object.keys(back), ['unique_id', 'ds', 'y']);
  assert.deepEqual(back.unique_id, ['a', 'a']);
  assert.deepEqual(back.y, Float64Array.of(1.5, NaN));
  assert.deepEqual(back.ds, days.map((day) => new Date(day).toISOString())); // a file holds texts
  assert.deepEqual(readCsvSync(file), back);
});

test('a map of series is a panel', async () => {
  const text = await written(new Map([['b', [1.5, 2]], ['a', Float64Array.of(3)]]));
  assert.deepEqual(text.trim().split('\n').slice(1).map((line) => line.split(',')[0]), ['b', 'b', 'a']);
  const { ds, y } = await readCsv(file);
  assert.deepEqual([ds, Array.from(y)], [[1, 2, 1], [1.5, 2, 3]]);
});

test('every kind of column goes in', async () => {
  writeCsvSync(
    {
      float32: Float32Array.of(0.5, 1),
      int8: Int8Array.of(-1, 2),
      big: BigInt64Array.of(2n ** 62n, -1n),
      bigs: [2n ** 53n, null],
      truth: [true, null],
      text: ['a "quoted", text', null],
      whole: [1, undefined],
      nothing: [null, null],
      mixed: [1, 2.5],
    },
    file,
  );
  const back = await readCsv(file);
  assert.deepEqual(Array.from(back.float32), [0.5, 1]);
  assert.deepEqual(back.int8, [-1, 2]);
  assert.deepEqual(back.big, [2n ** 62n, -1n]);
  assert.deepEqual(back.truth, ['true', null]); // a file holds texts
  assert.deepEqual(back.text, ['a "quoted", text', null]);
  assert.deepEqual(back.whole, [1, null]);
  assert.deepEqual(Array.from(back.mixed), [1, 2.5]);
});

test('what is not a table is invalid data, and the message says where', async () => {
  for (const [table, text] of [
    [undefined, 'got undefined'],
    ['a,b', 'got the string'],
    [Float64Array.of(1), 'got a Float64Array'],
    [[1, 2], '`table`[0] must be an object'],
    [[[1]], '`table`[0] must be an object'],
    [{ y: 12 }, '`table`.y must be an array'],
    [{ y: [1, 'a'] }, '`table`.y[1] is the string "a", but a number stands before it'],
    [{ y: [{}] }, 'cannot stand in a table'],
    [{ y: [2n ** 64n] }, '64 bits'],
    [{ a: [1], b: [1, 2] }, 'equally long'],
    [new Map([[1, [1]]]), 'the id of a series'],
    [new Map([['a', ['1']]]), 'must be a number'],
    [new Map([['a', 'text']]), 'must be an array of numbers'],
  ]) {
    await fails(() => writeCsv(table, file), 'invalid_data', text);
  }
});

test('a table is copied when the call starts', async () => {
  const y = Float64Array.of(1.5, 2.5);
  const call = writeCsv({ y }, file);
  y.fill(0);
  await call;
  assert.deepEqual((await readCsv(file)).y, Float64Array.of(1.5, 2.5));
});

const months = (count) => Array.from({ length: count }, (_, month) => new Date(Date.UTC(2024, month, 1)));
const sales = () => ({ unique_id: Array(6).fill('a'), ds: months(6), y: Float64Array.of(1, 2, 3, 4, 5, 6) });

test('a panel of columns comes back as columns, dates as dates', async () => {
  const { forecasts, models, failures } = await panel(sales(), { methods: [new Drift()], horizon: 2, levels: [0.8] });
  assert.deepEqual(forecasts.unique_id, ['a', 'a']);
  assert.deepEqual(forecasts.ds, months(8).slice(6));
  assert.deepEqual(forecasts.Drift, Float64Array.of(7, 8));
  assert.ok(forecasts['Drift-lo-80'] instanceof Float64Array);
  assert.deepEqual(models.method, ['Drift']);
  assert.deepEqual(failures, []);
});

test('a panel of rows comes back as rows', async () => {
  const { unique_id, ds, y } = sales();
  const table = ds.map((time, row) => ({ unique_id: unique_id[row], ds: time, y: y[row] }));
  const { forecasts } = await panel(table, { methods: [new Drift()], horizon: 2, levels: [] });
  assert.deepEqual(forecasts, [
    { unique_id: 'a', ds: months(7)[6], Drift: 7 },
    { unique_id: 'a', ds: months(8)[7], Drift: 8 },
  ]);
  assert.deepEqual(panelSync(table, { methods: [new Drift()], horizon: 2, levels: [] }).forecasts, forecasts);
});

test('times and names come back in the type in which they came', async () => {
  const options = { methods: [new Naive()], horizon: 1, levels: [] };
  const whole = { ...sales(), unique_id: Array(6).fill(7), ds: [1, 2, 3, 4, 5, 6] };
  assert.deepEqual((await panel(whole, options)).forecasts, { unique_id: [7], ds: [7], Naive: Float64Array.of(6) });
  const texts = { ...sales(), ds: months(6).map((date) => date.toISOString().slice(0, 10)) };
  assert.deepEqual((await panel(texts, options)).forecasts.ds, ['2024-07-01']);
});

test('a bad series of a map is named, the others are forecast', async () => {
  const series = new Map([['good', [1, 2, 3]], ['bad', [1, NaN, 3]], ['long', Float64Array.of(1, 2, 3, 4)]]);
  const { forecasts, failures } = await panel(series, { methods: [new Naive()], horizon: 1 });
  assert.deepEqual(forecasts.unique_id, ['good', 'long']);
  assert.deepEqual(forecasts.ds, [4, 5]);
  assert.deepEqual(failures.map(({ id, code }) => [id, code]), [['bad', 'invalid_data']]);
});

test('methods are instances of their classes', async () => {
  for (const methods of [[{}], ['Naive'], [Naive], [null], [12]]) {
    await fails(() => panel(sales(), { methods, horizon: 1 }), 'invalid_config', 'methods[0]');
  }
  await fails(() => panel(sales(), { methods: 'Naive', horizon: 1 }), 'invalid_config', 'methods');
});

test('cross-validation takes and gives tables too', async () => {
  const { forecasts, accuracy } = await crossValidate(sales(), { methods: [new Naive(), new Drift()], horizon: 1, windows: 2 });
  assert.deepEqual(Object.values(forecasts)[0], ['a', 'a']);
  assert.equal(accuracy.length, 2);
  assert.ok(accuracy.some((one) => one.mae === 0), 'drift follows the line');
});
