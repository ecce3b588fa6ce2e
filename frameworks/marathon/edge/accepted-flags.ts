/**
 * Flags of the original Marathon that have no effect or stop the start, each with the reason.
 */

import { WITHOUT_EFFECT } from '../../../cluster/runtime/config/class-help';
import {
  markSecret,
  refused,
  refusedSwitches,
  refusedUnless,
  unused,
  unusedSwitches,
} from '../../../cluster/runtime/config/classes';
import { type Flag, integer, toggle } from '../../../cluster/runtime/config/flags';
import { REFUSED_HTTP_FLAGS, UNUSED_HTTP_FLAGS } from '../../kit/edge/http-flags';

const ZOOKEEPER = 'the store in ZooKeeper decides this by itself: see cluster/state';
const THREADS = 'there are no thread pools';
const MESSAGES = 'nothing waits for messages between the parts of one process';
const METRICS = 'percentiles are those of the latest 1,028 requests, without histograms that are reset';
const PUSH = 'metrics are not pushed, and the switch that turns this on stops the start';
const COLLECT = 'leave it out, and read /metrics/prometheus';
/** `/v2/info` shows these as numbers. */
function unusedNumbers<N extends string>(reason: string, ...names: readonly N[]) {
  const flag = integer({
    help: WITHOUT_EFFECT + reason,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    fallback: undefined,
  });
  return Object.fromEntries(names.map((name) => [name, flag])) as Readonly<
    Record<N, Flag<number | undefined>>
  >;
}

const unusedFlags = {
  ...unusedNumbers(
    ZOOKEEPER,
    'zk_timeout',
    'zk_connection_timeout',
    'zk_compression_threshold',
    'zk_max_node_size',
    'zk_operation_max_retries',
    'zk_operation_base_retry_sleep_ms',
    'zk_max_concurrency',
    'storage_compaction_interval',
    'storage_compaction_scan_batch_size',
    'group_versions_cache_size',
  ),
  zk_compression: toggle({ help: WITHOUT_EFFECT + ZOOKEEPER, fallback: true }),
  store_cache: toggle({ help: `${WITHOUT_EFFECT}all state is in memory, too`, fallback: true }),
  ...unusedSwitches('all state is in memory, too', 'internal_version_caching'),
  ...unusedNumbers(
    THREADS,
    'app_info_module_execution_context_size',
    'default_info_service_execution_context_size',
    'group_manager_execution_context_size',
    'scheduler_actions_execution_context_size',
    'storage_execution_context_size',
  ),
  ...unusedNumbers(
    MESSAGES,
    'deployment_manager_request_timeout',
    'group_manager_request_timeout',
    'launch_queue_request_timeout',
    'task_operation_notification_timeout',
    'task_tracker_request_timeout',
    'task_update_request_timeout',
    'instance_tracker_num_parallel_updates',
    'instance_tracker_num_parallel_loads',
    'instance_tracker_update_queue_size',
    'max_parallel_status_updates',
    'max_queued_status_updates',
    'max_queued_root_group_updates',
    'max_parallel_offers',
    'max_queued_offers',
    'max_actor_startup_time',
    'offer_matching_timeout',
  ),
  ...unusedNumbers('--kill_chunk_size and --kill_retry_timeout decide', 'killsPerBatch', 'killBatchDuration'),
  ...unusedNumbers(
    'a leader that cannot read the state within 30 seconds gives up by itself',
    'on_elected_prepare_timeout',
  ),
  ...refusedUnless(
    { values: ['curator'], reason: 'the election is in the layout of Curator; leave it out' },
    'leader_election_backend',
  ),
  ...unusedNumbers('a stop waits for what is being stored, and no longer', 'graceful_shutdown_timeout'),
  ...unusedNumbers(
    'the heartbeats of the connection to the master decide when it is dead',
    'mesos_heartbeat_interval',
    'mesos_heartbeat_failure_threshold',
  ),
  ...UNUSED_HTTP_FLAGS,
  ...unused('--sentry stops the start', 'sentry_tags'),
  ...unusedSwitches('it was given up in Marathon, too', 'metrics'),
  ...unusedNumbers(
    METRICS,
    'metrics_histogram_reservoir_highest_trackable_value',
    'metrics_histogram_reservoir_significant_digits',
    'metrics_histogram_reservoir_resetting_interval_ms',
    'metrics_histogram_reservoir_resetting_chunks',
  ),
  ...unusedSwitches(METRICS, 'metrics_histogram_reservoir_reset_periodically'),
  ...unused(
    PUSH,
    'metrics_statsd_host',
    'metrics_statsd_port',
    'metrics_statsd_transmission_interval_ms',
    'metrics_datadog_protocol',
    'metrics_datadog_host',
    'metrics_datadog_port',
    'metrics_datadog_transmission_interval_ms',
  ),
  ...markSecret(unused(PUSH, 'metrics_datadog_api_key')),
};

const refusedFlags = {
  ...refusedUnless(
    { values: ['zk'], reason: 'the state is in ZooKeeper (--zk) or in --work_dir; leave it out' },
    'internal_store_backend',
  ),
  ...refused(
    'nothing is migrated, which this is a backup before; leave it out, and use DELETE /v2/leader?backup=file:///PATH',
    'backup_location',
  ),
  ...REFUSED_HTTP_FLAGS,
  ...refused(
    'it was removed in Marathon 1.10; use --accepted_resource_roles_default_behavior',
    'default_accepted_resource_roles',
  ),
  ...refusedUnless(
    { values: ['text_plain_tasks'], reason: 'nothing else that Marathon gave up is kept; leave it out' },
    'deprecated_features',
  ),
  ...refused(
    'log lines go to standard error, as JSON; leave it out, and have them collected there',
    'logstash',
    'sentry',
  ),
  ...refusedUnless(
    { values: ['marathon'], reason: 'metrics are named as in Marathon 1.11; leave it out' },
    'metrics_name_prefix',
  ),
  ...refusedSwitches(`metrics are not pushed; ${COLLECT}`, 'metrics_statsd', 'metrics_datadog'),
};

/** Both kinds, for the table of Marathon. */
export const acceptedFlags = { ...unusedFlags, ...refusedFlags };
