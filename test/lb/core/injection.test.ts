/**
 * Whatever labels say, they steer only their own lines: no line appears that a known template does not make.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { readApps } from '../../../lb/core/apps/apps';
import { portLabels } from '../../../lb/core/labels/labels';
import { buildModel } from '../../../lb/core/model/model';
import { createRenderer } from '../../../lb/core/render/render';
import { readSections } from '../../../lb/core/render/sections';
import { loadTemplates } from '../../../lb/edge/templates';
import { addressContext, appJson, plainOptions, taskJson } from '../builders';
import { strangeLine } from '../strange-line';

const render = createRenderer(loadTemplates());
const options = {
  ...plainOptions,
  httpsIn: { address: '*', port: 443, certificates: ['/cert.pem'], http2: true },
};

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    'a\nbackend evil\n  server x 1.2.3.4:80',
    'a\r\n  http-request deny',
    'x" # y',
    'a\\ b',
    '%[src]',
    '/a%[src]',
    `\${HOME}`,
    '-i /a\u2028/b',
    '/a if TRUE',
    'uri len 5\nx',
    'r:u:p\n',
  ),
  fc.constantFrom(
    'true',
    'a.example.com',
    '/path',
    '/a%20b',
    '-i /x /y',
    'r:u:$1$x',
    '10.0.0.0/8',
    '12',
    'http',
    'source',
  ),
);
const labelSets = fc.dictionary(
  fc.constantFrom(...Object.keys(portLabels).map((name) => `HAPROXY_0_${name}`)),
  nasty,
  { maxKeys: 12 },
);

function configOf(labels: Record<string, string>, id = '/web'): string {
  const tasks = [taskJson('t', [31_000])];
  const other = appJson('/other', 20_000, tasks, { labels: { HAPROXY_0_VHOST: 'other.example.com' } });
  const read = readApps({
    apps: [appJson(id, 10_000, tasks, { labels: { ...labels, HAPROXY_0_GROUP: 'external' } }), other],
  });
  if ('error' in read) throw new Error(read.error);
  return render(buildModel(read.apps, options, addressContext)).config;
}

test('no label value makes a line or a section that is not ours', () => {
  fc.assert(
    fc.property(labelSets, (labels) => {
      expect(strangeLine(configOf(labels), ['web', 'other'])).toBeUndefined();
    }),
    { numRuns: 1500 },
  );
});

test('the other app is untouched by whatever labels say', () => {
  const plain = readSections(configOf({})).filter(({ title }) => title.includes('other_20000'));
  fc.assert(
    fc.property(labelSets, (labels) => {
      const sections = readSections(configOf({ ...labels, HAPROXY_0_PORT: '10000' }));
      expect(sections.filter(({ title }) => title.includes('other_20000'))).toEqual(
        plain.map(({ title, text }) => expect.objectContaining({ title, text })),
      );
    }),
    { numRuns: 300 },
  );
});

test('HAProxy itself accepts what comes of random labels', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lb-property-'));
  try {
    fc.assert(
      fc.property(labelSets, ({ HAPROXY_0_SSL_CERT: _cert, HAPROXY_0_BIND_OPTIONS: _bind, ...labels }) => {
        const path = join(folder, 'haproxy.cfg');
        writeFileSync(path, configOf(labels).replace(/^ {2}bind \*:443 ssl .*$/m, '  bind *:443'));
        execFileSync('/usr/sbin/haproxy', ['-c', '-f', path], { stdio: 'pipe' });
      }),
      { numRuns: 25 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a realm cannot show what is in the environment of HAProxy', () => {
  const config = configOf({ HAPROXY_0_VHOST: 'a.b', HAPROXY_0_AUTH: 'r$HOME:u:p' });
  expect(config).not.toContain('HOME');
  expect(
    loadTemplates().HTTP_FRONTEND_ROUTING_ONLY_WITH_AUTH({
      cleanedUpHostname: 'x',
      backend: 'b',
      realm: '$HOME',
    }),
  ).toContain('realm "\\$HOME"');
});

test('a host name that is called like a section of ours gets a section of another name', () => {
  const read = readApps({
    apps: [
      appJson('/web', 10_000, [taskJson('t', [31_000])], {
        labels: { HAPROXY_0_VHOST: 'stats,marathon_http_in' },
      }),
    ],
  });
  if ('error' in read) throw new Error(read.error);
  const { config } = render(buildModel(read.apps, { ...options, groupHttps: true }, addressContext));
  const titles = readSections(config).map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
  expect(titles).toContain('frontend stats_vhost');
});
