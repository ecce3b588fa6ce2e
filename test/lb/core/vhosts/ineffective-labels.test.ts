import { readApps } from '../../../../lb/core/apps/apps';
import { printIssue } from '../../../../lb/core/issues/issues';
import { buildModel } from '../../../../lb/core/model/model';
import type { ModelOptions } from '../../../../lb/core/services/options';
import { addressContext, appJson, plainOptions, taskJson } from '../../builders';

type Labels = Record<string, string>;

const web = (id: string, port: number, labels: Labels, more = {}): unknown =>
  appJson(id, port, [taskJson('t', [31_000])], { labels, ...more });

function issuesOf(apps: readonly unknown[], options: Partial<ModelOptions> = {}): string[] {
  const read = readApps({ apps });
  if ('error' in read) throw new Error(read.error);
  return buildModel(read.apps, { ...plainOptions, ...options }, addressContext).issues.map(printIssue);
}

const tcp = 'needs mode http, and this port is tcp';
const idle: [labels: Labels, issues: string[]][] = [
  [{ USE_HSTS: 'true' }, [`USE_HSTS: ${tcp}`]],
  [{ STICKY: 'true' }, [`STICKY: its cookie ${tcp}`]],
  [{ BALANCE: 'hdr(x)' }, [`BALANCE: ${tcp}; HAProxy takes roundrobin`]],
  [{ BALANCE: 'source' }, []],
  [{ MODE: 'http', REDIRECT_TO_HTTPS: 'true' }, ['REDIRECT_TO_HTTPS: does nothing without VHOST']],
  [{ MODE: 'http', BACKEND_WEIGHT: '2' }, ['BACKEND_WEIGHT: does nothing without VHOST']],
  [{ VHOST: 'x', PATH: 'shop' }, ['PATH: no path begins with shop; write /shop']],
  [
    { VHOST: 'x', PATH: '^/a+' },
    ['PATH: no path begins with ^/a+; for a regular expression write "-m reg ^/a+"'],
  ],
  [{ VHOST: 'x', PATH: '-m reg ^/a+' }, []],
  [{ VHOST: 'x', HTTP_BACKEND_REDIR: '/' }, ['HTTP_BACKEND_REDIR: redirects / to itself']],
];

test.each(idle)('%j: what it does not do is told', (labels, issues) => {
  const full = Object.fromEntries(Object.entries(labels).map(([name, text]) => [`HAPROXY_0_${name}`, text]));
  expect(issuesOf([web('/a', 10_000, full)])).toEqual(issues.map((text) => `/a HAPROXY_0_${text}`));
});

test('a regular expression is no surprise where the operator replaced the template of paths', () => {
  const labels = { HAPROXY_0_VHOST: 'x', HAPROXY_0_PATH: '^/a+' };
  const replacedTemplates = new Set(['HTTP_FRONTEND_ACL_WITH_PATH']);
  expect(issuesOf([web('/a', 10_000, labels)], { replacedTemplates })).toEqual([]);
});

test('the path of a health check is asked for percent-encoded, and that is told', () => {
  const healthChecks = [{ protocol: 'HTTP', path: 'is it\u0000 "ok"\ud800é', portIndex: 0 }];
  expect(issuesOf([web('/a', 10_000, {}, { healthChecks })], { healthCheck: false })).toEqual([
    '/a: HAProxy asks for /is%20it%00%20%22ok%22%EF%BF%BD%C3%A9 as its health check: ' +
      '"is it\\u0000 \\"ok\\"\\ud800é" is no path',
  ]);
});

const twins: [first: Labels, second: Labels, loser: string | undefined][] = [
  [{}, {}, '/b'],
  [{}, { BACKEND_WEIGHT: '1' }, '/a'],
  [{}, { PATH: '/x' }, undefined],
  [{ PATH: '/x' }, { PATH: '/x/y' }, '/b'],
  [{ PATH: '/x/y' }, { PATH: '/x' }, undefined],
  [{ PATH: '-i /X' }, { PATH: '/x/y' }, '/b'],
  [{ PATH: '/X' }, { PATH: '-i /x/y' }, undefined],
  [{ BACKEND_WEIGHT: '1' }, { PATH: '/x' }, '/b'],
  [{ PATH: '-m reg x' }, { PATH: '-m reg x' }, undefined],
  [{ VHOST: 'other' }, {}, undefined],
];

test.each(twins)(
  'one host name at two apps, %j and %j: the one without requests is named',
  (first, second, loser) => {
    const labels = (more: Labels): Labels =>
      Object.fromEntries(
        Object.entries({ VHOST: 'x', ...more }).map(([name, text]) => [`HAPROXY_0_${name}`, text]),
      );
    const issues = issuesOf([web('/a', 10_000, labels(first)), web('/b', 10_001, labels(second))]);
    const winner = loser === '/a' ? '/b' : '/a';
    const text = `requests for x go to ${winner} port 0, whose rule comes first; another PATH, or a higher BACKEND_WEIGHT`;
    expect(issues).toEqual(loser ? [`${loser} HAPROXY_0_VHOST: ${text}, brings them here`] : []);
  },
);
