import { type MasterConfig, masterFlags, masterSettings } from '../../../cluster/master/config';
import { parseFlags } from '../../../cluster/runtime/config/flags';
import { printFlags } from '../../../cluster/runtime/config/print-flags';

function read(args: string[], env: Record<string, string> = {}): MasterConfig {
  return parseFlags(masterFlags, { command: 'meseta master', about: '', args, env }).flags;
}

test('every flag has an environment variable', () => {
  const env = {
    MESOS_PORT: '1234',
    MESOS_CLUSTER: 'lab',
    MESOS_ROOT_SUBMISSIONS: 'false',
    MESOS_ROLES: 'a,b',
  };
  const config = read([], env);
  expect(config).toMatchObject({ port: 1234, cluster: 'lab', root_submissions: false });
  expect(masterSettings(config).roles).toEqual(['a', 'b']);
  expect(read(['--port=99'], env).port).toBe(99);
});

test('flags are shown as the original shows them', () => {
  expect(printFlags(masterFlags, read(['--offer_timeout=2mins']))).toMatchObject({
    agent_ping_timeout: '15secs',
    offer_timeout: '2mins',
    registry_max_agent_age: '2weeks',
    root_submissions: 'true',
    port: '5050',
  });
});

test.each(['registry_strict', 'master_detector=x', 'modules={}', 'hooks=x', 'ip_discovery_command=x'])(
  '--%s stops the start',
  (flag) => {
    const name = flag.split('=')[0] ?? '';
    expect(() => masterSettings(read([`--${flag}`]))).toThrow(`--${name} cannot be used: `);
  },
);

it.each([
  ['agent_ping_timeout', '999ms', 'expected a duration from 1secs to 15mins'],
  ['agent_ping_timeout', '16mins', 'expected a duration from 1secs to 15mins'],
  ['agent_reregister_timeout', '9mins', 'expected a duration of at least 10mins'],
  ['max_agent_ping_timeouts', '0', 'expected a whole number from 1 to 1000'],
  ['offer_timeout', '0secs', 'expected a duration greater than zero'],
  ['allocation_interval', '0secs', 'expected a duration greater than zero'],
  ['registry_gc_interval', '0secs', 'expected a duration greater than zero'],
  ['zk_session_timeout', '0secs', 'expected a duration greater than zero'],
  ['recovery_agent_removal_limit', '50', 'expected a percentage from 0% to 100%'],
  ['recovery_agent_removal_limit', '101%', 'expected a percentage from 0% to 100%'],
  ['agent_removal_rate_limit', '1', 'expected a number of agents and a time, such as 1/10mins'],
  ['domain', '{}', '`domain` must define `fault_domain`'],
  ['roles', 'web,a//b', "Role 'a//b' cannot contain two adjacent slashes"],
  ['weights', 'web=0', "Invalid weight: 'web=0'. Weights must be positive"],
  ['weights', 'web', "Invalid weight: 'web'. Give role=weight,role=weight"],
  ['advertise_ip', '::1', 'expected an IPv4 address such as 10.0.0.1'],
  ['advertise_ip', 'here', 'expected an IPv4 address such as 10.0.0.1'],
  ['registry', 'disk', 'expected one of replicated_log, log_storage, in_memory'],
])('--%s=%s is refused: %s', (name, given, why) => {
  expect(() => read([`--${name}=${given}`])).toThrow(`--${name}: "${given}" cannot be used: ${why}`);
});

test('--weights of roles that are not in --roles are refused', () => {
  const wrong = read(['--roles=web', '--weights=web=2,db=1']);
  expect(() => masterSettings(wrong)).toThrow('--weights: db is not a valid role: it is not in --roles');
  const right = masterSettings(read(['--roles=web,,db', '--weights=*=2,db=1']));
  expect(right).toMatchObject({ roles: ['web', 'db'], offerTimeoutMs: undefined });
});

it.each([
  ['slave_ping_timeout', '20secs', { agent_ping_timeout: 20_000 }],
  ['max_slave_ping_timeouts', '7', { max_agent_ping_timeouts: 7 }],
  ['slave_reregister_timeout', '11mins', { agent_reregister_timeout: 660_000 }],
  ['slave_removal_rate_limit', '1/10mins', { agent_removal_rate_limit: '1/10mins' }],
  ['recovery_slave_removal_limit', '50%', { recovery_agent_removal_limit: '50%' }],
  ['user_sorter', 'random', { role_sorter: 'random' }],
  ['authenticate', 'true', { authenticate_frameworks: true }],
  ['authenticate_slaves', 'true', { authenticate_agents: true }],
  ['authenticate_http', 'true', { authenticate_http_readwrite: true }],
  ['max_executors_per_slave', '3', { max_executors_per_agent: 3 }],
])(
  '--%s still works under its older name, on the command line and in the environment',
  (name, given, meant) => {
    expect(read([`--${name}=${given}`])).toMatchObject(meant);
    expect(read([], { [`MESOS_${name.toUpperCase()}`]: given })).toMatchObject(meant);
  },
);

test('--registry_strict may be given as false', () => {
  expect(() => masterSettings(read(['--no-registry_strict']))).not.toThrow();
  expect(() => masterSettings(read(['--registry_strict=false']))).not.toThrow();
});
