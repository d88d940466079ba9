// What a user may write and what the compiler must refuse; compiled, never run.
import { forecast, InlaidError, type Matrix, type SameForm, type TableColumns, type TableRows } from 'inlaid';
import { readCsv, writeCsv } from 'inlaid/data';
import { AutoEts, EtsTrend, type FittedAutoEts, FittedNaive, type Forecast, mae, maeSync, Naive, panel, type PanelForecast, Theta } from 'inlaid/forecast';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T => true as T;

// The parts that a user combines.
const ets = new AutoEts({ season: 12, trend: 'additive', criterion: 'aicc' });
const fitted: FittedAutoEts = await ets.fit([1, 2, 3]);
const result: Forecast = await fitted.predict(12, { levels: [0.8, 0.95], seed: 1n, threads: 2 });
const mean: Matrix = result.mean;
const numbers: Float64Array = mean.data;
const upper: number | undefined = result.intervals[0]?.upper.row(0)[0];
const trend: EtsTrend = EtsTrend.AdditiveDamped;
const spelled: EtsTrend = 'additive_damped';
const season: number | null = ets.season;
const inPlace: Forecast = fitted.predictSync(3, { levels: [0.5] });
const bytes: Uint8Array = await fitted.toBytes();
const again: FittedNaive = await FittedNaive.fromBytes(bytes);
const one: number = maeSync([1], Float64Array.of(2));
const later: number = await mae([1], [2]);
const room: typeof Naive = forecast.Naive;
holds<Equal<Awaited<ReturnType<typeof fitted.predict>>, ReturnType<typeof fitted.predictSync>>>();

// Everything that may stand for a series.
await new Naive().fit([[1, 2], [3, 4]]);
await new Naive().fit([Float64Array.of(1), [2]]);
await new Naive().fit(new Float32Array(3));
await new Naive().fit({ data: new Float64Array(4), rows: 2, cols: 2 });
await new Naive().fit(mean);
await new Naive().fit([1, 2] as const);

// What a call takes.
const { signal } = new AbortController();
await new Naive().fit([1], { signal, onProgress: (fraction: number) => void fraction.toFixed(2) });
await new Naive().fit([1], { signal: undefined });
try {
  await new Naive().fit([]);
} catch (error) {
  if (error instanceof InlaidError && error.code === 'cancelled') throw error.cause;
  // @ts-expect-error a code that does not exist
  if (error instanceof InlaidError && error.code === 'canceled') throw error;
}

// Tables.
holds<Equal<SameForm<{ y: number }[]>, TableRows>>();
holds<Equal<SameForm<readonly { y: number }[]>, TableRows>>();
holds<Equal<SameForm<{ y: number[] }>, TableColumns>>();
holds<Equal<SameForm<Map<string, number[]>>, TableColumns>>();
const table: TableColumns = await readCsv('sales.csv');
await writeCsv(table, 'copy.csv');
await writeCsv([{ unique_id: 'a', ds: new Date(), y: 1 }, { unique_id: 'a', ds: new Date(), y: null }], 'rows.csv');
await writeCsv({ unique_id: ['a'], ds: [new Date()], y: Float64Array.of(1) }, 'columns.csv');
await writeCsv(new Map([['a', [1, 2, 3]]]), 'map.csv');

const rowsIn: { unique_id: string; ds: Date; y: number | null }[] = [];
const rowsOut: PanelForecast<TableRows> = await panel(rowsIn, { methods: [new AutoEts(), new Theta({ model: 'standard' })] });
const cell = rowsOut.forecasts[0]?.['AutoEts'];
const columnsOut: PanelForecast = await panel({ unique_id: ['a'], ds: [new Date()], y: [1] }, { horizon: 3 });
const column = columnsOut.forecasts['AutoEts'];
await panel(new Map([['a', Float64Array.of(1)]]), { horizon: 3, signal });
// @ts-expect-error rows come back as rows
const wrong: PanelForecast<TableColumns> = await panel(rowsIn);
// @ts-expect-error methods are instances
await panel(rowsIn, { methods: ['Naive'] });

// @ts-expect-error an option that does not exist
new AutoEts({ seasn: 12 });
// @ts-expect-error Naive has no options
new Naive({ season: 12 });
// @ts-expect-error text where a number belongs
new AutoEts({ season: '12' });
// @ts-expect-error a word that the enum does not have
new AutoEts({ trend: 'sideways' });
// @ts-expect-error fitted models come from fit
new FittedNaive();
// @ts-expect-error the horizon is missing
await fitted.predict();
// @ts-expect-error text where a number belongs
await fitted.predict('12');
// @ts-expect-error an option that does not exist
await fitted.predict(12, { level: [0.9] });
// @ts-expect-error a call in place cannot be cancelled
fitted.predictSync(12, { signal });
// @ts-expect-error a call in place tells no progress
new Naive().fitSync([1], { onProgress() {} });
// @ts-expect-error texts are no series
await new Naive().fit(['1', '2']);
// @ts-expect-error nor are 64-bit integers
await new Naive().fit(BigInt64Array.of(1n));
// @ts-expect-error a shape is missing
await new Naive().fit({ data: new Float64Array(4), rows: 2 });
// @ts-expect-error results do not change
result.mean = mean;
// @ts-expect-error nor do options
ets.season = 4;
// @ts-expect-error a number is no table
await writeCsv(12, 'x.csv');
// @ts-expect-error objects cannot stand in a table
await writeCsv({ y: [{}] }, 'x.csv');

void [numbers, upper, trend, spelled, season, inPlace, again, one, later, room, cell, column, wrong];
