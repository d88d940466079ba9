// Find the records that are the same customer, say why, and merge them.
//
// Usage: node main.mjs CUSTOMERS.csv FOLDER. Nothing need be known of the columns. Where there is a column rec_id like
// rec-17-dup-0, as in the febrl data sets, it is not looked at: its number is the truth that the result is judged by. Writes
// entities.csv (the entity of every record), customers.csv (one record per entity) and reasons.txt into the folder.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCsv, writeCsv } from 'inlaid/data';
import { Linkage, linkageAccuracy, mergeRecords } from 'inlaid/matching';

const [source, folder] = process.argv.slice(2);
const table = await readCsv(source);
const fitted = await new Linkage({ ignore: 'rec_id' in table ? ['rec_id'] : [] }).fit(table);
const entities = await fitted.entities();
const summary = await fitted.summary();
console.log(`${summary.records} records are ${summary.entities} customers`);
if ('rec_id' in table) {
  const truth = Int32Array.from(table.rec_id, (name) => Number(name.split('-')[1]));
  const judged = await linkageAccuracy(entities, truth);
  const [precision, recall, f1] = [judged.precision, judged.recall, judged.f1].map((share) => share.toFixed(4));
  console.log(`precision ${precision}, recall ${recall}, F1 ${f1}`);
}

// Why: the three pairs that were nearest to being kept apart, column by column, in bits.
const found = await fitted.pairs();
const order = Array.from(found.weight.keys()).sort((a, b) => found.weight[a] - found.weight[b]);
const bits = (weight) => `${weight < 0 ? '-' : '+'}${Math.abs(weight).toFixed(2)}`.padStart(8);
const reasons = [];
for (const at of order.slice(0, 3)) {
  const why = await fitted.explain(Number(found.left[at]), Number(found.right[at]));
  reasons.push(
    `records ${why.left} and ${why.right}: ${why.weight.toFixed(2)} bits, probability ${why.probability.toFixed(4)}`,
    `  ${bits(why.priorWeight)}  before looking`,
    ...why.columns.map(({ column, left, right, level, weight, frequencyWeight }) =>
      `  ${bits(weight + frequencyWeight)}  ${column}: ${left ?? '-'} | ${right ?? '-'} (${level})`),
  );
}
console.log(reasons.join('\n'));

await writeCsv({ entity: entities }, join(folder, 'entities.csv'));
await writeCsv(await mergeRecords(table, entities), join(folder, 'customers.csv'));
await writeFile(join(folder, 'reasons.txt'), reasons.join('\n') + '\n');
