// Forecast every series of a file one season ahead and judge the methods on the past.
//
// Usage: node main.mjs DATA.csv FOLDER, where DATA.csv has the columns unique_id, ds and y. Writes forecast.csv,
// accuracy.csv and forecast.html into the folder.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCsv, writeCsv } from 'inlaid/data';
import { AutoEts, SeasonalNaive, Theta, crossValidate, panel } from 'inlaid/forecast';

const [source, folder] = process.argv.slice(2);
const table = await readCsv(source);

// How good would each method have been on the last three seasons of every series?
const methods = [new AutoEts(), new Theta(), new SeasonalNaive()];
const tried = await crossValidate(table, { methods, windows: 3, levels: [0.8, 0.95] });
for (const failure of tried.failures) console.log(`not judged: ${failure.id}: ${failure.message}`);
const accuracy = await tried.accuracyTable();
const line = (cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(14) : cell.padStart([10, 8, 9, 8, 9, 9][i - 1]))).join('');
console.log(line(['method', 'forecasts', 'MASE', 'sMAPE %', 'OWA', 'in 80 %', 'in 95 %']));
accuracy.method.forEach((method, i) => {
  const digits = { mase: 3, smape: 2, owa: 3, 'coverage-80': 3, 'coverage-95': 3 };
  const numbers = Object.entries(digits).map(([name, count]) => accuracy[name][i].toFixed(count));
  console.log(line([method, String(accuracy.forecasts[i]), ...numbers]));
});

// The next season of every series; a bad series is named and fails alone.
const result = await panel(table, { methods: [new AutoEts()], levels: [0.8, 0.95] });
for (const failure of result.failures) console.log(`not forecast: ${failure.id}: ${failure.message}`);

await writeCsv(result.forecasts, join(folder, 'forecast.csv'));
await writeCsv(accuracy, join(folder, 'accuracy.csv'));
const page = await result.toHtml(table, {
  title: 'The next season of every series',
  intro: 'History, forecast, and the bands that should hold 80 and 95 of 100 values.',
  last: 120,
  table: accuracy,
  tableTitle: 'Three seasons forecast in hindsight: MASE and OWA below 1 are better than the seasonal naive forecast and Naive2',
});
await writeFile(join(folder, 'forecast.html'), page);
