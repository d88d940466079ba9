/** Detectors and watches as streams of Node: events go in, scored events or notices come out. */
import { Transform, type TransformCallback } from 'node:stream';

import type { AlertNotice, StreamScore, StreamState, WatchState } from './anomaly.js';
import { InlaidError } from './errors.js';
import type { VectorInput } from './matrix.js';

/** An event for a detector. */
export interface StreamEvent {
  /** The values of the event, one per column; a number where there is one column. NaN is a missing value. */
  values: number | VectorInput;
  /** When it was: a date, or seconds since 1970. Default unknown. */
  time?: Date | number | undefined;
}

/** An event with its score, or with the error that kept it from having one. */
export interface ScoredEvent<E> {
  /** The event that was written. */
  event: E;
  /** What the detector says of it. */
  score?: StreamScore;
  /** What was wrong with it; the detector is as it was before. */
  error?: InlaidError;
}

/** The values of one or several series at one moment, for a watch. */
export interface WatchEvent {
  /** The values by the names of their series. NaN is a missing value. */
  values: Readonly<Record<string, number>>;
  /** When they were: a date, or seconds since 1970. Default unknown. */
  time?: Date | number | undefined;
}

/** A notice of a watch, or the event that it could not take, with the reason. */
export interface WatchMessage<E> {
  /** What people should be told. */
  notice?: AlertNotice;
  /** The event that was refused; the watch is as it was before. */
  event?: E;
  /** Why it was refused. */
  error?: InlaidError;
}

/**
 * A stream of objects that scores every event written to it.
 *
 * A bad event does not end the stream: it comes out with its error. Anything else that goes wrong destroys the stream.
 *
 * @example
 * ```ts
 * import { Readable } from 'node:stream';
 * import { StreamDetector } from 'inlaid/anomaly';
 * import { scoreStream } from 'inlaid/streams';
 *
 * const detector = await new StreamDetector().start();
 * const events = Readable.from([{ values: 40 }, { values: 41 }]);
 * for await (const { event, score } of events.pipe(scoreStream(detector))) console.log(event.values, score.score);
 * ```
 *
 * @param detector - A detector that was started; it learns from the events.
 */
export function scoreStream<E extends StreamEvent = StreamEvent>(detector: StreamState): Transform {
  return objects((event: E) => {
    const values = typeof event.values === 'number' ? [event.values] : event.values;
    return [tried<ScoredEvent<E>>({ event }, () => ({ score: detector.updateSync(values, moment(event.time)) }))];
  });
}

/**
 * A stream of objects that watches the values written to it and gives notices: incidents that open, grow graver or are over.
 *
 * A bad event does not end the stream: it comes out with its error. Anything else that goes wrong destroys the stream.
 *
 * @param watch - A watch that was started; it learns from the events.
 */
export function watchStream<E extends WatchEvent = WatchEvent>(watch: WatchState): Transform {
  return objects((event: E) => {
    const names = Object.keys(event.values);
    const values = Object.values(event.values);
    const taken: { notices: readonly AlertNotice[] } = { notices: [] };
    const message = tried<WatchMessage<E>>({}, () => {
      taken.notices = watch.updateSync(names, values, moment(event.time)).notices;
      return {};
    });
    return message.error ? [{ event, error: message.error }] : taken.notices.map((notice) => ({ notice }));
  });
}

function objects<E>(each: (event: E) => readonly object[]): Transform {
  return new Transform({
    objectMode: true,
    transform(event: E, _encoding: BufferEncoding, done: TransformCallback) {
      try {
        for (const message of each(event)) this.push(message);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

/** What `work` gives on top of `base`, or its error where inlaid refused. */
function tried<T extends { error?: InlaidError }>(base: T, work: () => Partial<T>): T {
  try {
    return { ...base, ...work() };
  } catch (error) {
    if (error instanceof InlaidError) return { ...base, error };
    throw error;
  }
}

function moment(time: Date | number | undefined): { time?: number } {
  if (time === undefined) return {};
  return { time: typeof time === 'number' ? time : time.getTime() / 1000 };
}
