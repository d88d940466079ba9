/**
 * AI and analytics laid into the program that needs them: no server to run, nothing to download.
 *
 * | room | what it is for |
 * |---|---|
 * | {@link anomaly} | what is unlike the rest: rows of a table, events of a stream, and incidents |
 * | {@link data} | tables of comma-separated files |
 * | {@link forecast} | forecasts with intervals for one series or many, accuracy measures, cross-validation |
 * | {@link matching} | assignments, stable pairs, compatibility of two tables, names and entities |
 * | {@link optimize} | least values of functions, fronts of several objectives, linear and integer programs |
 *
 * Every method returns a promise and has a `…Sync` twin. Failures are one {@link InlaidError} with a stable code.
 *
 * @packageDocumentation
 */
export * as anomaly from './anomaly.js';
export { ABI, type Code, CODES, VERSION } from './catalogue.js';
export type { CallOptions, SyncOptions } from './bridge.js';
export * as data from './data.js';
export { InlaidError } from './errors.js';
export * as forecast from './forecast.js';
export * as matching from './matching.js';
export { Matrix, type MatrixInput, type MatrixLike, type NumberArray, type VectorInput } from './matrix.js';
export * as optimize from './optimize.js';
export type { Cell, ColumnInput, SameForm, Table, TableColumns, TableInput, TableRows } from './table.js';
export type { IntsInput, ListsInput, TextsInput } from './whole.js';
