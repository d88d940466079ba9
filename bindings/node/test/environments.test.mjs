// Several environments in one process, and how they end.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { Naive } from 'inlaid/forecast';

const heavy = `
  const { AutoEts, Naive } = require('inlaid/forecast');
  const rows = 20000, cols = 120;
  const data = Float64Array.from({ length: rows * cols }, (_, i) => 100 + Math.sin(i / 2) * 9 + (i * 7919) % 13);
  const slow = () => new AutoEts({ season: 12 }).fit({ data, rows, cols });
`;

/** Run a program; gives what it printed, how it ended and how long it took. */
async function program(source, ...flags) {
  const start = performance.now();
  const child = spawn(process.execPath, [...flags, '-e', source], { cwd: import.meta.dirname, stdio: 'pipe' });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  const [code, signal] = await new Promise((resolve) => child.on('close', (...end) => resolve(end)));
  return { output, code, signal, milliseconds: performance.now() - start };
}

const spoken = (worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));

test('worker threads fit beside the main thread, and end', async () => {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { Naive } = require('inlaid/forecast');
    (async () => {
      const calls = Array.from({ length: 200 }, (_, i) => new Naive().fit([i, workerData]).then((m) => m.predict(1)));
      parentPort.postMessage((await Promise.all(calls)).every((f) => f.mean.data[0] === workerData));
    })();
  `;
  for (let round = 0; round < 3; round++) {
    const workers = Array.from({ length: 3 }, (_, workerData) => new Worker(source, { eval: true, workerData }));
    const ends = workers.map((worker) => new Promise((resolve) => worker.on('exit', resolve)));
    assert.deepEqual(await Promise.all(workers.map(spoken)), [true, true, true]);
    assert.deepEqual(await Promise.all(ends), [0, 0, 0]);
  }
  assert.deepEqual((await (await new Naive().fit([1, 2])).predict(1)).mean.toArray(), [[2]]);
});

test('a worker that is terminated takes its running calls with it, at once', async () => {
  const source = `${heavy} slow(); slow(); require('node:worker_threads').parentPort.postMessage('runs');`;
  const worker = new Worker(source, { eval: true });
  await spoken(worker);
  await sleep(200);
  const start = performance.now();
  await worker.terminate();
  assert.ok(performance.now() - start < 1000, `it took ${performance.now() - start} ms`);
  const before = process.cpuUsage();
  await sleep(1000);
  const used = process.cpuUsage(before);
  assert.ok(used.user + used.system < 500_000, `threads still work: ${used.user} us of processor time in a second`);
});

test('process.exit does not wait for a running call', async () => {
  const end = await program(`${heavy} slow(); setTimeout(() => process.exit(3), 200);`);
  assert.deepEqual([end.code, end.signal], [3, null], end.output);
  assert.ok(end.milliseconds < 3000, `it took ${end.milliseconds} ms`);
});

test('a program ends when its last call has settled, not before and not much later', async () => {
  const end = await program(`${heavy}
    let ticks = 0;
    new Naive().fit([1, 2], { onProgress() {} }).then((m) => m.predict(1)).then((f) => console.log(f.mean.data[0]));`);
  assert.deepEqual([end.code, end.output.trim()], [0, '2']);
  assert.ok(end.milliseconds < 3000, `it took ${end.milliseconds} ms`);
});

test('an error that nobody handles ends the program with its code', async () => {
  const end = await program(`${heavy} new Naive().fit([]);`);
  assert.equal(end.code, 1);
  assert.match(end.output, /InlaidError: series 0: need at least 1/);
});

test('a hundred thousand calls leave no memory behind', async () => {
  const end = await program(
    `${heavy}
    const numbers = Float64Array.from({ length: 2048 }, (_, i) => i);
    const turn = () => new Promise(setImmediate);
    const round = async () => {
      for (let i = 0; i < 8000; i++) {
        const model = new Naive().fitSync(numbers);
        model.predictSync(2000, { levels: [0.5] });
        try { new Naive().fitSync([NaN]); } catch {}
        if (i % 50 === 0) await turn();
      }
      for (let i = 0; i < 100; i++) {
        await Promise.all(Array.from({ length: 10 }, () => new Naive().fit(numbers).then((m) => m.predict(64))));
      }
      for (let i = 0; i < 5; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 20)); }
      return process.memoryUsage().rss / 2 ** 20;
    };
    (async () => {
      const sizes = [];
      for (let i = 0; i < 4; i++) sizes.push(await round());
      console.log(JSON.stringify(sizes));
    })();`,
    '--expose-gc',
  );
  assert.equal(end.code, 0, end.output);
  const sizes = JSON.parse(end.output);
  // A round hands over 9000 models and 24,000 results of 16 kB each. The heaps settle after some rounds; leaking the
  // models alone would add 280 MB from the second round to the last.
  assert.ok(sizes[3] - sizes[1] < 60, `${sizes.map((size) => size.toFixed(1)).join(', ')} MiB after each round`);
});

test('models tell the garbage collector how much they hold', async () => {
  const end = await program(
    `${heavy}
    const big = new Float64Array(1e6).map((_, i) => i);
    (async () => {
      for (let i = 0; i < 150; i++) await new Naive().fit(big);
      console.log(Math.round(process.memoryUsage().rss / 2 ** 20));
    })();`,
  );
  assert.equal(end.code, 0, end.output);
  // All 150 models would take 1,200 MB.
  assert.ok(Number(end.output) < 700, `${end.output} MiB for models of 8 MB of which one is in use`);
});
