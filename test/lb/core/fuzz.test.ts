/**
 * Random label sets, many of them: LB_FUZZ=1000000 runs that many. Each configuration goes through a fast model of what
 * may stand where; a sample through HAProxy itself (with LB_FUZZ_HAPROXY=n, every n-th configuration of 100 label sets).
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readApps } from '../../../lb/core/apps/apps';
import { portLabels } from '../../../lb/core/labels/labels';
import { buildModel } from '../../../lb/core/model/model';
import { createRenderer } from '../../../lb/core/render/render';
import type { ModelOptions } from '../../../lb/core/services/options';
import { templateNames } from '../../../lb/core/templates/template-table';
import { loadTemplates } from '../../../lb/edge/templates';
import { addressContext, appJson, plainOptions, taskJson } from '../builders';
import { strangeLine } from '../strange-line';

const COUNT = Number(process.env['LB_FUZZ'] ?? 3000);
const SEED = Number(process.env['LB_FUZZ_SEED'] ?? 4711);
const HAPROXY_EVERY = Number(process.env['LB_FUZZ_HAPROXY'] ?? 10);
/** Label sets in one configuration: what it has beside them is made once for all. */
const APPS = 100;

/** A small seeded generator (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = generator(SEED);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const GOOD = [
  ...[
    'true',
    'false',
    'a.example.com',
    'a.example.com,b.example.com',
    '/path',
    '-i /x /y',
    'r:u:$6$x$y',
    '10.0.0.0/8',
  ],
  ...[
    '12',
    '-1',
    '80',
    '9090',
    '10001',
    'http',
    'tcp',
    'source',
    'leastconn',
    'uri len 5',
    'hdr(X-A)',
    '::1',
    '127.0.0.1',
  ],
  ...[
    'my realm:u:$6$x$y',
    '-m reg ^/(a|b)\\.php$',
    '^/\\d+/?$',
    'c.example:8080',
    '10.0.0.0/255.0.0.0',
    'hash src',
    'https://a.example/x?y=(1)',
    '[::1]',
    '*',
  ],
  ...[
    'external',
    'internal',
    '/a%20b',
    'accept-proxy',
    'ciphers AES128',
    'url_param id check_post',
    '1',
    '0',
  ],
];
const BAD = [
  ...[
    '\n',
    '\r\n',
    '\n  server x 1.2.3.4:80',
    '\nbackend evil\n',
    '\u2028',
    '\u0000',
    '"',
    "'",
    '\\',
    '#',
    '`',
    '%[src]',
    '%',
  ],
  ...[
    `\${HOME}`,
    '$HOME',
    ' if TRUE',
    ' or { always_true }',
    '{',
    '}',
    '(',
    ')',
    '||',
    ';',
    '\t',
    'é',
    '😀',
    ' ',
    '  ',
    '.if defined(X)',
    '\\"',
    '\\ ',
    '-f /etc/passwd',
    ' }',
  ],
];

function value(): string {
  const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
    random() < 0.75 ? pick(GOOD) : pick(BAD),
  );
  if (random() < 0.6) return pick(GOOD);
  return parts.join(pick(['', '', ' ', ',', ':']));
}

const NAMES = Object.keys(portLabels);
const TEMPLATES = templateNames.map((name) => `HAPROXY_0_${name}`);

function labels(): Record<string, string> {
  const set: Record<string, string> = { HAPROXY_GROUP: 'external' };
  const count = Math.floor(random() * 9);
  for (let index = 0; index < count; index++) {
    const name = pick(NAMES);
    if (name !== 'GROUP') set[`HAPROXY_${pick([0, 0, 0, 1])}_${name}`] = value();
  }
  if (random() < 0.2) set[pick(TEMPLATES)] = value();
  if (random() < 0.05) set['HAPROXY_DEPLOYMENT_GROUP'] = value();
  return set;
}

const https = { address: '*', port: 443, certificates: ['/cert.pem'], http2: true };
const SHAPES: readonly Partial<ModelOptions>[] = [
  {},
  { httpsIn: https },
  { httpsIn: https, groupHttps: true },
  { httpsIn: https, mapFolder: '/maps' },
];
const shapes = SHAPES.map((more) => ({
  options: { ...plainOptions, ...more },
  render: createRenderer(loadTemplates()),
}));
const two = { portDefinitions: [{ port: 10_000 }, { port: 10_001 }] };
const checks = [
  { protocol: 'HTTP', portIndex: 0, path: '/x' },
  { protocol: 'TCP', portIndex: 1 },
];
const tasks = [taskJson('t', [31_000, 31_001], { healthCheckResults: [{ alive: true }] })];
const portsOf = (position: number): object => ({
  portDefinitions: two.portDefinitions.map((_, index) => ({ port: 10_000 + 2 * position + index })),
});

/** One configuration of several apps, one for each label set. */
function configOf(sets: readonly Record<string, string>[], shape: (typeof shapes)[number]): string {
  const apps = sets.map((set, index) =>
    appJson(`/web${index}`, 10_000 + 2 * index, tasks, {
      labels: set,
      healthChecks: checks,
      ...portsOf(index),
    }),
  );
  const read = readApps({ apps });
  if ('error' in read) throw new Error(read.error);
  return shape.render(buildModel(read.apps, shape.options, addressContext)).config;
}

/** The label set that alone makes a line that is not ours; all of them when it takes several. */
function blamed(sets: readonly Record<string, string>[], shape: (typeof shapes)[number]): string {
  const strange = sets.find((set) => strangeLine(configOf([set], shape), NAMES_OF_APPS) !== undefined);
  return JSON.stringify(strange ?? sets);
}

const NAMES_OF_APPS = ['web\\d+', '[A-Za-z0-9._-]+'];
const withFiles = (set: Record<string, string>): boolean =>
  Object.keys(set).some((name) => /SSL_CERT|BIND_OPTIONS/.test(name));

test(`${COUNT} random label sets make no line or section that is not ours`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lb-fuzz-'));
  const refused: string[] = [];
  const check = (config: string, about: unknown): void => {
    const path = join(folder, 'haproxy.cfg');
    writeFileSync(path, config);
    try {
      execFileSync('/usr/sbin/haproxy', ['-c', '-f', path], { stdio: 'pipe' });
    } catch (error) {
      refused.push(`${JSON.stringify(about)}: ${(error as { stderr?: Buffer }).stderr?.toString() ?? ''}`);
    }
  };
  try {
    for (let done = 0, turn = 0; done < COUNT; turn++) {
      const sets = Array.from({ length: Math.min(APPS, COUNT - done) }, labels);
      done += sets.length;
      const shape = pick(shapes);
      const strange = strangeLine(configOf(sets, shape), NAMES_OF_APPS);
      if (strange !== undefined)
        throw new Error(`turn ${turn}: ${blamed(sets, shape)} gives ${JSON.stringify(strange)}`);
      const [plain] = shapes;
      if (turn % HAPROXY_EVERY !== 0 || plain === undefined) continue;
      const some = sets.filter((set) => !withFiles(set));
      check(configOf(some, plain), some);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  expect(refused).toEqual([]);
}, 36_000_000);
