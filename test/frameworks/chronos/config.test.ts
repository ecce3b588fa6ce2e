import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChronosConfig, parseChronosConfig } from '../../../frameworks/chronos/config';

function config(args: string[] = [], env: Record<string, string> = {}): ChronosConfig {
  const parsed = parseChronosConfig({ args: ['--master', 'm:5050', ...args], env });
  if (!('config' in parsed)) throw new Error(parsed.help);
  return parsed.config;
}

describe('flags', () => {
  it('have the defaults of the original, apart from the port, the address and the store', () => {
    const { framework, core, jobs, http, ensemble, historyLimit, notices } = config(['--hostname', 'me']);
    expect(framework).toMatchObject({
      name: 'chronos',
      user: 'root',
      role: '*',
      failoverTimeoutSeconds: 604_800,
      checkpoint: true,
      minReviveOffersMs: 5000,
      reconciliationMs: 600_000,
    });
    expect(core).toMatchObject({ failureRetry: 60_000, disableAfterFailures: 0, taskEpsilon: undefined });
    expect(jobs).toEqual({ cpus: 0.1, mem: 128, disk: 256, runAsUser: 'root' });
    expect(http).toMatchObject({ address: '127.0.0.1', port: 4400, isCompressing: true });
    expect([ensemble, historyLimit]).toEqual([undefined, 5]);
    expect([...notices.rules]).toEqual(['deleted', 'disabled', 'failed']);
    expect(notices.channels).toEqual({ mail: undefined, slack: undefined, mattermost: undefined });
  });

  it('can be given in the environment, as letters, and switched off', () => {
    expect(config([], { CHRONOS_FAILURE_RETRY: '1000' }).core.failureRetry).toBe(1000);
    expect(config(['-u', 'me', '-t', '5'])).toMatchObject({
      jobs: { runAsUser: 'me' },
      core: { taskEpsilon: 5000 },
    });
    expect(config(['--disable_http_compression']).http.isCompressing).toBe(false);
    expect(config([], { CHRONOS_DISABLE_MESOS_CHECKPOINT: '' }).framework.checkpoint).toBe(false);
  });

  it('take the first port of a task as their own, as the image of the original does', () => {
    expect(config([], { PORT0: '31000' }).http.port).toBe(31_000);
    expect(config([], { PORT0: '31000', CHRONOS_HTTP_PORT: '1' }).http.port).toBe(1);
    expect(config(['--http_port', '2'], { PORT0: '31000' }).http.port).toBe(2);
  });

  it.each([
    [['--zk_hosts', 'a:1,b:2'], '/chronos/state', undefined],
    [['--zk_hosts', 'zk://a:1,b:2/else', '--zk_path', 'p/q'], '/p/q', undefined],
    [['-z', 'zk://u:p@a:1,b:2/else'], '/chronos/state', 'u:p'],
    [['--zk_hosts', 'a:1,b:2', '--zk_auth', 'u:p'], '/chronos/state', 'u:p'],
  ])('find the ensemble by %j', (args, path, auth) => {
    const servers = [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
    ];
    expect(config(args).ensemble).toEqual({ url: { servers, path, auth }, sessionTimeoutMs: 10_000 });
  });

  it('turn the channels of notices on', () => {
    const { channels } = config([
      ...['--mail_server', 'mx:25', '--mail_from', 'me@x', '--mail_ssl'],
      ...['--slack_url', 'https://hooks/x', '--http_notification_url', 'http://h/n'],
      ...['--http_notification_credentials', 'u:p'],
    ]).notices;
    expect(channels).toMatchObject({
      mail: { host: 'mx', port: 25, from: 'me@x', ssl: true },
      slack: 'https://hooks/x',
      http: { url: 'http://h/n', credentials: 'u:p' },
    });
    expect(config(['--notify_on', 'slow,overdue']).core).toMatchObject({
      overdueAfter: 300_000,
      slowFactor: 3,
    });
  });

  it.each([
    [['--http_credentials', 'nobody'], 'expected user:password'],
    [['--mail_server', 'mx:25'], 'belong together'],
    [['--mail_server', 'mx', '--mail_from', 'x'], 'expected host:port'],
    [['--slack_url', 'hooks'], '--slack_url: expected a URL'],
    [['--notify_on', 'sometimes'], 'sometimes is unknown'],
    [['--mesos_task_cpu', '0'], 'expected a number above 0'],
    [['--zk_hosts', '[::1]:2181'], 'IPv6'],
    [['--cassandra_contact_points', 'c'], 'history and statistics are in the state'],
    [['--frobnicate', '1'], 'frobnicate'],
  ])('refuse %j', (args, text) => {
    expect(() => config(args)).toThrow(text);
  });

  it('know where masters are elected, and that a master is needed', () => {
    expect(config(['--master', 'zk://a/mesos'])).toMatchObject({ masters: [], masterZk: { path: '/mesos' } });
    expect(() => parseChronosConfig({ args: [], env: {} })).toThrow('--master is missing');
  });
});

test.each(['--conf_dir', '--config_dir'])('flag files are read from %s', (flag) => {
  const folder = mkdtempSync(join(tmpdir(), 'chronos-conf-'));
  writeFileSync(join(folder, 'http_port'), '4401\n');
  expect(config([flag, folder]).http.port).toBe(4401);
  rmSync(folder, { recursive: true });
});
