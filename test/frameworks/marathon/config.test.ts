import { mastersOf } from '../../../frameworks/kit/edge/flags';
import { type MarathonConfig, parseMarathonConfig } from '../../../frameworks/marathon/config';
import { DEFAULT_SETTINGS } from '../../../frameworks/marathon/core/state/settings';

function config(args: string[], env: Record<string, string> = {}): MarathonConfig {
  const parsed = parseMarathonConfig({ args: ['--master', 'm:5050', ...args], env });
  if (!('config' in parsed)) throw new Error(parsed.help);
  return parsed.config;
}

describe('flags', () => {
  it('have the defaults of the original', () => {
    const { settings, http } = config(['--mesos_user', 'root', '--hostname', 'localhost']);
    expect(settings).toEqual(DEFAULT_SETTINGS);
    expect(http).toMatchObject({ address: '127.0.0.1', port: 8080, outstandingEventsMax: 1024 });
  });

  it('can be given in the environment, and switched off in three ways', () => {
    expect(config([], { MARATHON_LOCAL_PORT_MIN: '11000' }).settings.localPortMin).toBe(11_000);
    for (const off of ['--disable_checkpoint', '--no-checkpoint', '--checkpoint=false']) {
      expect(config([off]).settings.checkpoint).toBe(false);
    }
  });

  it.each([
    ['m:5050', ['http://m:5050']],
    ['http://a:1,b:2', ['http://a:1', 'http://b:2']],
  ])('read the masters %s', (list, expected) => {
    expect(mastersOf(list)).toEqual(expected);
  });

  it.each([
    [['--enable_features', 'flying'], 'flying is unknown'],
    [['--http_credentials', 'nobody'], 'expected user:password'],
    [['--local_port_min', '5', '--local_port_max', '4'], 'must not be above'],
    [['--decline_offer_duration', 'soon'], 'expected a whole number'],
    [['--frobnicate', '1'], 'frobnicate'],
    [
      ['--mesos_authentication_secret_file', '/nowhere/secret', '--mesos_authentication_principal', 'me'],
      'ENOENT',
    ],
  ])('refuse %j', (args, text) => {
    expect(() => config(args)).toThrow(text);
  });

  it('know where masters are elected, and that a master is needed', () => {
    expect(mastersOf('zk://a:2181/mesos')).toEqual([]);
    expect(config(['--master', 'zk://a/mesos']).masterZk?.path).toBe('/mesos');
    expect(() => parseMarathonConfig({ args: [], env: {} })).toThrow('--master is missing');
  });

  it('never show secrets', () => {
    const args = ['--http_credentials', 'me:hidden', '--mesos_authentication_principal', 'p'];
    const { info, mesosCredentials } = config([...args, '--mesos_authentication_secret', 'hidden']);
    expect(mesosCredentials).toBe('p:hidden');
    expect(JSON.stringify(info)).not.toContain('hidden');
  });

  it('explain themselves', () => {
    expect(parseMarathonConfig({ args: ['--help'], env: {} })).toMatchObject({
      help: expect.stringContaining('--min_revive_offers_interval'),
    });
  });
});
