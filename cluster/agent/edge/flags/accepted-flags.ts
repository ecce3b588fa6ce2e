/**
 * Flags of Mesos' agent that have no effect here, or that stop the start, each with the reason.
 */

import {
  refused,
  refusedSwitches,
  refusedUnless,
  unused,
  unusedSwitches,
} from '../../../runtime/config/classes';

const ISOLATION = 'it is about an isolator that is not there, and --isolation stops the start with its name';
const PORT_MAPPING =
  'it is about the isolator network/port_mapping, which is not there, and --isolation stops the start with its name';
const MODULES = "Mesos' modules are C++ libraries, which cannot be loaded; leave it out";

const unusedFlags = {
  ...unused(
    'images of APPC are not supported, and --image_providers stops the start with them',
    'appc_simple_discovery_uri_prefix',
    'appc_store_dir',
  ),
  ...unused('cgroups/perf_event samples nothing', 'perf_interval', 'perf_duration'),
  ...unused('nothing is started from files of Mesos', 'launcher_dir'),
  ...unused(
    'the agent authenticates again 5 s after an attempt without an answer',
    'authentication_backoff_factor',
    'authentication_timeout_min',
    'authentication_timeout_max',
  ),
  ...unused(ISOLATION, 'xfs_project_range', 'xfs_quota_headroom'),
  ...unusedSwitches(ISOLATION, 'xfs_kill_containers'),
  ...unused(
    PORT_MAPPING,
    'ephemeral_ports_per_container',
    'eth0_name',
    'lo_name',
    'egress_rate_limit_per_container',
    'egress_rate_per_cpu',
    'minimum_egress_rate_limit',
    'maximum_egress_rate_limit',
    'egress_ceil_limit',
    'egress_burst',
    'egress_flow_classifier_parent',
    'ingress_rate_limit_per_container',
    'ingress_rate_per_cpu',
    'minimum_ingress_rate_limit',
    'maximum_ingress_rate_limit',
    'ingress_ceil_limit',
    'ingress_burst',
    'network_link_speed',
    'network_rate_statistics_window',
    'network_rate_statistics_interval',
  ),
  ...unusedSwitches(
    PORT_MAPPING,
    'egress_unique_flow_per_container',
    'ingress_isolate_existing_containers',
    'network_enable_socket_statistics_summary',
    'network_enable_socket_statistics_details',
    'network_enable_snmp_statistics',
    'network_enable_rate_statistics',
  ),
  ...unusedSwitches('tasks are not put into units of systemd', 'systemd_enable_support'),
  ...unused('tasks are not put into units of systemd', 'systemd_runtime_directory'),
  ...unused('executors reach the agent over TCP', 'domain_socket_location'),
  ...unusedSwitches('command executors always speak the v1 API', 'http_command_executor'),
  ...unusedSwitches('there is no driver of C++', 'initialize_driver_logging'),
  ...unused('tasks are not told an IPv6 address', 'ip6'),
  ...unusedSwitches("Node's own profiler is used", 'memory_profiling'),
};

const refusedFlags = {
  ...refused(
    'executors of Docker containers are in the agent, which has to run on the host itself; leave it out',
    'docker_mesos_image',
  ),
  ...refused(
    'resource providers are not there yet; leave it out, and give what the machine has with --resources',
    'resource_provider_config_dir',
    'csi_plugin_config_dir',
    'disk_profile_adaptor',
  ),
  ...refused(
    'volumes keep the group of their first user; leave it out, and give users of a shared one a group',
    'volume_gid_range',
  ),
  ...refused(
    'the agent does not move itself into cgroups; leave it out',
    'agent_subsystems',
    'slave_subsystems',
  ),
  ...refused('cgroups/perf_event samples nothing; leave it out', 'perf_events'),
  ...refused('what the agent can do is not configured; leave it out', 'agent_features'),
  ...refused('tasks are not told an IPv6 address; leave it out', 'ip6_discovery_command'),
  ...refused(MODULES, 'hooks', 'master_detector'),
  ...refusedUnless({ values: ['crammd5'], reason: MODULES }, 'authenticatee'),
  ...refusedUnless({ values: ['local'], reason: MODULES }, 'authorizer'),
  ...refusedSwitches('executors reach the agent over TCP; leave it out', 'http_executor_domain_sockets'),
};

/** The flags of both kinds. */
export const acceptedFlags = { ...unusedFlags, ...refusedFlags };
