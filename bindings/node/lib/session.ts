/** Operations that ask a callback while they run: the engine's questions, and what the callback answers. */
import type { Code } from './catalogue.js';
import { InlaidError } from './errors.js';
import type { Matrix } from './matrix.js';
import { type Block, type NativeModel, native, NO_SEED, type Reply } from './native.js';
import { decode, Outgoing, type Shape } from './schema.js';
import type { Turns } from './waiting.js';

/** What an operation asks. */
export interface Asks {
  /** The name of the callback. */
  readonly name: string;
  /** What it is given, in order. */
  readonly question: readonly Shape[];
  /** What it gives. */
  readonly answer: Shape;
  /** It is called with one row of the question, a matrix, after the other. */
  readonly each?: true;
}

/** A native call in either way of running. */
export type Step<Gives = Reply> = (op: string, json: string, model: NativeModel | undefined, blocks: Block[]) => Gives;

/** What a step gave: the value, or the arguments of the callback. */
interface Read {
  readonly done: boolean;
  readonly progress: number;
  readonly reply: Reply;
  readonly question: readonly unknown[];
}

/** An operation between its questions. */
export class Session {
  readonly #asks: Asks;
  readonly #model: NativeModel;
  readonly #callback: (...question: readonly unknown[]) => unknown;
  #answer: Block[] = [];
  #brief = false;

  constructor(asks: Asks, started: Reply, callback: unknown) {
    this.#asks = asks;
    this.#model = started.model as NativeModel;
    this.#callback = callback as (...question: readonly unknown[]) => unknown;
  }

  /** Whether the next step surely takes below a millisecond. */
  get isBrief(): boolean {
    return this.#brief;
  }

  /** The arguments of the next call. */
  next(): Parameters<Step> {
    return [this.#brief ? 'border.brief_step' : 'border.step', '', this.#model, this.#answer];
  }

  /** What a step gave. */
  read(reply: Reply): Read {
    if (reply.code !== undefined) throw new InlaidError(reply.code as Code, reply.message ?? '');
    const { progress, brief, ask } = JSON.parse(reply.report) as { progress: number; brief?: true; ask?: unknown[] };
    this.#brief = brief === true;
    const shapes = ask === undefined ? [] : this.#asks.question;
    const question = shapes.map((shape, at) => decode(shape, ask?.[at], reply.blocks, 'columns'));
    return { done: ask === undefined, progress, reply, question };
  }

  /** Put the question to the callback in place. */
  answer({ question }: Read): void {
    if (!this.#asks.each) return this.#tell(this.#inPlace(this.#callback(...question)));
    const values: unknown[] = [];
    for (const row of question[0] as Matrix) values.push(this.#inPlace(this.#callback(row)));
    this.#tell(values);
  }

  /** Put the question to a callback that may give promises; those of all rows are awaited at once. */
  async answerLater({ question }: Read, turns: Turns): Promise<void> {
    if (turns.isOver()) await turns.pass();
    turns.check();
    if (!this.#asks.each) {
      const value = this.#callback(...question);
      turns.check();
      return this.#tell(isPromise(value) ? await turns.settled(value) : value);
    }
    const values: unknown[] = [];
    let waits = false;
    for (const row of question[0] as Matrix) {
      if (turns.isOver()) await turns.pass();
      turns.check();
      const value = this.#callback(row);
      if (isPromise(value)) {
        const promise = Promise.resolve(value);
        promise.catch(() => {}); // awaited below; it may be rejected before
        values.push(promise);
        waits = true;
      } else {
        values.push(value);
      }
    }
    turns.check();
    this.#tell(waits ? await turns.settled(Promise.all(values)) : values);
  }

  /** Free what the engine holds; it may be gone already. */
  close(): void {
    native.callSync('border.close', '', this.#model, [], NO_SEED, 0);
  }

  #inPlace(value: unknown): unknown {
    if (!isPromise(value)) return value;
    // Nobody will await it: what it is rejected with must not end the process.
    Promise.resolve(value).catch(() => {});
    const sentence = `\`${this.#asks.name}\` gives a promise, which a call that runs in place cannot await`;
    throw new InlaidError('invalid_config', sentence);
  }

  /** Make what the callback gave ready for the next step. */
  #tell(value: unknown): void {
    const { name, answer, each } = this.#asks;
    const isRows = each && answer.is === 'matrix';
    const rows = isRows ? (value as unknown[]).map((row) => (typeof row === 'number' ? [row] : row)) : value;
    const out = new Outgoing();
    out.push(answer, rows, `\`${name}()\``);
    this.#answer = out.blocks;
  }
}

function isPromise(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
