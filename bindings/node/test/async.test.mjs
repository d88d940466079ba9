// Promises: cancellation, progress, a free event loop, many at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { InlaidError } from 'inlaid';
import { AutoEts, FittedNaive, Naive } from 'inlaid/forecast';
import { fails, heavy, series } from './support.mjs';

const slow = heavy();
const ets = new AutoEts({ season: 12 });

/** How late a cancelled call may be: the engine's 100 ms, and a turn of a busy event loop. */
const SOON = 100;

test('a signal stops a call that runs, within 100 ms, and its reason is the cause', async () => {
  const abort = new AbortController();
  const call = ets.fit(slow, { signal: abort.signal });
  await sleep(300);
  const start = performance.now();
  abort.abort(new Error('enough'));
  const error = await fails(() => call, 'cancelled', 'forecast.AutoEts.fit');
  assert.ok(performance.now() - start < SOON, `it took ${performance.now() - start} ms`);
  assert.equal(error.cause.message, 'enough');
});

test('a signal that has fired already stops a call before it runs', async () => {
  const error = await fails(() => new Naive().fit([1, 2], { signal: AbortSignal.abort('no') }), 'cancelled');
  assert.equal(error.cause, 'no');
});

test('AbortSignal.timeout stops a call', async () => {
  const error = await fails(() => ets.fit(slow, { signal: AbortSignal.timeout(50) }), 'cancelled');
  assert.equal(error.cause.name, 'TimeoutError');
});

test('calls that wait behind long ones stop at once', async () => {
  const abort = new AbortController();
  const calls = Array.from({ length: 24 }, () => ets.fit(slow, { signal: abort.signal, threads: 1 }));
  const settled = Promise.allSettled(calls);
  await sleep(100);
  const start = performance.now();
  abort.abort();
  const outcomes = await settled;
  assert.ok(performance.now() - start < 2 * SOON, `it took ${performance.now() - start} ms`);
  assert.ok(outcomes.every((outcome) => outcome.reason?.code === 'cancelled'));
});

test('a thousand calls share one signal without a warning and without leaving a listener', async () => {
  const warnings = [];
  const listen = (warning) => warnings.push(warning);
  process.on('warning', listen);
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 1000 }, () => new Naive().fit([1, 2], { signal })));
  await sleep(20);
  process.off('warning', listen);
  assert.deepEqual(warnings, []);
});

test('an update that is cancelled learns nothing', async () => {
  const fitted = await new Naive().fit([1, 2]);
  await fails(() => fitted.update([3], { signal: AbortSignal.abort() }), 'cancelled');
  assert.deepEqual((await fitted.predict(1)).mean.toArray(), [[2]]);
});

test('progress rises to 1, on the event loop', async () => {
  const seen = [];
  await ets.fit(heavy(1500), { onProgress: (fraction) => seen.push(fraction) });
  assert.ok(seen.length >= 3, `only ${seen}`);
  assert.ok(seen.every((fraction, index) => fraction >= 0 && fraction > (seen[index - 1] ?? -1)), String(seen));
  assert.equal(seen.at(-1), 1);
});

test('what onProgress throws rejects the call, which stops', async () => {
  const mine = new RangeError('mine');
  let calls = 0;
  const start = performance.now();
  const call = ets.fit(slow, {
    onProgress: () => {
      calls++;
      throw mine;
    },
  });
  await assert.rejects(call, mine);
  assert.equal(calls, 1);
  assert.ok(performance.now() - start < 1000, 'the call went on');
});

test('the event loop stays free while a call runs', async () => {
  const abort = new AbortController();
  const call = ets.fit(slow, { signal: abort.signal, threads: 1 });
  let ticks = 0;
  const clock = setInterval(() => ticks++, 10);
  await sleep(1000);
  clearInterval(clock);
  abort.abort();
  await fails(() => call, 'cancelled');
  assert.ok(ticks >= 50, `${ticks} of 100 ticks`);
});

test('ten thousand calls at once all give their own answer', async () => {
  const calls = Array.from({ length: 10_000 }, async (_, index) => {
    if (index % 100 === 99) return fails(() => new Naive().fit([[index, NaN]]), 'invalid_data', 'position 1');
    const fitted = await new Naive().fit([index, index + 1]);
    assert.ok(fitted instanceof FittedNaive);
    const { mean } = await fitted.predict(2);
    assert.deepEqual(Array.from(mean.data), [index + 1, index + 1]);
  });
  const outcomes = await Promise.allSettled(calls);
  assert.deepEqual(outcomes.filter((outcome) => outcome.status === 'rejected'), []);
});

test('what happens to an array after the call has started does not matter', async () => {
  const data = Float64Array.from([1, 2, 3]);
  const nested = [[1, 2, 3]];
  const calls = [new Naive().fit(data), new Naive().fit(nested)];
  data.fill(NaN);
  nested[0][2] = NaN;
  structuredClone(data.buffer, { transfer: [data.buffer] });
  for (const fitted of await Promise.all(calls)) {
    assert.deepEqual((await fitted.predict(1)).mean.toArray(), [[3]]);
  }
});

test('options of a call are read when it starts', async () => {
  const options = { levels: [0.5] };
  const call = (await new Naive().fit([1, 2])).predict(1, options);
  options.levels.push(7);
  assert.equal((await call).intervals.length, 1);
});

test('the same seed gives the same answer on any number of threads', async () => {
  const multiplicative = new AutoEts({ season: 12, error: 'multiplicative', seasonal: 'multiplicative', paths: 1000 });
  const fitted = await multiplicative.fit([series(60), series(60, 2)]);
  const upper = async (options) => (await fitted.predict(6, { levels: [0.9], ...options })).intervals[0].upper.toArray();
  const one = await upper({ seed: 7, threads: 1 });
  assert.deepEqual(await upper({ seed: 7n, threads: 2 }), one);
  assert.deepEqual(fitted.predictSync(6, { levels: [0.9], seed: 7 }).intervals[0].upper.toArray(), one);
  await upper({ seed: 2n ** 64n - 1n });
});

test('options of a call are judged by name', async () => {
  const fit = (options) => new Naive().fit([1, 2], options);
  await fails(() => fit({ sgnal: 1 }), 'invalid_config', 'sgnal');
  await fails(() => fit({ signal: 'stop' }), 'invalid_config', 'AbortSignal');
  await fails(() => fit({ onProgress: 1 }), 'invalid_config', 'onProgress');
  for (const seed of [-1, 1.5, NaN, 2 ** 53, '1', 2n ** 64n, -1n, null]) {
    await fails(() => fit({ seed }), 'invalid_config', 'seed');
  }
  for (const threads of [-1, 1.5, NaN, 1e9, '2', 1n, null]) {
    await fails(() => fit({ threads }), 'invalid_config', 'threads');
  }
  await fails(() => fit(12), 'invalid_config', 'one object');
  await fails(() => fit([]), 'invalid_config', 'one object');
  assert.throws(() => new Naive().fitSync([1], { signal: AbortSignal.abort() }), InlaidError);
  await fit({ signal: undefined, onProgress: undefined, seed: undefined, threads: undefined });
});

test('errors are one class with a stack that names the caller', async () => {
  const error = await fails(() => new Naive().fit([[1, NaN]]), 'invalid_data');
  assert.ok(error instanceof Error && error.name === 'InlaidError');
  assert.match(error.stack, /async\.test\.mjs/);
  assert.equal(String(error).startsWith('InlaidError: series 0'), true, String(error));
});
