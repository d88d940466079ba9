// Runs the golden cases that every language shares through the public classes: once with promises, once with the twins.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';

import * as inlaid from 'inlaid';
import { api, camel, goldenFiles } from './support.mjs';

const methods = new Map();
for (const room of api.rooms) {
  for (const one of room.classes) {
    for (const method of one.methods) methods.set(method.op, { ...method, room: room.name, owner: one });
  }
  for (const method of room.functions) methods.set(method.op, { ...method, room: room.name });
}

const files = goldenFiles();
test('there are golden cases', () => assert.ok(files.length > 0));

for (const twin of ['', 'Sync']) {
  for (const file of files) {
    describe(`${basename(file)}${twin && ' in place'}`, () => {
      for (const golden of JSON.parse(readFileSync(file, 'utf8'))) {
        test(golden.name, () => run(golden, twin));
      }
    });
  }
}

async function run(golden, twin) {
  const folder = mkdtempSync(join(tmpdir(), 'inlaid-golden-'));
  try {
    const kept = new Map();
    const steps = JSON.parse(JSON.stringify(golden.steps).replaceAll('{tmp}', folder.replaceAll('\\', '/')));
    for (const [index, step] of steps.entries()) await check(step, kept, twin, `step ${index}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function check(step, kept, twin, place) {
  let outcome;
  try {
    outcome = await perform(step, kept, twin);
  } catch (error) {
    if (error === thrown) {
      assert.ok(step.objective?.fails_at, `${place}: the objective threw`);
      return;
    }
    assert.ok(error instanceof inlaid.InlaidError, `${place}: ${error?.stack ?? error}`);
    assert.equal(error.code, step.fails, `${place}: ${error.message}`);
    assert.ok(error.message.includes(step.contains ?? ''), `${place}: \`${step.contains}\` is not in: ${error.message}`);
    return;
  }
  assert.equal(step.fails, undefined, `${place}: expected ${step.fails}, but it succeeded`);
  assert.equal(step.objective?.fails_at, undefined, `${place}: the objective did not throw`);
  if ('expect' in step) compare(step.expect, plain(outcome), step.within ?? 0, place);
  if (typeof outcome === 'string') assert.ok(outcome.includes(step.contains ?? ''), `${place}: ${outcome}`);
  if (step.as) kept.set(step.as, outcome);
}

function perform(step, kept, twin) {
  const method = methods.get(step.op);
  assert.ok(method, `no operation ${step.op}`);
  const name = camel(method.name) + twin;
  const fields = [...method.options, ...(method.owner?.kind === 'options' ? method.owner.fields : [])];
  const typeOf = (name) => fields.find((field) => field.name === name)?.type;
  const entries = Object.entries(step.options ?? {}).map(([key, value]) => [camel(key), fromWire(value, typeOf(key), method.room)]);
  const options = Object.fromEntries(entries);
  const take = (field) => {
    const value = options[camel(field.name)];
    delete options[camel(field.name)];
    return value;
  };
  const required = method.options.filter((field) => field.required).map(take);
  const answers = step.answers ? [lookup(step.answers)] : [];
  if (step.objective) answers.push(valued(step.objective, method.asks));
  const given = [...(step.arrays ?? []).map((array) => input(array, kept)), ...answers, ...required];
  const room = inlaid[method.room];
  const last = (rest) => (Object.keys(rest).length > 0 ? [rest] : []);
  if (step.on) return kept.get(step.on)[name](...given, ...last(options));
  if (!method.owner) return room[name](...given, ...last(options));
  const type = room[method.owner.name];
  if (method.is_static) return type[name](...given, ...last(options));
  const own = method.options.map((field) => camel(field.name));
  const rest = Object.fromEntries(Object.entries(options).filter(([key]) => own.includes(key)));
  const constructed = Object.fromEntries(Object.entries(options).filter(([key]) => !own.includes(key)));
  return new type(constructed)[name](...given, ...last(rest));
}

/** An option of a step as JavaScript has it: one of several classes is an instance of it. */
function fromWire(value, type, room) {
  if (type?.of && Array.isArray(value)) return value.map((item) => fromWire(item, type.of, room));
  if (type?.of && type.is === 'optional') return fromWire(value, type.of, room);
  if (type?.is !== 'class' || typeof value !== 'object' || value === null) return value;
  const roomOf = (wanted) => api.rooms.find(({ name }) => name === wanted);
  // A class of another room belongs to that one.
  const home = (wanted) => roomOf(room).borrowed.find(({ name }) => name === wanted)?.room ?? room;
  const named = (wanted) => roomOf(home(wanted)).classes.find(({ name }) => name === wanted);
  const camelled = (wanted, options) =>
    Object.fromEntries(
      Object.entries(options).map(([key, option]) => {
        const field = named(wanted)?.fields?.find(({ name }) => name === key);
        return [camel(key), fromWire(option, field?.type, home(wanted))];
      }),
    );
  if (named(type.name).kind !== 'union') return camelled(type.name, value);
  const [[name, options]] = Object.entries(value);
  const made = inlaid[home(name)][name];
  return made ? new made(camelled(name, options)) : value;
}

/** A callback that finds what it is asked, positions, in a list or in lists of lists. */
const lookup = (answers) => (...question) =>
  Array.from(question[0], (_, at) => Number(question.reduce((inside, part) => inside[part[at]], answers)));

/** What an objective throws. */
const thrown = new Error('the objective fails here');

/** A callback that is worth what its form says, at one row or at each of several; or throws when it should. */
function valued(objective, { each }) {
  let calls = 0;
  const one = ({ quadratic: { center, scale } }, row) =>
    row.reduce((sum, x, at) => sum + scale[at] * (x - center[at]) * (x - center[at]), 0);
  const ofRow = (row) => (objective.columns ? objective.columns.map((column) => one(column, row)) : one(objective, row));
  return (rows) => {
    if (++calls === objective.fails_at) throw thrown;
    return each ? ofRow(rows) : Array.from(rows, ofRow);
  };
}

test('an objective is worth what its form says', () => {
  const bowl = (...center) => ({ quadratic: { center, scale: [1, 10] } });
  const points = inlaid.Matrix.from([[1, 2], [0, 0]]);
  assert.deepEqual(Array.from(points, valued(bowl(1, 1), { each: true })), [10, 11]);
  const both = valued({ columns: [bowl(1, 1), bowl(0, 0)], fails_at: 2 }, { each: false });
  assert.deepEqual(both(points), [[10, 41], [11, 0]]);
  assert.throws(() => both(points), (error) => error === thrown);
});

/** An array of a step as JavaScript has it. */
function input(array, kept) {
  if (array.kept) return kept.get(array.kept);
  if (array.base64 !== undefined) return Buffer.from(array.base64, 'base64');
  if (array.ints) return array.ints;
  if (array.texts) return array.texts;
  if (array.lists) return array.lists;
  if (array.columns) {
    return Object.fromEntries(Object.entries(array.columns).map(([name, cells]) => [name, cells.map(number)]));
  }
  return array.map((item) => (Array.isArray(item) ? item.map(number) : number(item)));
}

const words = { NaN, Infinity, '-Infinity': -Infinity };
const number = (value) => (typeof value === 'string' && value in words ? words[value] : value);

/** What a call gave, in the words of the golden cases. */
function plain(value) {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (value instanceof inlaid.Matrix) return value.toArray().map(plain);
  if (ArrayBuffer.isView(value)) return Array.from(value, plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
  return Object.getPrototypeOf(value) === Object.prototype ? { columns: fields, ...fields } : fields;
}

function compare(expected, got, within, place) {
  if (Array.isArray(expected)) {
    assert.ok(Array.isArray(got), `${place}: expected a list, got ${JSON.stringify(got)}`);
    assert.equal(got.length, expected.length, `${place}: length`);
    expected.forEach((item, index) => compare(item, got[index], within, `${place}[${index}]`));
  } else if (typeof expected === 'object' && expected !== null) {
    for (const [name, field] of Object.entries(expected)) {
      const own = got?.[camel(name)] !== undefined ? camel(name) : name;
      compare(field, got?.[own] ?? null, within, `${place}.${name}`);
    }
  } else if (typeof expected === 'number' && typeof got === 'number') {
    const allowed = within * Math.max(Math.abs(expected), 1);
    assert.ok(Math.abs(expected - got) <= allowed, `${place}: expected ${expected}, got ${got}`);
  } else {
    assert.equal(got, expected, place);
  }
}
