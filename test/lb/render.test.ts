/** `meseta lb render`, and the arguments of the original. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../cluster/runtime/clock';
import { parseFlags } from '../../cluster/runtime/config/flags';
import { silentLogger } from '../../cluster/runtime/log';
import { expandLbArgs, type LbConfig, lbFlags, readLbConfig } from '../../lb/config';
import { splitCommand } from '../../lb/edge/command';
import { renderApps } from '../../lb/edge/render/main';
import { appJson, taskJson } from './builders';

function config(args: string[], env: Record<string, string> = {}): LbConfig {
  const { flags } = parseFlags(lbFlags, { command: 'meseta lb', about: '', args: expandLbArgs(args), env });
  return readLbConfig(flags, env);
}

const io = { clock: systemClock(), log: silentLogger };
const apps = {
  apps: [
    appJson('/web', 10_000, [taskJson('t', [31_000], { host: 'agent1' })], {
      labels: { HAPROXY_0_VHOST: 'a.b' },
    }),
  ],
};

test('apps become text without a Marathon; the HTTPS frontend is there as in the original', async () => {
  const rendered = await renderApps(
    config(['--group', 'external']),
    apps,
    new Map([['agent1', '1.2.3.4']]),
    io,
  );
  expect(rendered.issues).toEqual([]);
  expect(rendered.config).toContain('  bind *:443 ssl crt /etc/ssl/cert.pem\n');
  expect(rendered.config).toContain('  server agent1_1_2_3_4_31000 1.2.3.4:31000 id ');
});

test('the statistics take the names of this machine and those of --allowed_hosts, and no page of another site', async () => {
  const rendered = await renderApps(
    config(['--group', '*', '--allowed_hosts=lb.example']),
    apps,
    new Map(),
    io,
  );
  expect(rendered.config).toMatch(
    / {2}acl own_host req\.fhdr\(host\) -m reg -i "\^.*lb\\\\\.example.*\\\$"\n/,
  );
  expect(rendered.config).toContain('!own_host\n');
  expect(rendered.config).toContain('if { req.fhdr(sec-fetch-site) -i cross-site same-site }');
});

test('templates come from the environment, then from a folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lb-templates-'));
  try {
    writeFileSync(join(folder, 'HAPROXY_BACKEND_HTTP_OPTIONS'), '  option from-folder\n');
    writeFileSync(join(folder, 'HAPROXY_FRONTEND_BACKEND_GLUE'), '  default_backend {backend}\n');
    const env = {
      HAPROXY_BACKEND_HTTP_OPTIONS: '  option from-env\\n',
      HAPROXY_GLOBAL_DEFAULT_OPTIONS: 'dontlognull,redispatch',
    };
    const rendered = await renderApps(
      config(['--group', '*', '--templates-dir', folder], env),
      apps,
      new Map([['agent1', '1.2.3.4']]),
      io,
    );
    expect(rendered.config).toContain('  option from-env\n');
    expect(rendered.config).toContain('  default_backend web_10000\n');
    expect(rendered.config).toContain('  option            redispatch\n');
    expect(() => config(['--group', '*'], { HAPROXY_HEAD: 'global\n  daemon\n' })).toThrow('daemon');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the arguments of the original are taken', () => {
  const args = [
    'sse',
    '-m',
    'http://a:1',
    'http://b:2',
    '-H',
    '--group',
    'x',
    '--max-reload-retries',
    '3',
    '--log-level',
    'WARNING',
    '--archive-versions=2',
  ];
  expect(expandLbArgs(args)).toEqual([
    ...[
      '--sse',
      '--self-signed',
      '--marathon',
      'http://a:1',
      '--marathon',
      'http://b:2',
      '--health-check',
      '--group',
      'x',
      '--max-reload-retries',
      '3',
      '--log-level',
      'warn',
      '--archive-versions=2',
    ],
  ]);
  expect(
    config(['--group', 'x', '--min-serv-port-ip-per-task', '0', '--max-serv-port-ip-per-task', '0'])
      .portRange,
  ).toBeUndefined();
  expect(() => config(['--group', 'x', '--min-serv-port-ip-per-task', '0'])).toThrow('are no range');
  expect(splitCommand(`reload "a b" 'c d' e`)).toEqual(['reload', 'a b', 'c d', 'e']);
});

test('the first word of the container and its environment are taken', () => {
  const env = { POLL_INTERVAL: '7', HAPROXY_SYSLOGD: 'true', HAPROXY_SYSCTL_PARAMS: 'net.core.somaxconn=99' };
  expect(config(['poll', '--group', 'x', '--log-level=ERROR'], env)).toMatchObject({
    sse: true,
    pollMs: 7000,
    selfSigned: true,
    accessLogs: ['stdout format raw local0'],
    kernelSettings: [{ name: 'net.core.somaxconn', value: '99' }],
  });
  expect(config(['--sse', '--group', 'x'])).toMatchObject({
    pollMs: undefined,
    selfSigned: false,
    accessLogs: [],
  });
});
