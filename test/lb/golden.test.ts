/**
 * Golden folders: apps.json in, haproxy.cfg out, and the real HAProxy agrees. REWRITE=1 refreshes.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readApps } from '../../lb/core/apps/apps';
import { printIssue } from '../../lb/core/issues/issues';
import { buildModel } from '../../lb/core/model/model';
import { APP_MAP, HOST_MAP } from '../../lb/core/render/maps';
import { createRenderer } from '../../lb/core/render/render';
import type { ModelOptions } from '../../lb/core/services/options';
import { loadTemplates } from '../../lb/edge/templates';
import { addressContext, plainOptions } from './builders';

const root = join(__dirname, 'golden');
const folder = mkdtempSync(join(tmpdir(), 'lb-golden-'));
const certificate = join(folder, 'cert.pem');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  const key = join(folder, 'key.pem');
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const rest = ['-days', '2', '-subj', '/CN=test', '-keyout', key, '-out', certificate];
  execFileSync('openssl', [...words, ...rest], { stdio: 'ignore' });
  writeFileSync(certificate, readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'));
});

/** Options beside the apps: `options.json` may set groups and strict, and turn HTTPS on. */
function readOptions(path: string): ModelOptions {
  const options = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>) : {};
  const { https, ...rest } = options;
  const httpsIn = { address: '*', port: 443, certificates: ['/etc/ssl/cert.pem'], http2: false };
  return { ...plainOptions, ...rest, ...(https ? { httpsIn } : {}) };
}

function comment(kind: string, lines: string): string {
  return lines.replace(/^(?=.)/gm, `# map ${kind}: `);
}

test.each(readdirSync(root).sort())('%s', (name) => {
  const path = (file: string): string => join(root, name, file);
  const read = readApps(JSON.parse(readFileSync(path('apps.json'), 'utf8')));
  if ('error' in read) throw new Error(read.error);
  const options = readOptions(path('options.json'));
  const model = buildModel(read.apps, options, addressContext);
  const { config, maps } = createRenderer(loadTemplates())(model);
  const issues = [...read.issues, ...model.issues].map((issue) => `# ${printIssue(issue)}\n`).join('');
  const listed = maps ? `${comment('host', maps.hosts)}${comment('app', maps.apps)}` : '';
  const actual = issues + listed + config;
  if (process.env['REWRITE'] || !existsSync(path('haproxy.cfg'))) writeFileSync(path('haproxy.cfg'), actual);
  expect(actual).toBe(readFileSync(path('haproxy.cfg'), 'utf8'));
  const checked = join(folder, 'haproxy.cfg');
  writeFileSync(join(folder, HOST_MAP), maps?.hosts ?? '');
  writeFileSync(join(folder, APP_MAP), maps?.apps ?? '');
  const here = config.replaceAll('/etc/ssl/cert.pem', certificate).replaceAll('/etc/haproxy/', `${folder}/`);
  writeFileSync(checked, here);
  execFileSync('/usr/sbin/haproxy', ['-c', '-f', checked], { stdio: 'pipe' });
});

test('equal apps in any order give equal bytes', () => {
  const text = readFileSync(join(root, '002-vhosts', 'apps.json'), 'utf8');
  const { apps } = JSON.parse(text) as { apps: unknown[] };
  const render = (list: unknown[]): string => {
    const read = readApps({ apps: list });
    if ('error' in read) throw new Error(read.error);
    return createRenderer(loadTemplates())(buildModel(read.apps, plainOptions, addressContext)).config;
  };
  expect(render([...apps].reverse())).toBe(render(apps));
});
