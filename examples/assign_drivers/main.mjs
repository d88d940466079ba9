// Give every order a driver near to it who has room, so that the way to all of them together is shortest.
//
// Usage: node main.mjs ORDERS.csv DRIVERS.csv FOLDER, where ORDERS.csv has the columns order, latitude and longitude, and
// DRIVERS.csv driver, latitude, longitude and capacity. Writes assignment.csv and map.svg into the folder.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCsv, writeCsv } from 'inlaid/data';
import { MatchMap, assignWithCapacities, pointCosts } from 'inlaid/matching';

const [ordersFile, driversFile, folder] = process.argv.slice(2);
const [orders, drivers] = await Promise.all([readCsv(ordersFile), readCsv(driversFile)]);
const points = (table) => Array.from(table.latitude, (latitude, i) => [latitude, table.longitude[i]]);
const [left, right] = [points(orders), points(drivers)];

// Metres from every order to every driver; each order wants one place, each driver has some.
const metres = await pointCosts(left, right, { metric: 'haversine' });
const capacities = Array.from(drivers.capacity, Number);
const found = await assignWithCapacities(metres, new Int32Array(left.length).fill(1), capacities);
const capacity = capacities.reduce((sum, places) => sum + places, 0);
console.log(`${found.units} of ${left.length} orders have one of ${right.length} drivers, who have ${capacity} places`);
console.log(`${(found.totalCost / 1000).toFixed(3)} km in all`);

// The price of a driver says what one more place there would save.
const best = found.columnPrices.indexOf(Math.min(...found.columnPrices));
console.log(`one more place is worth most with ${drivers.driver[best]}: ${(-found.columnPrices[best]).toFixed(0)} m`);

const assignment = {
  order: Array.from(found.rows, (row) => orders.order[row]),
  driver: Array.from(found.columns, (column) => drivers.driver[column]),
  metres: Float64Array.from(found.rows, (row, i) => metres.data[row * metres.cols + found.columns[i]]),
};
await writeCsv(assignment, join(folder, 'assignment.csv'));
const map = await new MatchMap({ title: 'Who delivers what', left: 'orders', right: 'drivers', geographic: true })
  .toSvg(left, right, found.rows, found.columns);
await writeFile(join(folder, 'map.svg'), map);
