import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readApps } from '../../../lb/core/apps/apps';
import { buildModel } from '../../../lb/core/model/model';
import { createRenderer } from '../../../lb/core/render/render';
import { templateNames, templateTable } from '../../../lb/core/templates/template-table';
import { readTemplateTexts } from '../../../lb/edge/operator-templates';
import { loadTemplates } from '../../../lb/edge/templates';
import { addressContext, appJson, plainOptions, taskJson } from '../builders';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lb-templates-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The head as marathon-lb 1.15 has it, as far as it names files, sockets and services of its container. */
const ORIGINAL_HEAD = `global
  log /dev/log local0
  log /dev/log daemon notice
  maxconn 50000
  stats socket /var/run/no-such-folder/socket expose-fd listeners
  server-state-file global
  server-state-base /var/state/haproxy/
  lua-load /marathon-lb/getpids.lua
  lua-load /marathon-lb/getconfig.lua
  lua-load /marathon-lb/getmaps.lua
  lua-load /marathon-lb/signalmlb.lua
defaults
  load-server-state-from-file global
  log               global
  timeout connect          3s
  timeout client          30s
  timeout server          30s
listen stats
  bind 127.0.0.1:9090
  balance
  mode http
  stats enable
  monitor-uri /_haproxy_health_check
  acl getpid path /_haproxy_getpids
  http-request use-service lua.getpids if getpid
  acl getvhostmap path /_haproxy_getvhostmap
  http-request use-service lua.getvhostmap if getvhostmap
  acl getconfig path /_haproxy_getconfig
  http-request use-service lua.getconfig if getconfig
  acl signalmlbhup path /_mlb_signal/hup
  http-request use-service lua.signalmlbhup if signalmlbhup`;

/** The configuration of one app with every kind of rule, made with templates of the operator; HAProxy has to take it. */
function configWith(texts: Readonly<Record<string, string>>, realm = 'r'): string {
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, `HAPROXY_${name}`), text);
  const labels = { HAPROXY_0_VHOST: 'a.x,b.x', HAPROXY_0_PATH: '/a', HAPROXY_0_AUTH: `${realm}:u:$1$x` };
  const apps = [
    appJson('/web', 10_000, [taskJson('t', [31_000])], { labels }),
    appJson('/one', 10_001, [taskJson('t', [31_001])], { labels: { HAPROXY_0_VHOST: 'c.x' } }),
  ];
  const read = readApps({ apps });
  if ('error' in read) throw new Error(read.error);
  const process = { ...plainOptions.process, socket: join(folder, 'haproxy.sock') };
  const model = buildModel(read.apps, { ...plainOptions, process }, addressContext);
  const { config } = createRenderer(loadTemplates(readTemplateTexts({}, folder)))(model);
  const path = join(folder, 'haproxy.cfg');
  writeFileSync(path, config);
  execFileSync('/usr/sbin/haproxy', ['-c', '-f', path], { stdio: 'pipe' });
  return config;
}

test('a head copied from the original works: its scripts and its socket are replaced', () => {
  const config = configWith({ HEAD: ORIGINAL_HEAD });
  expect(config).not.toContain('lua');
  expect(config).not.toContain('no-such-folder');
  expect(config).toContain('  no strict-limits\n');
  expect(config).toContain(
    'use_backend meseta_admin if { path_beg /_haproxy_get } or { path_beg /_mlb_signal/ }',
  );
  expect(config).toContain('backend meseta_admin\n  mode http\n  server admin 127.0.0.1:9092\n');
  expect(config).toContain('log /dev/log daemon notice');
});

/** One of our own templates in marathon-lb's form; undefined when that cannot say it. */
function inOldForm(text: string): string | undefined {
  if (/\{\{#|\{\{(\w+ )?(bind|hosts|httpsPortSuffix|healthCheckTlsOptions|alpn)\}\}/.test(text))
    return undefined;
  if (!text.includes('{{')) return text.replaceAll(/[{}]/g, '$&$&');
  const parts = text.split(/(\{\{(?:\w+ )?\w+\}\})/);
  return parts
    .map((part) => {
      const [, helper, name] = /^\{\{(?:(\w+) )?(\w+)\}\}$/.exec(part) ?? [];
      if (name === undefined) return part.replaceAll(/[{}]/g, '$&$&');
      return helper === 'quoted' ? `"{${name}}"` : `{${name}}`;
    })
    .join('');
}

test('every template works without a final line end, and with line ends of Windows', () => {
  const plain = configWith({});
  for (const name of templateNames) {
    const text = readFileSync(join(__dirname, '../../../lb/templates', `${name}.hbs`), 'utf8');
    const { kind } = templateTable[name];
    const replacement = kind === 'raw' ? (text.includes('{{') ? undefined : text) : inOldForm(text);
    if (replacement === undefined) continue;
    expect(configWith({ [name]: replacement.replace(/\n$/, '') })).toBe(plain);
    expect(configWith({ [name]: replacement.replaceAll('\n', '\r\n') })).toBe(plain);
    rmSync(join(folder, `HAPROXY_${name}`));
  }
});

test('a realm of two words stays one where a template has it without quotes', () => {
  const text = '  http-request auth realm {realm} if host_{cleanedUpHostname}\n  use_backend {backend}\n';
  const name = 'HTTP_FRONTEND_ROUTING_ONLY_WITH_PATH_AND_AUTH';
  expect(configWith({ [name]: text }, 'my realm')).toContain('auth realm my\\ realm if host_');
  const quoted = text.replace('{realm}', '"{realm}"');
  expect(configWith({ [name]: quoted }, 'my realm')).toContain('auth realm "my realm" if host_');
});

const refused: [text: string, name: string, complaint: string][] = [
  ['global\n  daemon\n', 'HEAD', 'the directive "daemon" in line 2'],
  ['defaults\n', 'HEAD', 'has no line "global"'],
  ['global\n  lua-load /nowhere/own.lua\n', 'HEAD', '"lua-load /nowhere/own.lua", and there is no such file'],
  [
    '  mode http\n  rspadd X:\\ y\n',
    'BACKEND_HTTP_OPTIONS',
    '"rspadd" in line 2, which HAProxy dropped; use',
  ],
  ['  reqirep a b\n', 'HTTP_BACKEND_PROXYPASS_GLUE', 'use http-request replace-path'],
];

test.each(refused)('%j is refused as %s with what to change', (text, name, complaint) => {
  writeFileSync(join(folder, `HAPROXY_${name}`), text);
  expect(() => readTemplateTexts({}, folder)).toThrow(complaint);
  expect(() => readTemplateTexts({ [`HAPROXY_${name}`]: text.replaceAll('\n', '\\n') }, '/nowhere')).toThrow(
    complaint,
  );
});
