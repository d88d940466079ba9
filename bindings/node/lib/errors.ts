import type { Code } from './catalogue.js';

/**
 * Why a call failed: a stable {@link Code} for programs, a sentence for people.
 *
 * Everything in this package throws, or rejects with, this class and no other, except what your own `onProgress` throws.
 *
 * @example
 * ```ts
 * try {
 *   await new Naive().fit([[1, NaN]]);
 * } catch (error) {
 *   if (error instanceof InlaidError && error.code === 'invalid_data') console.error(error.message);
 * }
 * ```
 */
export class InlaidError extends Error {
  static {
    Object.defineProperty(this.prototype, 'name', { value: 'InlaidError', configurable: true, writable: true });
  }

  /** What kind of failure it is; a code never changes its meaning. */
  readonly code: Code;

  /**
   * @param code - What kind of failure it is.
   * @param message - What was wrong, the value seen and what is allowed.
   * @param options - `cause`, such as the reason of an abort.
   */
  constructor(code: Code, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** A value as a message shows it: its kind and a glimpse of it. */
export function glimpse(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
    case 'bigint':
      return `the BigInt ${value}n`;
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    default: {
      if (value === null) return 'null';
      if (Array.isArray(value)) return `an array of ${value.length}`;
      const name: unknown = (value as object).constructor?.name;
      if (typeof name === 'string' && name !== '' && name !== 'Object') return `a ${name}`;
      const keys = Object.keys(value as object);
      return keys.length === 0 ? 'an object' : `an object { ${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ', …' : ''} }`;
    }
  }
}
