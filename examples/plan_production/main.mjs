// Plan what to make of what there is, so that the profit is greatest, and say what more of each resource would be worth.
//
// Usage: node main.mjs PRODUCTS.csv RESOURCES.csv FOLDER, where PRODUCTS.csv has the columns product, profit, least, most,
// whole (1 where batches are whole) and one for what a batch needs of each resource, and RESOURCES.csv resource, available
// and price. Writes plan.csv, prices.csv and plan.svg into the folder.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCsv, writeCsv } from 'inlaid/data';
import { LinearProgram } from 'inlaid/optimize';

/** The programme, its variables and its rows; without `whole` any part of a batch may be made. */
function programOf(products, resources, whole) {
  const program = new LinearProgram('Production');
  const batches = products.product.map((name, i) =>
    program.variable(name, {
      lower: Number(products.least[i]),
      upper: Number(products.most[i]),
      integer: whole && Number(products.whole[i]) === 1,
    }),
  );
  program.maximize(program.total(batches, Array.from(products.profit, Number)));
  const limits = resources.resource.map((resource, i) =>
    program.subjectTo(
      program.total(batches, Array.from(products[resource], Number)).atMost(Number(resources.available[i])),
      resource,
    ),
  );
  return { program, batches, limits };
}

const [productsFile, resourcesFile, folder] = process.argv.slice(2);
const [products, resources] = await Promise.all([readCsv(productsFile), readCsv(resourcesFile)]);

// Without whole batches: what one more unit of a resource is worth, and up to where that holds.
const { program: loose, limits } = programOf(products, resources, false);
const relaxed = await loose.solve({ sensitivity: true });
console.log(`profit without whole batches: ${relaxed.objective.toFixed(2)}`);
const duals = limits.map((limit) => limit.dual(relaxed));
resources.resource.forEach((resource, i) => {
  const [dual, price] = [duals[i], Number(resources.price[i])];
  const upper = relaxed.sensitivity.rightTo[limits[i].index];
  const until = Number.isFinite(upper) ? `up to ${upper.toFixed(1)}` : 'without end';
  const more = dual > price ? 'buy more' : 'enough';
  console.log(`${resource}: one more is worth ${dual.toFixed(3)} (${until}), costs ${price.toFixed(2)}: ${more}`);
});

// With whole batches: the plan.
const { program, batches } = programOf(products, resources, true);
const plan = await program.solve();
console.log(`profit of the plan: ${plan.objective.toFixed(2)}`);
const made = Float64Array.from(batches, (batch) => batch.value(plan));
await writeCsv({ product: products.product, batches: made }, join(folder, 'plan.csv'));
await writeCsv({ resource: resources.resource, worth: Float64Array.from(duals) }, join(folder, 'prices.csv'));
const model = await program.model();
const picture = await model.toSvg(plan.values, relaxed.rowDuals, [], { title: 'What the plan uses' });
await writeFile(join(folder, 'plan.svg'), picture);
