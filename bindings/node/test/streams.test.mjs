// Detectors and watches as streams.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';

import { AlertPolicy, Ewma, Watch } from 'inlaid/anomaly';
import { scoreStream, watchStream } from 'inlaid/streams';

const begin = new Date('2024-03-01T00:00:00Z');
const after = (minutes) => new Date(begin.getTime() + 60_000 * minutes);

test('every event comes out with the score that update gives', async () => {
  const chart = new Ewma({ mean: 0, deviation: 1 });
  const [detector, twin] = [await chart.start(), await chart.start()];
  const events = [{ values: 1, time: begin }, { values: [4] }, { values: NaN }, { values: [1, 2] }, { values: 2, time: 60 }];
  const out = await Readable.from(events).pipe(scoreStream(detector)).toArray();
  assert.deepEqual(out.map(({ event }) => event), events);
  assert.deepEqual(out[0].score, twin.updateSync([1], { time: begin.getTime() / 1000 }));
  assert.deepEqual(out[1].score, twin.updateSync([4]));
  assert.equal(out[2].score.note, 'missing');
  assert.equal(out[3].error.code, 'invalid_data');
  assert.equal(out[3].score, undefined);
  assert.equal(out[4].score.note, 'backwards');
});

test('a watch gives notices and goes on after a bad event', async () => {
  const detector = new Ewma({ mean: 40, deviation: 1, rate: 1 });
  const watch = await new Watch({ detector, policy: new AlertPolicy({ closeAfter: 1 }) }).start();
  const events = [40, 50, 40].map((cpu, minute) => ({ values: { cpu, disk: 40 }, time: after(minute) }));
  events.splice(1, 0, { values: { ['x'.repeat(2000)]: 1 } });
  const out = await Readable.from(events).pipe(watchStream(watch)).toArray();
  assert.deepEqual(out.map(({ notice, error }) => notice?.kind ?? error.code), ['invalid_data', 'opened', 'closed']);
  assert.match(out[1].notice.incident.summary, /^Warning: cpu was 50 at 2024-03-01 00:01/);
});

test('what is no event comes out with an error', async () => {
  const detector = await new Ewma({ mean: 0, deviation: 1 }).start();
  const [out] = await Readable.from([7]).pipe(scoreStream(detector)).toArray();
  assert.equal(out.event, 7);
  assert.ok(out.error);
});
