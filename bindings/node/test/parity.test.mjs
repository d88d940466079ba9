// Nothing of the catalogue is missing here, and nothing is here that the catalogue does not have: names, methods,
// arguments, options with their types and defaults, enum values, error codes. Read from the classes as they run, and
// from the declarations that an IDE reads.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';

import * as inlaid from 'inlaid';
import { api, camel } from './support.mjs';

const tools = process.env.INLAID_TOOLS;
const home = dirname(createRequire(import.meta.url).resolve('inlaid/package.json'));
const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
const sorted = (names) => [...names].sort();
const twins = (names) => sorted(names.flatMap((name) => [camel(name), `${camel(name)}Sync`]));
const inCamel = (value) => {
  if (Array.isArray(value)) return value.map(inCamel);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [camel(key), inCamel(item)]));
};
const WHOLLY_BY_HAND = { optimize: ['Constraint', 'Expression', 'LinearProgram', 'Variable'] };
const own = (object) => Object.getOwnPropertyNames(object).filter((name) => typeof object[name] === 'function' && name !== 'constructor');

test('the version, the codes and the rooms are those of the catalogue', () => {
  assert.equal(inlaid.VERSION, api.version);
  assert.deepEqual([...inlaid.CODES], api.codes);
  const rooms = api.rooms.map((room) => room.name);
  const objects = Object.keys(inlaid).filter((name) => inlaid[name]?.[Symbol.toStringTag] === 'Module' || inlaid[name]?.__esModule);
  assert.deepEqual(sorted(objects), sorted(rooms));
  const paths = Object.keys(manifest.exports).filter((path) => path !== '.' && path !== './package.json');
  assert.deepEqual(sorted(paths), sorted([...rooms.map((room) => `./${room}`), './streams']));
});

for (const room of api.rooms) {
  const module = inlaid[room.name];
  const classes = room.classes.filter(({ kind }) => kind !== 'union');

  describe(`the room ${room.name}`, () => {
    test('has the classes, enums and functions of the catalogue', () => {
      const byHand = WHOLLY_BY_HAND[room.name] ?? [];
      const expected = [...classes.map(({ name }) => name), ...byHand, ...twins(room.functions.map(({ name }) => name))];
      assert.deepEqual(sorted(Object.keys(module)), sorted(expected));
    });

    for (const one of classes) {
      if (one.kind === 'enum') {
        test(`${one.name} has its values`, () => {
          assert.deepEqual(sorted(Object.values(module[one.name])), sorted(one.values.map(({ name }) => name)));
        });
        continue;
      }
      test(`${one.name} has its methods`, () => {
        const names = (isStatic) => one.methods.filter(({ is_static }) => is_static === isStatic).map(({ name }) => name);
        assert.deepEqual(sorted(own(module[one.name].prototype)), twins(names(false)));
        assert.deepEqual(sorted(own(module[one.name])), twins(names(true)));
      });
      if (one.kind === 'options' && one.fields.every(({ required }) => !required)) {
        test(`${one.name} has its options and their defaults`, () => {
          // One of several classes travels under its name; the object itself is that class.
          const known = [...room.classes, ...api.rooms.flatMap((other) => other.classes)]; // its own come first
          const unions = known.filter(({ kind }) => kind === 'union').map(({ name }) => name);
          const plain = (type, value) => {
            if (!unions.includes(type.name) || !value) return value;
            const [[name, fields]] = Object.entries(value);
            const types = new Map(known.find((other) => other.name === name).fields.map((field) => [field.name, field.type]));
            return Object.fromEntries(Object.entries(fields).map(([field, item]) => [field, plain(types.get(field), item)]));
          };
          const defaults = Object.fromEntries(one.fields.map((field) => [camel(field.name), inCamel(plain(field.type, field.default) ?? null)]));
          assert.deepEqual(JSON.parse(JSON.stringify({ ...new module[one.name]() })), defaults);
        });
      }
    }

    test('declares every argument, option and field with its type', { skip: !tools && 'INLAID_TOOLS names no folder' }, async () => {
      const declared = await declarations(room.name);
      for (const one of room.classes) {
        if (one.kind === 'enum') continue;
        if (one.kind === 'union') {
          assert.equal(declared.types.get(one.name), one.variants.join(' | '), one.name);
          continue;
        }
        const found = declared.classes.get(one.name);
        assert.ok(found, `${one.name} is not declared`);
        if (one.kind !== 'model') {
          const fields = Object.fromEntries(one.fields.map((field) => [camel(field.name), spelled(field, one.kind === 'options')]));
          assert.deepEqual(Object.fromEntries(found.fields), fields, one.name);
        }
        if (one.kind === 'options' && one.fields.length > 0) {
          const given = (field) => [camel(field.name), { type: spelled(field, true), optional: !field.required }];
          assert.deepEqual(Object.fromEntries(declared.interfaces.get(`${one.name}Options`)), Object.fromEntries(one.fields.map(given)), one.name);
        }
        for (const method of one.methods) checkMethod(declared, method, found.methods, `${one.name}.${method.name}`);
      }
      for (const method of room.functions) checkMethod(declared, method, declared.functions, method.name);
    });
  });
}

/** That a method and its twin take what the catalogue says. */
function checkMethod(declared, method, methods, place) {
  const inputs = {
    matrix: 'MatrixInput',
    vector: 'VectorInput',
    ints: 'IntsInput',
    texts: 'TextsInput',
    lists: 'ListsInput',
    table: 'I',
    bytes: 'Uint8Array | ArrayBuffer',
  };
  const positional = [
    ...method.arrays.map(({ name, letter }) => [camel(name), inputs[letter]]),
    ...method.options.filter(({ required }) => required).map((field) => [camel(field.name), spelled(field, true)]),
  ];
  const { asks } = method;
  const optional = method.options.filter(({ required }) => !required);
  for (const twin of ['', 'Sync']) {
    const found = methods.get(camel(method.name) + twin);
    assert.ok(found, `${place}${twin} is not declared`);
    assert.ok(found.doc, `${place}${twin} has no docs`);
    const parameters = [...found.parameters];
    const options = optional.length > 0 || !method.quick ? parameters.pop() : undefined;
    const expectedHere = [...positional];
    if (asks) {
      const taken = { matrix: 'Matrix', vector: 'Float64Array', ints: 'Int32Array' };
      const given = asks.question
        .map(({ name, letter }) => `${camel(name)}: ${taken[asks.each ? 'vector' : letter]}`)
        .join(', ');
      const ofRow = asks.answer.letter === 'vector' ? 'number' : `number | ${inputs.vector}`;
      const gives = asks.each ? ofRow : inputs[asks.answer.letter];
      const type = `(${given}) => ${gives}${twin === '' ? ` | Promise<${gives}>` : ''}`;
      expectedHere.splice(method.arrays.length, 0, [camel(asks.name), type]);
    }
    assert.deepEqual(parameters, expectedHere, `${place}${twin}`);
    if (options === undefined) continue;
    assert.equal(options[0], 'options', `${place}${twin}`);
    const name = /^(?:Omit<)?(\w+)/.exec(options[1])[1];
    const members = Object.fromEntries(declared.interfaces.get(name) ?? []);
    const expected = optional.map((field) => [camel(field.name), { type: spelled(field, true), optional: true }]);
    assert.deepEqual(members, Object.fromEntries(expected), `${place}${twin}`);
    const isCall = name === 'CallOptions' || name === 'SyncOptions' || declared.extended.get(name) === 'CallOptions';
    assert.equal(isCall, !method.quick, `${place}${twin} takes a signal exactly if it runs away from the event loop`);
    if (!method.quick) assert.equal(/signal|SyncOptions/.test(options[1]), twin === 'Sync', `${place}${twin}`);
  }
}

/** The type of a field in TypeScript, said independently of the generator. */
function spelled(field, isInput) {
  const spell = ({ is, of, name }) => {
    switch (is) {
      case 'bool':
        return 'boolean';
      case 'int':
      case 'float':
        return 'number';
      case 'text':
        return 'string';
      case 'matrix':
        return isInput ? 'MatrixInput' : 'Matrix';
      case 'vector':
        return isInput ? 'VectorInput' : 'Float64Array';
      case 'ints':
        return isInput ? 'IntsInput' : 'Int32Array';
      case 'table':
        return isInput ? 'TableInput' : 'T';
      case 'list':
        return `readonly ${/ /.test(spell(of)) ? `(${spell(of)})` : spell(of)}[]`;
      case 'map':
        return `Readonly<Record<string, ${spell(of)}>>`;
      case 'optional':
        return `${spell(of)} | null`;
      default:
        return holdsTable(name) ? `${name}<T>` : name;
    }
  };
  const type = spell(field.type);
  return !field.required && field.default === null && !type.endsWith('| null') ? `${type} | null` : type;
}

/** Whether a result holds a table somewhere. */
function holdsTable(name) {
  const found = api.rooms.flatMap((room) => room.classes).find((one) => one.name === name);
  const inside = (type) => type.is === 'table' || (type.of ? inside(type.of) : type.is === 'class' && holdsTable(type.name));
  return found.kind === 'report' && found.fields.some((field) => inside(field.type));
}

/** What the declarations of a room say, read by the compiler's own parser. */
async function declarations(room) {
  const ts = createRequire(join(tools, 'index.js'))('typescript');
  const path = join(home, `dist/${room}.d.ts`);
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const text = (node) => node?.getText(file).replace(/\s+/g, ' ') ?? '';
  const found = { classes: new Map(), interfaces: new Map(), extended: new Map(), functions: new Map(), types: new Map() };
  const callable = (node) => ({
    doc: ts.getJSDocCommentsAndTags(node).length > 0,
    parameters: node.parameters.map((parameter) => [text(parameter.name), text(parameter.type)]),
  });
  for (const node of file.statements) {
    if (ts.isClassDeclaration(node)) {
      const fields = node.members.filter(ts.isPropertyDeclaration).map((member) => [text(member.name), text(member.type)]);
      const methods = node.members.filter(ts.isMethodDeclaration).map((member) => [text(member.name), callable(member)]);
      found.classes.set(text(node.name), { fields, methods: new Map(methods) });
    } else if (ts.isInterfaceDeclaration(node)) {
      const member = (one) => [text(one.name), { type: text(one.type), optional: one.questionToken !== undefined }];
      found.interfaces.set(text(node.name), node.members.map(member));
      found.extended.set(text(node.name), text(node.heritageClauses?.[0]?.types[0]));
    } else if (ts.isFunctionDeclaration(node)) {
      found.functions.set(text(node.name), callable(node));
    } else if (ts.isTypeAliasDeclaration(node)) {
      found.types.set(text(node.name), text(node.type));
    }
  }
  return found;
}
