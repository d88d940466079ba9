/** Finds and loads the native library: once, whichever of the module systems asks. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { ABI, VERSION } from './catalogue.js';
import { InlaidError } from './errors.js';

/** A fitted model in native memory. */
export interface NativeModel {
  readonly [nativeModel]: never;
}
declare const nativeModel: unique symbol;

/** An array on its way in or out; exactly one of `data`, `ints`, `longs`, `wholes`, `texts`, `bytes` and `table` is there. */
export interface Block {
  data?: Float64Array;
  rows?: number;
  columns?: number;
  /** Whole numbers; on the way in also as `longs`, and as doubles in `wholes`. */
  ints?: Int32Array;
  longs?: BigInt64Array;
  wholes?: Float64Array;
  /** Texts in UTF-8, one after the other. */
  texts?: Uint8Array;
  /** Where each text, or each list of whole numbers, ends. */
  ends?: Uint32Array;
  bytes?: Uint8Array;
  table?: NativeColumn[];
}

/** One column of a table; `kind` says which field holds its values. */
export interface NativeColumn {
  name: string;
  kind: 'floats' | 'integers' | 'big_integers' | 'booleans' | 'texts' | 'instants';
  numbers?: Float64Array;
  integers?: BigInt64Array;
  texts?: string[];
  missing?: Uint8Array;
}

/** What a call gives: a value, or why it failed. */
export interface Reply {
  code?: string;
  message?: string;
  report: string;
  blocks: Block[];
  model?: NativeModel;
  bytes?: Uint8Array;
}

/** A seed of 64 bits in two halves. */
export interface Seed {
  high: number;
  low: number;
}

/** The seed of a call that was told none. */
export const NO_SEED: Seed = { high: 0, low: 0 };

/** A call that runs away from the event loop. */
export interface NativeCall {
  start(op: string, options: string, model: NativeModel | undefined, blocks: Block[]): Promise<Reply>;
  cancel(): void;
  progress(): number;
}

interface Native {
  abi(): number;
  callSync(
    op: string,
    options: string,
    model: NativeModel | undefined,
    blocks: Block[],
    seed: Seed,
    threads: number,
  ): Reply;
  Call: new (seed: Seed, threads: number) => NativeCall;
}

/** The library, checked to speak the same border as this code. */
export const native: Native = load();

function load(): Native {
  const chosen = process.env['INLAID_LIBRARY'];
  const library = chosen ? fromFile(chosen) : fromPackage();
  const abi = typeof library.abi === 'function' ? library.abi() : undefined;
  if (abi !== ABI) {
    const where = chosen ? `the library ${chosen}` : platformPackage();
    throw new InlaidError(
      'incompatible',
      `${where} speaks border ${abi}, inlaid ${VERSION} needs ${ABI}; install the same version of both`,
    );
  }
  return library;
}

/** The file that `INLAID_LIBRARY` names. */
function fromFile(path: string): Native {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new InlaidError('not_found', `INLAID_LIBRARY names ${path}, but there is no such file`);
  }
  const module = { exports: {} };
  try {
    process.dlopen(module, file);
  } catch (error) {
    throw new InlaidError('unsupported', `INLAID_LIBRARY names ${path}, which cannot be loaded: ${reason(error)}`, {
      cause: error,
    });
  }
  return module.exports as Native;
}

/** The package of this platform, installed beside this one. */
function fromPackage(): Native {
  const name = platformPackage();
  try {
    return require(name) as Native;
  } catch (error) {
    const missing = (error as { code?: unknown }).code === 'MODULE_NOT_FOUND';
    const what = missing ? 'is not installed' : `cannot be loaded: ${reason(error)}`;
    throw new InlaidError(
      'unsupported',
      `the native library of inlaid for this platform, ${name}, ${what}; ` +
        `run \`npm install ${name}@${VERSION}\`, or set INLAID_LIBRARY to the path of a library built for it`,
      { cause: error },
    );
  }
}

/** Such as `@inlaid/linux-x64` or `@inlaid/linux-arm64-musl`. */
function platformPackage(): string {
  return `@inlaid/${process.platform}-${process.arch}${isMusl() ? '-musl' : ''}`;
}

function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    // On every glibc system `ldd` is a script that names its library.
    const ldd = readFileSync('/usr/bin/ldd', 'utf8');
    if (ldd.includes('GNU C Library') || ldd.includes('GLIBC')) return false;
    if (ldd.includes('musl')) return true;
  } catch {
    // Slim images have no `ldd`.
  }
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header !== undefined && report.header.glibcVersionRuntime === undefined;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
