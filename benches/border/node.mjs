// What crossing the border costs in Node: an empty call, and 8 MB in and out.
//
// Question: how much does a call cost beside its work? Data: one million doubles. Baseline: a copy of the same 8 MB by
// `Float64Array.prototype.slice` in the same run, alternately. Run it where the package is installed:
//
//     node border.mjs            (median of many rounds, in microseconds)
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';

const require = createRequire(`${process.cwd()}/`);
const { coverageSync, FittedNaive, mae, maeSync, Naive } = require('inlaid/forecast');
const { VERSION } = require('inlaid');
const dist = join(dirname(require.resolve('inlaid/package.json')), 'dist');
const bridge = require(join(dist, 'bridge.js'));
const shape = require(join(dist, 'schema.js'));

const MILLION = 1_000_000;
const few = Float64Array.of(1, 2, 3);
const many = Float64Array.from({ length: MILLION }, (_, i) => i % 97);
const plain = Array.from(many);
const model = new Naive().fitSync(few);
const bytes = new Naive().fitSync(many).toBytesSync();

// Asks for the values of 9 points of 4 parameters again and again, with a callback that does nothing.
const QUESTIONS = 500;
const field = (wire, required) => ({ wire, shape: shape.plain, required });
const SEEK = {
  name: 'border.seek',
  asks: { name: 'objective', question: [shape.matrix], answer: shape.vector, each: true },
  options: { parameters: field('parameters', true), most: field('most', false), brief: field('brief', false) },
  gives: shape.vector,
};
const seek = (how, brief) => bridge[how](SEEK, undefined, [() => 1, 4], { most: QUESTIONS, brief });
const questions = {
  'a question of 9 points in place': () => seek('runSync', true),
  'the same as a promise, brief': () => seek('run', true),
  'the same as a promise, on a thread': () => seek('run', false),
};

const cases = {
  'empty quick call (mae of 3 numbers)': [2000, () => maeSync(few, few)],
  'the same as a promise': [2000, () => mae(few, few)],
  'fit and predict a series of 3 in place': [1000, () => new Naive().fitSync(few).predictSync(1)],
  'fit a series of 3 as a promise': [200, () => new Naive().fit(few)],
  'predict as a promise': [200, () => model.predict(1)],
  'copy of 8 MB in JavaScript (baseline)': [5, () => many.slice()],
  '16 MB in, borrowed (mae of two Float64Arrays)': [5, () => maeSync(many, many)],
  '16 MB in, plain arrays': [2, () => maeSync(plain, plain)],
  '24 MB in, borrowed (coverage of three)': [5, () => coverageSync(many, many, many)],
  '8 MB of bytes in, a model out': [5, () => FittedNaive.fromBytesSync(bytes)],
  '8 MB out (a forecast of a million steps)': [2, () => model.predictSync(MILLION)],
};

for (const [name, run] of Object.entries(questions)) cases[name] = [1, run, QUESTIONS];

const samples = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
for (let round = 0; round < 15; round++) {
  for (const [name, [count, run, parts = 1]] of Object.entries(cases)) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < count; i++) await run();
    samples[name].push(Number(process.hrtime.bigint() - start) / count / parts / 1000);
    await new Promise(setImmediate);
  }
}
console.log(`inlaid ${VERSION}, Node ${process.version}, ${cpus()[0]?.model}`);
for (const [name, times] of Object.entries(samples)) {
  const sorted = times.slice(3).sort((a, b) => a - b);
  const at = (part) => sorted[Math.floor((sorted.length - 1) * part)].toFixed(1).padStart(9);
  console.log(`${name.padEnd(58)} ${at(0.5)} us   (${at(0)} to ${at(1)})`);
}
