/** Flags of the original Chronos, of 2.x and 3.x, that have no effect or stop the start, each with the reason. */

import { markSecret, refused, unused, unusedSwitches } from '../../../cluster/runtime/config/classes';
import type { Flag } from '../../../cluster/runtime/config/flags';
import { REFUSED_HTTP_FLAGS, UNUSED_HTTP_FLAGS } from '../../kit/edge/http-flags';

const CASSANDRA =
  'history and statistics are in the state, and the switch that turns Cassandra on stops the start';
const GRAPHITE = 'metrics are not pushed, and the switch that turns this on stops the start';
const SLACK = 'the URL of --slack_url names the channel and has the token';

const unusedFlags = {
  ...unused('nothing read it in Chronos, too: the loop waits for the next slot', 'leader_max_idle_time'),
  ...unused('each slot has its own time; none is scheduled in advance', 'schedule_horizon'),
  ...unusedSwitches('offers are asked for whenever a run waits for one', 'revive_offers_for_new_jobs'),
  ...unused(
    CASSANDRA,
    'cassandra_port',
    'cassandra_user',
    'cassandra_keyspace',
    'cassandra_table',
    'cassandra_stat_count_table',
    'cassandra_consistency',
    'cassandra_ttl',
  ),
  ...markSecret(unused(CASSANDRA, 'cassandra_password')),
  ...unused(GRAPHITE, 'graphite_reporting_interval', 'graphite_group_prefix'),
  ...unused(SLACK, 'slack_channel'),
  ...markSecret(unused(SLACK, 'slack_token')),
  ...UNUSED_HTTP_FLAGS,
};

const refusedFlags = {
  ...refused(
    'history and statistics are in the state, and not written to Cassandra; leave it out, and read job/stat/NAME and job/NAME/runs',
    'cassandra_contact_points',
  ),
  ...refused(
    'metrics are not pushed; leave it out, and read /metrics or /metrics/prometheus',
    'graphite_host_port',
  ),
  ...refused(
    'failures are not told to Sentry; leave it out, and use --http_notification_url, --slack_url or --mail_server',
    'raven_dsn',
  ),
  ...REFUSED_HTTP_FLAGS,
};

/** The letters of the original. */
const LETTERS = {
  cassandra_contact_points: 'c',
  graphite_host_port: 'g',
  leader_max_idle_time: 'l',
  raven_dsn: 'r',
} as const;

function withLetters<T extends Readonly<Record<string, Flag<string | undefined>>>>(flags: T): T {
  const letters: Readonly<Record<string, string | undefined>> = LETTERS;
  const entries = Object.entries(flags).map(([name, flag]) => {
    const short = letters[name];
    return [name, short === undefined ? flag : { ...flag, short }];
  });
  return Object.fromEntries(entries) as T;
}

/** Both kinds, for the table of Chronos. */
export const acceptedFlags = withLetters({ ...unusedFlags, ...refusedFlags });
