// What several tests need.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import * as inlaid from 'inlaid';

/** The folder `tests` of the repository, which every language shares. */
export const shared = (() => {
  const folder = process.env.INLAID_TESTS;
  assert.ok(folder, 'set INLAID_TESTS to the folder `tests` of the repository; `cargo xtask test` does');
  return folder;
})();

/** The description that the bindings are generated from. */
export const api = JSON.parse(readFileSync(join(shared, 'parity/api.json'), 'utf8'));

/** `fitted_values` as `fittedValues`. */
export const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());

/** Every JSON file of the golden cases. */
export function goldenFiles() {
  const root = join(shared, 'golden');
  const rooms = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return rooms.flatMap(({ name }) =>
    readdirSync(join(root, name))
      .filter((file) => file.endsWith('.json'))
      .map((file) => join(root, name, file)),
  );
}

/** That `call` throws, or rejects with, an InlaidError of `code` whose message holds `text`. */
export async function fails(call, code, text = '') {
  let outcome;
  try {
    outcome = await call();
  } catch (error) {
    assert.ok(error instanceof inlaid.InlaidError, `expected an InlaidError, got ${error?.stack ?? error}`);
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.includes(text), `\`${text}\` is not in: ${error.message}`);
    return error;
  }
  assert.fail(`expected ${code}, but it gave ${outcome}`);
}

/** A seasonal series with noise that a generator makes; the same for the same `salt`. */
export function series(length, salt = 1) {
  return Float64Array.from({ length }, (_, step) => {
    const noise = Math.sin((step + 1) * 12.9898 * salt) * 43758.5453;
    return 100 + step / 4 + 10 * Math.sin((step * Math.PI) / 6) + 3 * (noise - Math.floor(noise));
  });
}

/** A fit that takes many seconds: rows of monthly series with every form of exponential smoothing. */
export function heavy(rows = 4000, cols = 120) {
  const data = new Float64Array(rows * cols);
  for (let row = 0; row < rows; row++) data.set(series(cols, row + 1), row * cols);
  return { data, rows, cols };
}
