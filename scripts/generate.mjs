/**
 * Makes cluster/api/generated/ from cluster/api/proto/: the descriptors that the codecs load, and one TypeScript interface a
 * message. What it writes is committed; a test fails when running it again would change anything.
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import protobuf from 'protobufjs';

const api = join(dirname(fileURLToPath(import.meta.url)), '..', 'cluster', 'api');
const SCALARS = {
  string: 'string',
  bool: 'boolean',
  bytes: 'Base64',
  double: 'number',
  float: 'number',
  int32: 'number',
  uint32: 'number',
  int64: 'Int64',
  uint64: 'Int64',
};
/** Messages whose `value` is an id, to its type in cluster/model/ids.ts. */
const IDS = {
  FrameworkID: 'FrameworkId',
  AgentID: 'AgentId',
  OfferID: 'OfferId',
  TaskID: 'TaskId',
  ExecutorID: 'ExecutorId',
  OperationID: 'OperationId',
};
/** Package to the file of its types. */
const FILES = {
  'mesos.v1': 'mesos',
  'mesos.v1.scheduler': 'scheduler',
  'mesos.v1.executor': 'executor',
  'mesos.v1.master': 'master',
  'mesos.v1.agent': 'agent',
  'mesos.v1.quota': 'quota',
  'mesos.v1.maintenance': 'maintenance',
  'mesos.v1.allocator': 'allocator',
  'mesos.internal': 'internal',
  'mesos.scheduler': 'driver',
  'google.protobuf': 'google',
};

/** All files to write, by path below cluster/api/generated. */
export function generate() {
  const root = load();
  const out = { 'descriptors.json': `${JSON.stringify(root.toJSON(), null, 1)}\n` };
  for (const [name, file] of Object.entries(FILES)) out[`${file}.ts`] = printPackage(root.lookup(name), file);
  out['messages.ts'] = printIndex(root);
  return out;
}

function load() {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) =>
    target.startsWith('google/') ? target : join(api, 'proto', target);
  const files = readdirSync(join(api, 'proto'))
    .filter((name) => name.endsWith('.proto'))
    .sort();
  root.loadSync(files, { keepCase: true });
  root.resolveAll();
  return root;
}

const HEADER = (about) =>
  `/**\n * ${about}\n * Made by \`npm run generate\` from cluster/api/proto; do not edit.\n */\n\n`;

function packageOf(item) {
  let at = item.parent;
  while (at instanceof protobuf.Type) at = at.parent;
  return at.fullName.slice(1);
}

function printPackage(namespace, file) {
  const imports = new Set();
  const body = namespace.nestedArray.map((item) => printItem(item, '', imports, file)).join('\n');
  const wanted = [...imports].filter((name) => name !== file).sort();
  const lines = wanted.map((name) => `import type * as ${name} from './${name}';`);
  const own = ['Base64', 'Int64'].filter((name) => new RegExp(`\\b${name}\\b`).test(body));
  if (own.length > 0) lines.push(`import type { ${own.join(', ')} } from '../scalars';`);
  const ids = Object.values(IDS).filter((name) => body.includes(`value: ${name};`));
  if (ids.length > 0) lines.unshift(`import type { ${ids.sort().join(', ')} } from '../../model/ids';`);
  return `${HEADER(`Types of the package ${namespace.fullName.slice(1)}.`)}${lines.join('\n')}${lines.length ? '\n\n' : ''}${body}`;
}

function printItem(item, indent, imports, file) {
  if (item instanceof protobuf.Enum) {
    const names = Object.keys(item.values).map((name) => `'${name}'`);
    return `${indent}export type ${item.name} =\n${names.map((name) => `${indent}  | ${name}`).join('\n')};\n`;
  }
  if (!(item instanceof protobuf.Type)) return '';
  const fields = item.fieldsArray.map((field) => `${indent}  ${printField(field, imports, file)}\n`).join('');
  let text = `${indent}export interface ${item.name} {\n${fields}${indent}}\n`;
  const nested = item.nestedArray.map((inner) => printItem(inner, `${indent}  `, imports, file)).join('\n');
  if (nested) text += `\n${indent}export namespace ${item.name} {\n${nested}${indent}}\n`;
  return text;
}

function printField(field, imports, file) {
  const base = field.resolvedType ? reference(field.resolvedType, imports, file) : scalarOf(field);
  if (!base) throw new Error(`no TypeScript type for ${field.fullName}: ${field.type}`);
  const type = field.map ? `Record<string, ${base}>` : field.repeated ? `readonly ${wrap(base)}[]` : base;
  return field.required
    ? `readonly ${field.name}: ${type};`
    : `readonly ${field.name}?: ${type} | undefined;`;
}

/** The type of a field without a message: an id has its kind. */
function scalarOf({ type, name, parent }) {
  return (name === 'value' && IDS[parent.name]) || SCALARS[type];
}

function wrap(type) {
  return type.includes(' ') ? `(${type})` : type;
}

function reference(type, imports, file) {
  const pack = packageOf(type);
  const target = FILES[pack];
  if (!target) throw new Error(`no file for the package ${pack}`);
  const path = type.fullName.slice(1 + pack.length + 1);
  if (target === file) return path;
  imports.add(target);
  return `${target}.${path}`;
}

/** Full names of messages to their types, so that the codecs are typed by name. */
function printIndex(root) {
  const rows = [];
  for (const [pack, file] of Object.entries(FILES)) {
    for (const item of root.lookup(pack).nestedArray) {
      if (item instanceof protobuf.Type) rows.push(`  '${pack}.${item.name}': ${file}.${item.name};`);
    }
  }
  const imports = Object.values(FILES)
    .sort()
    .map((file) => `import type * as ${file} from './${file}';`);
  return `${HEADER('Every top-level message by its full name.')}${imports.join('\n')}\n\nexport interface Messages {\n${rows.join('\n')}\n}\n\nexport type MessageName = keyof Messages;\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = join(api, 'generated');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(generate())) {
    const path = join(folder, name);
    let old = '';
    try {
      old = readFileSync(path, 'utf8');
    } catch {}
    if (old !== text) writeFileSync(path, text);
  }
}
