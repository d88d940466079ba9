// The declarations hold under the strictest compiler settings, and refuse what they should.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const tools = process.env.INLAID_TOOLS;

test('what a user may write compiles, and what he may not does not', { skip: !tools && 'INLAID_TOOLS names no folder' }, () => {
  const compiler = join(tools, 'typescript/bin/tsc');
  const project = join(import.meta.dirname, 'types');
  const { stdout, status } = spawnSync(
    process.execPath,
    [compiler, '--project', project, '--typeRoots', join(tools, '@types')],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stdout);
});
