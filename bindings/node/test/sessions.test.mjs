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
