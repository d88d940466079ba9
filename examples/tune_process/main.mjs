// Find the settings of a process that give the most, where every trial costs: three numbers, a count and a choice.
//
// Usage: node main.mjs FOLDER. The process is a made-up reactor, which stands for a plant, a simulation or a training run;
// all that the search sees of it is the yield of the settings it asks for. Writes trials.csv and progress.svg into the folder.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { writeCsv } from 'inlaid/data';
import { CategoricalParameter, ContinuousParameter, IntegerParameter, Space, minimize } from 'inlaid/optimize';

const CATALYSTS = ['none', 'platinum', 'zeolite'];
const SPACE = new Space({
  parameters: [
    new ContinuousParameter({ name: 'temperature', low: 120, high: 260 }),
    new ContinuousParameter({ name: 'minutes', low: 5, high: 90 }),
    new IntegerParameter({ name: 'stages', low: 1, high: 6 }),
    new CategoricalParameter({ name: 'catalyst', choices: CATALYSTS }),
  ],
});

/** What a run gives less what it costs: the best temperature, time and height depend on the catalyst. */
function gain(temperature, minutes, stages, catalyst) {
  const [best, height] = [[235, 48], [188, 82], [205, 91]][catalyst];
  const heat = (temperature - best) / 22;
  const made = (height * minutes) / (minutes + 9 - stages) / (1 + heat * heat);
  return made - 0.21 * minutes - 1.7 * stages - [0, 4, 9][catalyst];
}

const [folder] = process.argv.slice(2);
const trials = { temperature: [], minutes: [], stages: [], catalyst: [], gain: [] };

/** A trial takes its time, and nothing else waits for it. */
async function measured([temperature, minutes, stages, catalyst]) {
  await wait(1);
  const value = gain(temperature, minutes, stages, catalyst);
  trials.temperature.push(temperature);
  trials.minutes.push(minutes);
  trials.stages.push(stages);
  trials.catalyst.push(CATALYSTS[catalyst]);
  trials.gain.push(value);
  return value;
}

const found = await minimize(measured, SPACE, { maximize: true, evaluations: 60, seed: 7 });
const [temperature, minutes, stages, catalyst] = found.point;
console.log(`${found.evaluations} trials, the best gives ${found.value.toFixed(2)}`);
console.log(
  `${temperature.toFixed(1)} degrees, ${minutes.toFixed(1)} minutes, ${stages} stages, ${CATALYSTS[catalyst]}`,
);
await writeCsv(
  {
    ...trials,
    temperature: Float64Array.from(trials.temperature),
    minutes: Float64Array.from(trials.minutes),
    stages: Float64Array.from(trials.stages),
    gain: Float64Array.from(trials.gain),
  },
  join(folder, 'trials.csv'),
);
await writeFile(join(folder, 'progress.svg'), await found.toSvg());
