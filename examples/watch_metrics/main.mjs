// Watch the metrics of a service as they come, and say what is wrong in words that people can act on.
//
// Usage: node main.mjs METRICS.csv FOLDER, where METRICS.csv has the column timestamp and one column of numbers per metric
// (any file of the Numenta Anomaly Benchmark is one). Writes incidents.csv, watch.html and incident.svg into the folder.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AlertPolicy, StreamDetector, Suppression, Watch } from 'inlaid/anomaly';
import { readCsv, writeCsv } from 'inlaid/data';

const [metricsFile, folder] = process.argv.slice(2);
const metrics = await readCsv(metricsFile);

// Two days teach a detector what is usual at this hour. Nobody wants to know of releases, from 22:00 to 22:45 on every
// Thursday, as the 1st of January 1970 was.
const release = new Suppression({ begin: 79_200, end: 81_900, every: 604_800 });
const policy = new AlertPolicy({ groupWithin: 1800, suppressions: [release] });
const watch = await new Watch({ detector: new StreamDetector({ warmUp: 576 }), policy }).start();
const report = await watch.replay(metrics);
console.log(`${report.scores.length} events of ${report.series.join(', ')}`);
for (const incident of report.incidents) {
  console.log(incident.summary);
}
console.log(`${await watch.silenced()} unusual events were silenced`);

await writeCsv(await report.incidentsTable(), join(folder, 'incidents.csv'));
await writeFile(join(folder, 'watch.html'), await report.toHtml({ title: 'Service' }));
// The metric that was farthest from what is usual.
const members = report.incidents.flatMap((incident) => incident.members);
const farthest = members.reduce((a, b) => (a && a.peakScore >= b.peakScore ? a : b), undefined);
await writeFile(join(folder, 'incident.svg'), await report.toSvg({ series: farthest?.series }));
