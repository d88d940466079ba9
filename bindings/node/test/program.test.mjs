// Linear programs that read like mathematics.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { optimize } from 'inlaid';
import { Constraint, Expression, LinearModel, LinearProgram, Variable } from 'inlaid/optimize';
import { fails } from './support.mjs';

const near = (actual, expected, within = 1e-7) => {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) <= within, `${actual} is not ${expected}`));
};

/** Hillier and Lieberman, Introduction to Operations Research: 36 at (2, 6), prices 0, 3/2 and 1. */
function wyndor() {
  const factory = new LinearProgram('Wyndor');
  const [doors, windows] = factory.variables(['doors', 'windows']);
  factory.maximize(doors.times(3).plus(windows.times(5)));
  const plants = [
    factory.subjectTo(doors.atMost(4), 'plant 1'),
    factory.subjectTo(windows.times(2).atMost(12), 'plant 2'),
    factory.subjectTo(doors.times(3).plus(windows.times(2)).atMost(18), 'plant 3'),
  ];
  return { factory, variables: [doors, windows], plants };
}

test('the textbook factory makes 36', async () => {
  const { factory, variables, plants } = wyndor();
  for (const plan of [await factory.solve(), factory.solveSync()]) {
    assert.equal(plan.status, 'optimal');
    near([plan.objective], [36]);
    near(variables.map((variable) => variable.value(plan)), [2, 6]);
    near(plants.map((plant) => plant.dual(plan)), [0, 1.5, 1]);
    near(variables.map((variable) => variable.reducedCost(plan)), [0, 0]);
    near([variables[0].plus(variables[1].times(2)).plus(1).value(plan)], [15]);
  }
});

test('the classes are the same however they are loaded', () => {
  const { LinearProgram: required } = createRequire(import.meta.url)('inlaid/optimize');
  assert.equal(optimize.LinearProgram, LinearProgram);
  assert.equal(required, LinearProgram);
  const { variables, plants } = wyndor();
  assert.ok(variables[0] instanceof Variable && variables[0] instanceof Expression && plants[0] instanceof Constraint);
});

test('names reach the model', async () => {
  const { factory, variables, plants } = wyndor();
  for (const model of [await factory.model(), factory.modelSync()]) {
    assert.ok(model instanceof LinearModel);
    assert.deepEqual([model.name, model.maximize], ['Wyndor', true]);
    assert.deepEqual(model.columnNames, variables.map(({ name }) => name));
    assert.deepEqual(model.rowNames, ['plant 1', 'plant 2', 'plant 3']);
  }
  assert.deepEqual(plants.map(({ name, index }) => [name, index]), [['plant 1', 0], ['plant 2', 1], ['plant 3', 2]]);
  const nameless = new LinearProgram();
  assert.deepEqual(nameless.variables(2).map(({ name, index }) => [name, index]), [['x0', 0], ['x1', 1]]);
  const row = nameless.variable().atLeast(1);
  assert.deepEqual([row.name, row.index], ['', undefined]);
  assert.equal(nameless.subjectTo(row).name, 'r0');
});

test('a knapsack takes whole things', async () => {
  // By hand: worth 5, 4 and 3, weights 4, 3 and 2 up to 6: the first with the third is worth 8, the others 7.
  const sack = new LinearProgram();
  const things = sack.variables('xyz', { binary: true });
  sack.maximize(sack.total(things, [5, 4, 3]));
  sack.subjectTo(sack.total(things, Float64Array.of(4, 3, 2)).atMost(6));
  const best = await sack.solve();
  near([best.objective, ...things.map((thing) => thing.value(best))], [8, 1, 0, 1]);
  // Any number of each up to a weight of 7: the second once and the third twice.
  const many = new LinearProgram();
  const counts = many.variables(3, { integer: true, upper: 10 });
  many.maximize(many.total(counts, [5, 4, 3]));
  many.subjectTo(many.total(counts, [4, 3, 2]).atMost(7));
  near([(await many.solve()).objective], [10]);
});

test('a semi-continuous variable is 0 or at least its lower bound', async () => {
  const plant = new LinearProgram();
  const made = plant.variable('made', { lower: 3, upper: 9, semiContinuous: true });
  const bought = plant.variable('bought', { upper: 4 });
  plant.minimize(made.times(2).plus(bought.times(3)));
  plant.subjectTo(made.plus(bought).atLeast(1));
  const plan = await plant.solve();
  near([plan.objective, made.value(plan), bought.value(plan)], [3, 0, 1]);
});

test('a square is minimised', async () => {
  const plane = new LinearProgram();
  const [x, y] = plane.variables(2, { lower: -Infinity });
  const distance = x.minus(2).squared().plus(y.minus(3).squared());
  plane.minimize(distance);
  plane.subjectTo(x.plus(y).atMost(3));
  const nearest = await plane.solve();
  near([x.value(nearest), y.value(nearest), nearest.objective, distance.value(nearest)], [1, 2, 2, 2], 1e-6);
  // (x + y)^2 + (y - 2)^2 + 3, with products of two variables in both orders.
  const both = x.times(y).plus(y.times(x));
  plane.minimize(x.squared().plus(both).plus(y.times(2).times(y)).minus(y.times(4)).plus(7));
  const bottom = await plane.solve();
  near([x.value(bottom), y.value(bottom), bottom.objective], [-2, 2, 3], 1e-6);
});

test('constants stand on both sides', async () => {
  const sides = new LinearProgram();
  const [x, y] = sides.variables(2, { upper: 100 });
  sides.maximize(x.plus(y).plus(10));
  const row = sides.subjectTo(x.times(2).plus(3).atMost(y.dividedBy(2).plus(8)));
  sides.subjectTo(y.minus(1).between(0, 3));
  sides.subjectTo(x.minus(y).atMost(Infinity));
  const best = await sides.solve();
  near([x.value(best), y.value(best), best.objective, row.dual(best)], [3.5, 4, 17.5, 0.5]);
  sides.subjectTo(x.plus(1).equalTo(y.times(2).minus(5)));
  near([(await sides.solve()).objective], [16]);
});

test('sums are those of mathematics', async () => {
  const program = new LinearProgram();
  const [x, y] = program.variables(2, { upper: 8 });
  program.subjectTo(x.equalTo(3));
  program.subjectTo(y.equalTo(5));
  const at = await program.solve();
  const none = program.total([]);
  const sums = [
    [x.negated().plus(2), -1],
    [none.plus(1).minus(y), -4],
    [x.times(49).dividedBy(49), 3],
    [program.total([x, y.times(2), x.minus(1)], [1, 0.5, 2]), 12],
    [program.total(new Set([x, y, 4])), 12],
    [none, 0],
    [x.plus(1).times(y.minus(2)), 12],
    [x.squared().times(none.plus(2)), 18],
    [none.plus(2).times(x.times(y)), 30],
  ];
  near(sums.map(([expression]) => expression.value(at)), sums.map(([, value]) => value));
});

test('a start is completed', async () => {
  const sack = new LinearProgram();
  const things = sack.variables(30, { binary: true });
  sack.maximize(sack.total(things, things.map((_, i) => (i % 7) + 1)));
  sack.subjectTo(sack.total(things, things.map((_, i) => (i % 5) + 1)).atMost(20));
  const best = await sack.solve();
  const start = new Map(things.map((thing) => [thing, thing.value(best)]));
  near([(await sack.solve({ start, heuristics: false, nodeLimit: 1 })).objective], [best.objective]);
  near([sack.solveSync({ start: new Map([[things[0], 1]]) }).objective], [best.objective]);
  await fails(() => sack.solve({ start: new Map([[new LinearProgram().variable(), 1]]) }), 'invalid_config', 'start');
  await fails(() => sack.solve({ start: { x0: 1 } }), 'invalid_config', 'Map');
});

test('a conflict names its rows', async () => {
  const impossible = new LinearProgram();
  const [x, y] = impossible.variables(2);
  impossible.subjectTo(x.minus(y).atMost(100));
  const most = impossible.subjectTo(x.plus(y).atMost(1));
  const least = impossible.subjectTo(x.plus(y).atLeast(2));
  impossible.minimize(x);
  const ended = await impossible.solve();
  assert.equal(ended.status, 'infeasible');
  for (const conflict of [await impossible.conflict(), impossible.conflictSync({ timeLimit: 60 })]) {
    assert.deepEqual([Array.from(conflict.rowUpper), Array.from(conflict.rowLower)], [[most.index], [least.index]]);
    assert.ok(conflict.isMinimal);
  }
  await fails(() => x.value(ended), 'invalid_data', 'infeasible');
  await fails(() => x.reducedCost(ended), 'invalid_data', 'infeasible');
  await fails(() => most.dual(ended), 'invalid_data', 'infeasible');
});

test('later variables are not in earlier solutions', async () => {
  const { factory, variables } = wyndor();
  const plan = await factory.solve();
  const gates = factory.variable('gates');
  const late = factory.subjectTo(gates.atMost(1));
  await fails(() => gates.value(plan), 'invalid_data', 'only');
  await fails(() => variables[0].plus(gates).value(plan), 'invalid_data', 'only');
  await fails(() => gates.reducedCost(plan), 'invalid_data', 'only');
  await fails(() => late.dual(plan), 'invalid_data', 'only');
});

test('a call runs on the program as it was when it was made', async () => {
  const { factory, variables } = wyndor();
  const later = factory.solve();
  factory.subjectTo(variables[0].atMost(0));
  factory.variable('gates');
  near([(await later).objective], [36]);
});

test('what does not belong together is refused', async () => {
  const other = () => new LinearProgram().variable();
  const program = new LinearProgram();
  const x = program.variable();
  const row = program.subjectTo(x.atMost(1));
  const refused = [
    () => x.plus(other()),
    () => x.minus(other()),
    () => x.times(other()),
    () => x.atMost(other()),
    () => program.total([x, other()]),
    () => program.maximize(other()),
    () => program.subjectTo(other().atMost(1)),
    () => program.subjectTo(row),
    () => program.subjectTo(true),
    () => program.subjectTo(x),
    () => program.total([x], [1, 2]),
    () => program.variable('y', { uper: 1 }),
    () => program.variable('y', { integer: 1 }),
    () => program.variable('y', { lower: '1' }),
    () => program.variable(7),
    () => program.variables(-1),
    () => x.plus('1'),
    () => x.times(null),
    () => x.between(0),
    () => program.solve({ nodelimit: 1 }),
    () => program.solveSync({ signal: AbortSignal.timeout(1) }),
    () => program.solve(3),
  ];
  for (const call of refused) await fails(call, 'invalid_config');
  await fails(() => x.atMost(1).dual(program.solveSync()), 'invalid_config', 'subjectTo');
});

test('products stand in objectives only, and of two', async () => {
  const program = new LinearProgram();
  const [x, y] = program.variables(2);
  await fails(() => program.subjectTo(x.times(y).atMost(1)), 'unsupported');
  await fails(() => x.times(y).times(x), 'unsupported');
  await fails(() => x.squared().squared(), 'unsupported');
});

test('numbers that are none are refused', async () => {
  for (const number of [NaN, Infinity]) {
    const puts = [
      (program, x) => program.minimize(x.times(number)),
      (program, x) => program.minimize(x.squared().times(number)),
      (program, x) => program.minimize(x.plus(number)),
      (program, x) => program.subjectTo(x.times(number).atMost(1)),
    ];
    for (const put of puts) {
      const program = new LinearProgram();
      put(program, program.variable());
      await fails(() => program.model(), 'invalid_data');
      await fails(() => program.modelSync(), 'invalid_data');
    }
  }
  const program = new LinearProgram();
  program.subjectTo(program.variable().atMost(NaN));
  await fails(() => program.solve(), 'invalid_data');
});

test('a signal that is aborted stops it', async () => {
  const { factory } = wyndor();
  await fails(() => factory.solve({ signal: AbortSignal.abort() }), 'cancelled');
  const seen = [];
  await factory.solve({ onProgress: (fraction) => seen.push(fraction), threads: 1, seed: 1n });
  assert.equal(seen.at(-1), 1);
});

test('20,000 variables take seconds', async () => {
  // By hand: x_i >= i and x_i + x_(i+1) >= 2 i + 3 for even i: 2 more than the least of each pair.
  const count = 20_000;
  const start = performance.now();
  const program = new LinearProgram();
  const variables = Array.from({ length: count }, (_, lower) => program.variable('', { lower }));
  for (let i = 0; i < count; i += 2) program.subjectTo(variables[i].plus(variables[i + 1]).atLeast(2 * i + 3));
  program.minimize(program.total(variables));
  program.subjectTo(program.total(variables).atLeast(0));
  near([(await program.solve()).objective], [(count * (count - 1)) / 2 + count], 1e-3);
  assert.ok(performance.now() - start < 10_000);
});
