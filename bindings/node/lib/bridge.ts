/** Runs operations: in place, or away from the event loop with cancellation and progress. */
import type { Code } from './catalogue.js';
import { glimpse, InlaidError } from './errors.js';
import { type NativeCall, type NativeModel, native, NO_SEED, type Reply, type Seed } from './native.js';
import {
  decode,
  encodeFields,
  type Fields,
  optionsObject,
  Outgoing,
  type RecordShape,
  refuseUnknown,
  type Shape,
} from './schema.js';
import { type Asks, Session, type Step } from './session.js';
import { Turns, whenAborted } from './waiting.js';

/** What every call takes that runs in place. */
export interface SyncOptions {
  /** Decides everything random; the same seed gives the same answer on any number of threads. 0 to 2^64 - 1, default 0. */
  seed?: number | bigint | undefined;
  /** The most threads the call may use; 0, the default, is one per processor. */
  threads?: number | undefined;
}

/** What every call takes that runs away from the event loop. */
export interface CallOptions extends SyncOptions {
  /**
   * Stops the call within 100 ms, also when it already runs; it then rejects with the code `cancelled` and the reason of
   * the signal as its `cause`. A call that finishes before it has seen the signal resolves.
   */
  signal?: AbortSignal | undefined;
  /**
   * Told how much of the call is done, from 0 to 1, at most every 50 ms; 1 comes last. If it throws, the call is
   * cancelled and rejects with what was thrown.
   */
  onProgress?: ((fraction: number) => void) | undefined;
}

/** The options of the `…Sync` twin of a call. */
export type Sync<T extends CallOptions> = Omit<T, 'signal' | 'onProgress'>;

/** An operation of the catalogue. */
export interface Operation {
  /** Its name in the catalogue. */
  readonly name: string;
  /** The class of options or results whose method it is. */
  readonly receiver?: { readonly as: 'options' | 'self'; readonly record: () => RecordShape };
  /** The class of models whose method it is. */
  readonly model?: true;
  /** The arrays it takes, in order. */
  readonly arrays?: readonly { readonly name: string; readonly shape: Shape }[];
  /** The callback that it asks while it runs: what that is given and what it gives. */
  readonly asks?: Asks;
  /** Its own options. */
  readonly options?: Fields;
  readonly gives: Shape;
  /** It is cheap: it runs where it is called, and takes no {@link CallOptions}. */
  readonly quick?: true;
}

/** How often progress is looked at, in milliseconds. */
const TICK = 50;

const SYNC_NAMES = ['seed', 'threads'];
const CALL_NAMES = [...SYNC_NAMES, 'signal', 'onProgress'];

/** Native models by the objects that users hold; freed with them. */
const models = new WeakMap<object, NativeModel>();

/** Calls that run, reachable until they settle; a call that is collected, or whose environment ends, stops. */
const running = new Set<NativeCall>();

/** Run an operation while the caller waits; its arrays are borrowed, not copied. */
export function runSync<Result>(
  operation: Operation,
  receiver: object | undefined,
  positional: readonly unknown[],
  given?: object,
): Result {
  const options = checkedOptions(operation, given, operation.quick ? [] : SYNC_NAMES);
  const { json, model, out, callback } = prepare(operation, receiver, positional, options);
  const seed = toSeed(options['seed']);
  const threads = toThreads(options['threads']);
  const call: Step = (name, text, on, blocks) => native.callSync(name, text, on, blocks, seed, threads);
  const reply = call(operation.name, json, model, out.blocks);
  if (operation.asks === undefined || reply.code !== undefined) return finish(operation, reply, out);
  const session = new Session(operation.asks, reply, callback);
  try {
    for (;;) {
      const step = session.read(call(...session.next()));
      if (step.done) return finish(operation, step.reply, out, true);
      session.answer(step);
    }
  } finally {
    session.close();
  }
}

/** Run an operation away from the event loop, on a copy of its arrays. */
export async function run<Result>(
  operation: Operation,
  receiver: object | undefined,
  positional: readonly unknown[],
  given?: object,
): Promise<Result> {
  if (operation.quick) return runSync(operation, receiver, positional, given);
  const options = checkedOptions(operation, given, CALL_NAMES);
  const signal = toSignal(options['signal']);
  const onProgress = toCallback(options['onProgress']);
  const { json, model, out, callback } = prepare(operation, receiver, positional, options);
  const seed = toSeed(options['seed']);
  const threads = toThreads(options['threads']);
  const tell = onProgress && rising(onProgress);
  const call: Step<Promise<Reply>> = async (name, text, on, blocks) => {
    const one = new native.Call(seed, threads);
    if (signal?.aborted) throw cancelled(operation, signal);
    const reply = await supervise(one, signal, tell, () => one.start(name, text, on, blocks));
    if (reply.code === 'cancelled' && signal?.aborted) throw cancelled(operation, signal);
    return reply;
  };
  const reply = await call(operation.name, json, model, out.blocks);
  if (operation.asks === undefined || reply.code !== undefined) {
    if (reply.code === undefined) tell?.(1);
    return finish(operation, reply, out);
  }
  const session = new Session(operation.asks, reply, callback);
  const turns = new Turns(signal, () => cancelled(operation, signal as AbortSignal));
  const inPlace: Step = (name, text, on, blocks) => native.callSync(name, text, on, blocks, seed, threads);
  try {
    for (;;) {
      // A brief step takes less time than handing it to another thread.
      const step = session.read(session.isBrief ? inPlace(...session.next()) : await call(...session.next()));
      tell?.(step.progress);
      if (step.done) return finish(operation, step.reply, out, true);
      await session.answerLater(step, turns);
    }
  } finally {
    session.close();
  }
}

/** The same callback, told only of progress. */
function rising(onProgress: (fraction: number) => void): (fraction: number) => void {
  let told = -1;
  return (fraction) => {
    if (fraction <= told) return;
    told = fraction;
    onProgress(fraction);
  };
}

/** Wait for a call while its signal and its progress are watched. */
async function supervise(
  call: NativeCall,
  signal: AbortSignal | undefined,
  onProgress: ((fraction: number) => void) | undefined,
  start: () => Promise<Reply>,
): Promise<Reply> {
  running.add(call);
  const cancel = () => call.cancel();
  const release = signal && whenAborted(signal, cancel);
  let thrown: { value: unknown } | undefined;
  const tell = (fraction: number) => {
    if (thrown !== undefined) return;
    try {
      onProgress?.(fraction);
    } catch (value) {
      thrown = { value };
      call.cancel();
    }
  };
  // The promise keeps the process alive, not the clock.
  const clock = onProgress && setInterval(() => tell(call.progress()), TICK).unref();
  try {
    const reply = await start();
    if (thrown !== undefined) throw thrown.value;
    return reply;
  } finally {
    clearInterval(clock);
    release?.();
    running.delete(call);
  }
}

/** Adopt a native model as an object of the class that users see. */
function adopt(type: object, model: NativeModel): object {
  const object = Object.create((type as { prototype: object }).prototype) as object;
  models.set(object, model);
  return object;
}

/** Why users cannot construct a fitted model. */
export function notConstructible(name: string): InlaidError {
  return new InlaidError('invalid_config', `a ${name} comes from \`fit\`, \`load\` or \`fromBytes\`, not from \`new\``);
}

interface Prepared {
  json: string;
  model: NativeModel | undefined;
  out: Outgoing;
  callback: unknown;
}

/** Put together what a call needs; `positional` holds its arrays, its callback if it asks one, its required options. */
function prepare(
  operation: Operation,
  receiver: object | undefined,
  positional: readonly unknown[],
  given: Readonly<Record<string, unknown>>,
): Prepared {
  const { arrays = [], asks, options = {} } = operation;
  const out = new Outgoing();
  arrays.forEach(({ name, shape }, position) => out.push(shape, positional[position], `\`${name}\``));
  out.own = arrays.length;
  const callback = asks && positional[arrays.length];
  if (asks && typeof callback !== 'function') {
    throw new InlaidError('invalid_config', `\`${asks.name}\` must be a function; got ${glimpse(callback)}`);
  }
  const before = arrays.length + (asks ? 1 : 0);
  const required = Object.keys(options).filter((name) => options[name]?.required);
  const named = Object.fromEntries(required.map((name, index) => [name, positional[before + index]]));
  const wire: Record<string, unknown> = {};
  if (operation.receiver) {
    const { as, record } = operation.receiver;
    if (!(receiver instanceof record().type())) {
      throw new InlaidError('invalid_config', `\`${operation.name}\` needs its object; got ${glimpse(receiver)}`);
    }
    const fields = encodeFields(record().fields, receiver as unknown as Record<string, unknown>, '', out);
    if (as === 'self') wire['self'] = fields;
    else Object.assign(wire, fields);
  }
  Object.assign(wire, encodeFields(options, { ...given, ...named }, '', out));
  let model: NativeModel | undefined;
  if (operation.model) {
    model = receiver && models.get(receiver);
    if (model === undefined) {
      throw new InlaidError('invalid_data', `\`${operation.name}\` needs a fitted model; got ${glimpse(receiver)}`);
    }
  }
  const empty = Object.keys(wire).length === 0;
  return { json: empty ? '' : JSON.stringify(wire), model, out, callback };
}

/** What a call gave, or its error; that of a session is the last step's. */
function finish<Result>(operation: Operation, reply: Reply, out: Outgoing, ofSession = false): Result {
  if (reply.code !== undefined) throw new InlaidError(reply.code as Code, reply.message ?? '');
  const { gives } = operation;
  switch (gives.is) {
    case 'nothing':
      return undefined as Result;
    case 'model':
      return adopt(gives.type(), reply.model as NativeModel) as Result;
    case 'bytes':
      return reply.bytes as Result;
    default: {
      const report: unknown = JSON.parse(reply.report);
      const value = ofSession ? (report as { done: unknown }).done : report;
      return decode(gives, value, reply.blocks, out.form ?? 'columns') as Result;
    }
  }
}

function checkedOptions(operation: Operation, given: unknown, more: readonly string[]): Record<string, unknown> {
  const of = `\`${operation.name}\``;
  const options = optionsObject(given, of);
  const optional = Object.entries(operation.options ?? {}).filter(([, field]) => !field.required);
  refuseUnknown(options, Object.fromEntries(optional), of, more);
  return options;
}

function cancelled(operation: Operation, signal: AbortSignal): InlaidError {
  return new InlaidError('cancelled', `\`${operation.name}\` was cancelled by its signal`, { cause: signal.reason });
}

function toSeed(value: unknown): Seed {
  if (value === undefined) return NO_SEED;
  const whole = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
  if (!whole || value < 0 || value > 0xffff_ffff_ffff_ffffn) {
    const hint = 'a number up to 2^53 - 1 or a BigInt up to 2^64 - 1';
    throw new InlaidError('invalid_config', `option \`seed\` must be ${hint}, at least 0; got ${glimpse(value)}`);
  }
  const seed = BigInt(value);
  return { high: Number(seed >> 32n), low: Number(seed & 0xffff_ffffn) };
}

function toThreads(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InlaidError('invalid_config', `option \`threads\` must be 0 to 65535, 0 for all; got ${glimpse(value)}`);
  }
  return value;
}

function toSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined;
  const signal = value as Partial<AbortSignal> | null;
  if (typeof signal?.aborted !== 'boolean' || typeof signal.addEventListener !== 'function') {
    throw new InlaidError('invalid_config', `option \`signal\` must be an AbortSignal; got ${glimpse(value)}`);
  }
  return value as AbortSignal;
}

function toCallback(value: unknown): ((fraction: number) => void) | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'function') {
    throw new InlaidError('invalid_config', `option \`onProgress\` must be a function; got ${glimpse(value)}`);
  }
  return value as (fraction: number) => void;
}
