/** Templates of a server's line, ours and those of operators: what of their servers commands can change. */

import { createAppStore } from '../../../../lb/core/apps/app-store';
import { buildModel } from '../../../../lb/core/model/model';
import { decide } from '../../../../lb/core/reload/decide-reload';
import { type ConfigFiles, createRenderer } from '../../../../lb/core/render/render';
import { readServerTemplate } from '../../../../lb/core/render/server-template';
import { loadTemplates } from '../../../../lb/edge/templates';
import { addressContext, appJson, plainOptions, taskJson } from '../../builders';

const values = {
  host: 'agent1',
  serverId: 7,
  cookieOptions: '',
  otherOptions: ' weight 3 disabled',
};
const ALL_OPTIONS = '{cookieOptions}{healthCheckOptions}{otherOptions}';

const read: readonly [string, string, { hasId: boolean; hasOther: boolean; options: string } | undefined][] =
  [
    [
      'of the original',
      `  server {serverName} {host_ipv4}:{port}${ALL_OPTIONS}\n`,
      { hasId: false, hasOther: true, options: 'check inter 2s' },
    ],
    [
      'with tabs, blanks, a comment and options in another order',
      '# {host}\n\tserver\t{serverName!s}   {host_ipv4}:{port} {otherOptions}  maxconn 5 {healthCheckOptions}  id   {serverId}\n\n',
      { hasId: true, hasOther: true, options: 'maxconn 5 check inter 2s' },
    ],
    [
      'without weight and health check',
      'server {serverName} {host_ipv4}:{port} cookie {serverId}',
      { hasId: false, hasOther: false, options: 'cookie 7' },
    ],
    ['with another address', '  server {serverName} {host}:{port}\n', undefined],
    ['with another name', '  server x-{serverName} {host_ipv4}:{port}\n', undefined],
    ['with another port', '  server {serverName} {host_ipv4}:{port}1\n', undefined],
    [
      'of two lines',
      '  server {serverName} {host_ipv4}:{port}\n  use-server {serverName} if TRUE\n',
      undefined,
    ],
    ['that is empty', '', undefined],
  ];
test.each(read)('a template %s', (_about, text, expected) => {
  const template = readServerTemplate(text);
  expect(
    template && {
      hasId: template.hasId,
      hasOther: template.hasOther,
      options: template.options(values, '  check   inter 2s'),
    },
  ).toEqual(expected);
});

/** The files of an app with tasks at these ports, rendered with an operator's template of a server's line. */
function rendered(template: string, ports: readonly number[], drained: readonly string[] = []): ConfigFiles {
  const store = createAppStore();
  const alive = { host: 'agent1', healthCheckResults: [{ alive: true }] };
  const tasks = ports.map((port) => taskJson(`t${port}`, [port], alive));
  const healthChecks = [{ protocol: 'TCP', portIndex: 0 }];
  store.replaceAll({ apps: [appJson('/web', 10_000, tasks, { healthChecks })] });
  const templates = loadTemplates(new Map([['BACKEND_SERVER_OPTIONS', template]]));
  const context = { ...addressContext, drained: new Set(drained) };
  return createRenderer(templates)(buildModel(store.apps(), plainOptions, context));
}

const FOUR_BLANKS = `    server  {serverName}\t{host_ipv4}:{port}  maxconn 9 {otherOptions}  {cookieOptions}{healthCheckOptions} \n`;

test("an operator's template of other spacing makes no reload of a server that comes, goes or is drained", () => {
  const before = rendered(FOUR_BLANKS, [31_001, 31_002]);
  const after = rendered(FOUR_BLANKS, [31_002, 31_003], ['t31002']);
  expect(before.config).toContain('    server  agent1_1_1_1_1_31001\t1.1.1.1:31001  maxconn 9   ');
  const decision = decide(before, after, { servers: true, maps: true });
  expect(decision).toMatchObject({ kind: 'commands', reason: expect.stringContaining('1 servers added') });
  expect(decision.kind === 'commands' && decision.commands.map(({ kind }) => kind)).toEqual([
    'drain',
    'add',
    'remove',
  ]);
});

test('a template that commands cannot follow makes a reload of each change, and none of no change', () => {
  const template = '  server {serverName} {host}:{port}{otherOptions}\n';
  const decided = (ports: readonly number[], drained: readonly string[] = []): string =>
    decide(rendered(template, [31_001]), rendered(template, ports, drained), { servers: true, maps: true })
      .kind;
  expect([decided([31_001]), decided([31_002]), decided([31_001], ['t31001'])]).toEqual([
    'nothing',
    'reload',
    'reload',
  ]);
});
