// CommonJS and ES modules are one implementation; loading says what is wrong.
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');
const { after, test } = require('node:test');

const inlaid = require('inlaid');

const home = dirname(require.resolve('inlaid/package.json'));
const manifest = require('inlaid/package.json');
const [platform] = Object.keys(manifest.optionalDependencies);
const scratch = mkdtempSync(join(tmpdir(), 'inlaid-modules-'));
after(() => rmSync(scratch, { recursive: true }));

/** Import the package in a process of its own; gives what it said. */
function load(folder, env = {}) {
  const source = `try { require('inlaid'); console.log('loaded'); } catch (e) { console.log(e.name, e.code, e.message); }`;
  const options = { cwd: folder, env: { ...process.env, INLAID_LIBRARY: '', ...env }, encoding: 'utf8' };
  return execFileSync(process.execPath, ['-e', source], options).trim();
}

test('require and import give the same classes', async () => {
  const esm = await import('inlaid');
  const room = await import('inlaid/forecast');
  assert.equal(esm.InlaidError, inlaid.InlaidError);
  assert.equal(esm.forecast.Naive, inlaid.forecast.Naive);
  assert.equal(room.Naive, require('inlaid/forecast').Naive);
  assert.equal(room.Naive, inlaid.forecast.Naive);
  const ofModules = ['default', 'module.exports', '__esModule'];
  const names = (module) => Object.keys(module).filter((name) => !ofModules.includes(name)).sort();
  assert.deepEqual(names(esm), names(inlaid));
  assert.deepEqual(names(room), names(inlaid.forecast));
});

test('the five lines of the README run', async () => {
  const readme = readFileSync(join(home, 'README.md'), 'utf8');
  const [, code] = /```js\n([^]*?)```/.exec(readme);
  const file = join(home, '..', '..', 'readme.mjs');
  writeFileSync(file, code);
  const output = execFileSync(process.execPath, [file], { encoding: 'utf8' });
  rmSync(file);
  assert.match(output, /\[ \[ 129, 129, 129 \] \]/);
});

test('the version is the same everywhere', () => {
  assert.equal(inlaid.VERSION, manifest.version);
  assert.deepEqual(Object.values(manifest.optionalDependencies), [manifest.version]);
  assert.equal(require(`${platform}/package.json`).version, manifest.version);
});

test('the platform package says where it may be installed', () => {
  const own = require(`${platform}/package.json`);
  assert.deepEqual([own.os, own.cpu], [[process.platform], [process.arch]]);
  if (process.platform === 'linux') assert.equal(own.libc.length, 1);
});

test('a missing platform package is named, with the command that installs it', () => {
  const folder = join(scratch, 'missing');
  cpSync(home, join(folder, 'node_modules/inlaid'), { recursive: true });
  const said = load(folder);
  assert.match(said, /^InlaidError unsupported /);
  assert.ok(said.includes(`npm install ${platform}@${manifest.version}`), said);
});

test('INLAID_LIBRARY loads another file, and says what is wrong with it', () => {
  const folder = join(scratch, 'missing2');
  cpSync(home, join(folder, 'node_modules/inlaid'), { recursive: true });
  assert.equal(load(folder, { INLAID_LIBRARY: require.resolve(platform) }), 'loaded');
  assert.match(load(folder, { INLAID_LIBRARY: '/no/such/file.node' }), /^InlaidError not_found .*\/no\/such\/file\.node/);
  assert.match(load(folder, { INLAID_LIBRARY: __filename }), /^InlaidError unsupported .*cannot be loaded/);
});

test('a library that speaks another border is refused', () => {
  const folder = join(scratch, 'older');
  cpSync(home, join(folder, 'node_modules/inlaid'), { recursive: true });
  const file = join(folder, 'node_modules/inlaid/dist/catalogue.js');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/exports\.ABI = \d+/, 'exports.ABI = 99'));
  const said = load(folder, { INLAID_LIBRARY: require.resolve(platform) });
  assert.match(said, /^InlaidError incompatible .*needs 99/);
});
