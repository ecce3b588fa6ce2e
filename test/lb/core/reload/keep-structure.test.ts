import { readApps } from '../../../../lb/core/apps/apps';
import { buildModel, type Model } from '../../../../lb/core/model/model';
import { keepStructure, retiredServices, withoutServices } from '../../../../lb/core/reload/keep-structure';
import { createRenderer } from '../../../../lb/core/render/render';
import type { ModelOptions } from '../../../../lb/core/services/options';
import { loadTemplates } from '../../../../lb/edge/templates';
import { addressContext, appJson, plainOptions, taskJson } from '../../builders';

const render = createRenderer(loadTemplates());
type Json = Record<string, unknown>;

const app = (id: string, port: number, tasks: readonly number[], labels: Json = {}): Json =>
  appJson(
    id,
    port,
    tasks.map((taskPort) => taskJson(`${id}.${taskPort}`, [taskPort])),
    { labels: { HAPROXY_0_VHOST: `${id.slice(1)}.localhost`, ...labels } },
  );

function model(apps: readonly Json[], more: Partial<ModelOptions> = {}): Model {
  const read = readApps({ apps });
  if ('error' in read) throw new Error(read.error);
  return buildModel(read.apps, { ...plainOptions, ...more }, addressContext);
}

const structure = (built: Model): string[] => render(built).blocks.map(({ text }) => text);
const serversOf = (built: Model, backend: string): string[] =>
  built.backends.find(({ name }) => name === backend)?.servers.map(({ port }) => String(port)) ?? [];

test('the structure stays and the servers follow: of apps that are there, are new, and are gone', () => {
  const running = model([app('/a', 1001, [1, 2]), app('/b', 1002, [3])]);
  const wanted = model([app('/a', 1001, [2, 4]), app('/c', 1003, [5])]);
  const result = keepStructure(running, wanted);
  expect(structure(result)).toEqual(structure(running));
  expect(serversOf(result, 'a_1001')).toEqual(['2', '4']);
  expect(serversOf(result, 'b_1002')).toEqual([]);
  expect(serversOf(result, 'c_1003')).toEqual([]);
});

test('a server whose line changed keeps the one it has, and none comes where HAProxy takes none', () => {
  const sticky = { HAPROXY_0_STICKY: 'true' };
  const running = model([app('/a', 1001, [1]), app('/s', 1002, [2, 3], sticky)]);
  const check = { healthChecks: [{ protocol: 'TCP', portIndex: 0 }] };
  const wanted = model([{ ...app('/a', 1001, [1]), ...check }, app('/s', 1002, [3, 4], sticky)], {
    healthCheck: false,
  });
  const result = keepStructure(running, wanted);
  expect(render(result).config).not.toContain(' check inter');
  expect(serversOf(result, 's_1002')).toEqual(['3']);
});

const stays: [string, Json[], string[]][] = [
  ['an app that is gone', [app('/a', 1001, [1])], ['b_1002']],
  ['nothing gone', [app('/a', 1001, [1]), app('/b', 1002, [1])], []],
  ['another app has its host name', [app('/a', 1001, [1], { HAPROXY_0_VHOST: 'x,b.localhost' })], []],
  ['another app has its port', [app('/a', 1001, [1]), app('/c', 1002, [1])], []],
];
test.each(stays)('may stay a while: %s', (_about, wanted, names) => {
  const running = model([app('/a', 1001, [1]), app('/b', 1002, [1])]);
  expect([...retiredServices(running, model(wanted))]).toEqual(names);
});

test('an app that loses one of two ports may not stay: its app id leads elsewhere then', () => {
  const two = {
    portDefinitions: [{ port: 1001 }, { port: 1002 }],
    tasks: [taskJson('t', [1, 2])],
  };
  const labels = { HAPROXY_1_MODE: 'http' };
  const running = model([{ ...app('/a', 1001, [1], labels), ...two }]);
  const wanted = model([{ ...app('/a', 1001, [1], { ...labels, HAPROXY_0_ENABLED: 'false' }), ...two }]);
  expect(retiredServices(running, wanted).size).toBe(0);
});

const https = { address: '*', port: 443, certificates: ['/cert.pem'], http2: true };
test.each([
  ['plain', {}],
  ['HTTPS', { httpsIn: https }],
  ['one frontend per host name', { httpsIn: https, groupHttps: true }],
  ['maps', { httpsIn: https, mapFolder: '/maps' }],
])('taking a service away gives what is made without it: %s', (_about, more) => {
  const auth = { HAPROXY_0_AUTH: 'r:u:p' };
  const all = model([app('/a', 1001, [1]), app('/b', 1002, [1], auth), app('/c', 1003, [1])], more);
  const rest = model([app('/a', 1001, [1]), app('/c', 1003, [1])], more);
  expect(render(withoutServices(all, new Set(['b_1002']))).config).toBe(render(rest).config);
});

test('a service that waits for the port of one that goes gets it at once; it may itself go without a reload', () => {
  const first = app('/a', 10_000, [31_000]);
  const second = app('/b', 10_000, [31_001]);
  const both = model([first, second]);
  expect(both.frontends.map(({ bind }) => bind)).toEqual(['*:10000', undefined]);
  expect(retiredServices(both, model([second]))).toEqual(new Set());
  expect(retiredServices(both, model([first]))).toEqual(new Set(['b_10000']));
});
