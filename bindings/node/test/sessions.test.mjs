// Operations that ask a callback while they run, by the border's own search for the least value.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { fails } from './support.mjs';

const require = createRequire(import.meta.url);
const dist = join(dirname(require.resolve('inlaid/package.json')), 'dist');
const { run, runSync } = require(join(dist, 'bridge.js'));
const shape = require(join(dist, 'schema.js'));

const field = (wire, required) => ({ wire, shape: shape.plain, required });
const GUESS = {
  name: 'border.guess',
  asks: { name: 'values', question: [shape.vector, shape.ints], answer: shape.vector },
  options: { low: field('low', true), high: field('high', true), most: field('most', false) },
  gives: shape.vector,
};
const guess = (values, options) => run(GUESS, undefined, [values, 0, 9], { most: 40, ...options });
const guessSync = (values, options) => runSync(GUESS, undefined, [values, 0, 9], { most: 40, ...options });
const least = (at) => (places) => places.map((place) => Math.abs(place - at));
const isNear = (found, at) => assert.ok(found instanceof Float64Array && found.every((end) => Math.abs(end - at) < 1e-6), String(found));

const ASKED = { name: 'objective', question: [shape.matrix], answer: shape.vector, each: true };
const SEEK = {
  name: 'border.seek',
  asks: ASKED,
  options: { parameters: field('parameters', true), most: field('most', false), brief: field('brief', false) },
  gives: shape.vector,
};
const SEEK_SUMS = { ...SEEK, name: 'border.seek_sums', asks: { ...ASKED, answer: shape.matrix } };
const SEEK_AT_ONCE = { ...SEEK, name: 'border.seek_at_once', asks: { ...ASKED, answer: shape.matrix, each: undefined } };
const seekBy = (operation, objective, options) => run(operation, undefined, [objective, 2], { most: 30, brief: true, ...options });
const seekBySync = (operation, objective, options) =>
  runSync(operation, undefined, [objective, 2], { most: 30, brief: true, ...options });
const seek = (objective, options) => seekBy(SEEK, objective, options);
const seekSync = (objective, options) => seekBySync(SEEK, objective, options);
/** Least at (1, -2), which is found in 30 questions of 5 points. */
const bowl = (point) => (point[0] - 1) ** 2 + Math.abs(point[1] + 2);
const FOUND = Float64Array.of(1, -2, 30);

test('a function of one point is called for each row', async () => {
  let asked = 0;
  const objective = (point) => {
    asked += 1;
    assert.ok(point instanceof Float64Array && point.length === 2);
    return bowl(point);
  };
  for (const brief of [true, false]) {
    assert.deepEqual(seekSync(objective, { brief }), FOUND);
    assert.deepEqual(await seek(objective, { brief }), FOUND);
    assert.deepEqual(await seek(objective, { brief, signal: new AbortController().signal, onProgress: () => {} }), FOUND);
  }
  assert.equal(asked, 6 * 30 * 5);
});

test('promises of one question are awaited together', async () => {
  let waiting = 0;
  let most = 0;
  const objective = async (point) => {
    most = Math.max(most, ++waiting);
    await sleep(1);
    waiting -= 1;
    return bowl(point);
  };
  assert.deepEqual(await seek(objective), FOUND);
  assert.equal(most, 5);
  const mixed = (point) => (point[0] > 0.5 ? Promise.resolve(bowl(point)) : bowl(point));
  assert.deepEqual(await seek(mixed), FOUND);
  await fails(() => seekSync(objective), 'invalid_config', '`objective` gives a promise');
  await fails(() => seekSync(() => Promise.reject(new Error('unheard'))), 'invalid_config', '`objective` gives a promise');
});

test('several values of a point are one row', async () => {
  const values = (point) => [(point[0] - 1) ** 2, Math.abs(point[1] + 2)];
  for (const given of [values, (point) => Float64Array.from(values(point)), bowl]) {
    assert.deepEqual(seekBySync(SEEK_SUMS, given), FOUND);
    assert.deepEqual(await seekBy(SEEK_SUMS, async (point) => given(point)), FOUND);
  }
});

test('a function of all points may give one axis where a point has one value', async () => {
  const values = (points) => Float64Array.from(points, bowl);
  assert.deepEqual(seekBySync(SEEK_AT_ONCE, values), FOUND);
  assert.deepEqual(await seekBy(SEEK_AT_ONCE, async (points) => Array.from(values(points), (value) => [value, value])), FOUND);
  await fails(() => seekBySync(SEEK_AT_ONCE, () => [1, 2]), 'invalid_data', '`objective` gives must hold 5 rows, got 1');
});

test('what is wrong with the answer for a row is said with the callback and the row', async () => {
  for (const [given, text, ofRows] of [
    [null, '`objective()`[3] must be a number; got null', '`objective()`[3] must be a row of numbers; got null'],
    ['1', '`objective()`[3] must be a number', '`objective()`[3] must be a row of numbers'],
    [1n, '`objective()`[3] must be a number', '`objective()`[3] must be a row of numbers'],
    [[1, 2], '`objective()`[3] must be a number', '`objective()`[3] has 2 values, `objective()`[0] has 1'],
    [['a'], '`objective()`[3] must be a number', '`objective()`[3][0] must be a number'],
  ]) {
    const answers = () => {
      let asked = 0;
      return () => (asked++ === 3 ? given : 1);
    };
    await fails(() => seek(answers()), 'invalid_data', text);
    await fails(() => seekSync(answers()), 'invalid_data', text);
    await fails(() => seekBySync(SEEK_SUMS, answers()), 'invalid_data', ofRows);
  }
});

test('what the callback throws for a row, or rejects with, comes out as it is', async () => {
  const thrown = { code: 'mine' };
  const answers = (fail) => {
    let asked = 0;
    return () => (++asked === 8 ? fail() : 1);
  };
  const raise = () => {
    throw thrown;
  };
  for (const call of [
    () => seekSync(answers(raise)),
    () => seek(answers(raise)),
    () => seek(answers(async () => raise())),
    () => seek(answers(() => sleep(5).then(raise))),
    // Others of the same question are rejected, too, and nobody hears of it.
    () => seek((point) => Promise.reject(point[0] === 0 ? thrown : new Error('later'))),
  ]) {
    await assert.rejects(async () => call(), (error) => error === thrown);
  }
});

test('a signal stops between rows, also where the callback waits or never lets go', async () => {
  const reason = new Error('enough');
  const within = new AbortController();
  let asked = 0;
  const aborting = (point) => {
    if (++asked === 3) within.abort(reason);
    return bowl(point);
  };
  const early = await fails(() => seek(aborting, { signal: within.signal }), 'cancelled');
  assert.equal(early.cause, reason);
  assert.equal(asked, 3);
  const busy = (point) => {
    for (const end = performance.now() + 5; performance.now() < end; );
    return bowl(point);
  };
  await fails(() => seek(busy, { most: 1000, signal: AbortSignal.timeout(50) }), 'cancelled');
  await fails(() => seek(bowl, { most: 1e9, signal: AbortSignal.timeout(50) }), 'cancelled');
  const waiting = new AbortController();
  setTimeout(() => waiting.abort(reason), 20); // unlike `AbortSignal.timeout`, it keeps the process alive
  const late = await fails(() => seek(() => new Promise(() => {}), { signal: waiting.signal }), 'cancelled');
  assert.equal(late.cause, reason);
});

test('what lives in a model goes on after the callback threw', async () => {
  class Seeker {}
  const { asks, options, ...rest } = SEEK;
  const start = { ...rest, name: 'border.seeker', options, gives: shape.model(() => Seeker) };
  const go = { name: 'border.Seeker.run', model: true, asks, gives: shape.vector };
  const count = { name: 'border.Seeker.asked', model: true, gives: shape.plain, quick: true };
  for (const later of [false, true]) {
    const model = later ? await run(start, undefined, [2], { most: 30 }) : runSync(start, undefined, [2], { most: 30 });
    const thrown = new Error('mine');
    let asked = 0;
    const objective = (point) => {
      if (++asked === 48) throw thrown;
      return bowl(point);
    };
    const call = () => (later ? run(go, model, [objective]) : runSync(go, model, [objective]));
    await assert.rejects(async () => call(), (error) => error === thrown);
    assert.equal(runSync(count, model, []), 10);
    assert.deepEqual(await call(), FOUND);
    assert.equal(asked, 48 + 21 * 5);
  }
});

test('a callback is asked until the answer is known, in place and away', async () => {
  const asked = [];
  const values = (places, number) => {
    assert.ok(places instanceof Float64Array && number instanceof Int32Array);
    asked.push(...number);
    return least(2)(places);
  };
  isNear(guessSync(values), 2);
  assert.deepEqual(asked, Array.from({ length: 40 }, (_, index) => index + 1));
  isNear(await guess(values), 2);
  assert.equal(asked.length, 80);
  assert.deepEqual(guessSync(values, { most: 0 }), Float64Array.of(0, 9));
});

test('a callback may give a promise where the call does', async () => {
  isNear(await guess(async (places) => (await sleep(1), least(4)(places))), 4);
  await fails(() => guessSync(async (places) => places), 'invalid_config', 'gives a promise');
});

test('what the callback throws comes out as it is', async () => {
  for (const thrown of [new TypeError('mine'), 'a text', undefined, { code: 'other' }]) {
    let asked = 0;
    const values = (places) => {
      if (++asked === 3) throw thrown;
      return places;
    };
    for (const call of [() => guessSync(values), () => guess(values), () => guess(async (places) => values(places))]) {
      asked = 0;
      let seen = 'nothing';
      try {
        await call();
      } catch (error) {
        seen = error;
      }
      assert.equal(seen, thrown);
      assert.equal(asked, 3);
    }
  }
});

test('a wrong answer is refused with the name of the callback', async () => {
  for (const [given, text] of [
    [[1], 'what `values` gives must hold 2 numbers, got 1'],
    [null, '`values()` must be an array of numbers; got null'],
    [['a', 'b'], '`values()`[0] must be a number'],
  ]) {
    await fails(() => guess(() => given), 'invalid_data', text);
    await fails(() => guessSync(() => given), 'invalid_data', text);
  }
  await fails(() => guess(7), 'invalid_config', '`values` must be a function; got 7');
  await fails(() => guessSync(undefined), 'invalid_config', '`values` must be a function');
});

test('a signal stops a session, also one that waits for its callback', async () => {
  const reason = new Error('enough');
  const before = new AbortController();
  before.abort(reason);
  const early = await fails(() => guess(() => assert.fail('it must not be asked'), { signal: before.signal }), 'cancelled');
  assert.equal(early.cause, reason);
  const between = new AbortController();
  let asked = 0;
  const values = (places) => {
    if (++asked === 2) between.abort(reason);
    return places;
  };
  await fails(() => guess(values, { signal: between.signal }), 'cancelled');
  assert.equal(asked, 2);
  const waiting = new AbortController();
  setTimeout(() => waiting.abort(reason), 20);
  const late = await fails(() => guess(() => new Promise(() => {}), { signal: waiting.signal }), 'cancelled');
  assert.equal(late.cause, reason);
  isNear(await guess(least(1), { signal: new AbortController().signal }), 1);
});

test('progress rises to the end, and what it throws stops the session', async () => {
  const told = [];
  await guess(least(3), { onProgress: (fraction) => told.push(fraction) });
  assert.deepEqual(told, [...told].sort((a, b) => a - b));
  assert.equal(told.at(-1), 1);
  assert.ok(told.length > 30);
  const thrown = new Error('stop');
  await assert.rejects(
    guess(least(3), {
      onProgress: () => {
        throw thrown;
      },
    }),
    (error) => error === thrown,
  );
});

test('sessions nest and run side by side', async () => {
  const outer = (places) => places.map((place) => Math.abs(place - guessSync(least(5), { most: 20 })[0]));
  const found = guessSync(outer, { most: 20 });
  assert.ok(Math.abs(found[0] - 5) < 1e-2);
  const all = await Promise.all(Array.from({ length: 20 }, (_, at) => guess(least(at % 9))));
  all.forEach((one, at) => isNear(one, at % 9));
});
