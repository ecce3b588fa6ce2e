import { type MasterConfig, masterFlags, masterSettings } from '../../../cluster/master/config';
import { parseFlags, printFlags } from '../../../cluster/runtime/config/flags';

function read(args: string[], env: Record<string, string> = {}): MasterConfig {
  return parseFlags(masterFlags, { command: 'meseta master', about: '', args, env }).flags;
}

/** The flags of Mesos 1.11's master that are there when nothing is built in by modules. */
const MESOS =
  `acls advertise_ip advertise_port agent_ping_timeout agent_removal_rate_limit agent_reregister_timeout
  allocation_interval allocator allocator_agent_recovery_factor allocator_recovery_timeout authenticate_agents
  authenticate_frameworks authenticate_http_frameworks authenticate_http_readonly authenticate_http_readwrite
  authentication_v0_timeout authenticators authorizers cluster credentials domain external_log_file
  fair_sharing_excluded_resource_names filter_gpu_resources firewall_rules framework_sorter hooks hostname
  hostname_lookup http_authenticators http_framework_authenticators ip ip_discovery_command log_auto_initialize log_dir
  logbufsecs logging_level master_contender master_detector max_agent_ping_timeouts max_completed_frameworks
  max_completed_tasks_per_framework max_executors_per_agent max_operator_event_stream_subscribers
  max_unreachable_tasks_per_framework memory_profiling min_allocatable_resources modules modules_dir
  offer_constraints_re2_max_mem offer_constraints_re2_max_program_size offer_timeout port
  publish_per_framework_metrics quiet quorum rate_limits recovery_agent_removal_limit registry registry_fetch_timeout
  registry_gc_interval registry_max_agent_age registry_max_agent_count registry_store_timeout registry_strict
  require_agent_domain role_sorter roles root_submissions user_sorter webui_dir weights whitelist work_dir zk
  zk_session_timeout`.split(/\s+/);

it('knows every flag of the original', () => {
  expect(MESOS.filter((name) => !(name in masterFlags))).toEqual([]);
});

it('gives every flag its environment variable', () => {
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

it('shows flags as the original does', () => {
  expect(printFlags(masterFlags, read(['--offer_timeout=2mins']))).toMatchObject({
    agent_ping_timeout: '15secs',
    offer_timeout: '2mins',
    registry_max_agent_age: '2weeks',
    root_submissions: 'true',
    port: '5050',
  });
});

it.each(['master_detector=x', 'modules={}', 'hooks=x', 'ip_discovery_command=x'])(
  'stops at --%s, which it could not keep',
  (flag) => {
    const name = flag.split('=')[0] ?? '';
    expect(() => masterSettings(read([`--${flag}`]))).toThrow(`--${name} cannot be used: `);
  },
);
