/**
 * The counters of the answering side.
 */

import type { Counter, Metrics } from '../../cluster/runtime/metrics';
import { RCODE } from '../core/zone/resource-records';
import type { PreparedAnswer } from '../packet/prepared-answer';

const COUNTERS = {
  requests: ['dns/requests', 'Messages that were questions'],
  successes: ['dns/successes', 'Replies with records from the zone'],
  nxdomain: ['dns/nxdomain', 'Replies that a name does not exist'],
  nodata: ['dns/nodata', 'Replies that a name has no such records'],
  failures: ['dns/failures', 'Replies with an error code'],
  malformed: ['dns/malformed', 'Messages that could not be read'],
  refused: ['dns/refused', 'Questions for other zones that were not passed on'],
  forwarded: ['dns/forwarded', 'Questions passed on to resolvers'],
  forwardFailures: ['dns/forward_failures', 'Questions that no resolver answered'],
  limited: ['dns/limited', 'Questions of clients that ask too much'],
  amplified: ['dns/amplified', 'Replies cut short for clients that could be somebody else'],
  errors: ['dns/errors', 'Questions that could not be answered for a mistake of ours'],
} as const;

export type AnswerCounters = Readonly<Record<keyof typeof COUNTERS, Counter>> & {
  count(prepared: PreparedAnswer): void;
};

export function addAnswerCounters(metrics: Metrics): AnswerCounters {
  const counters = Object.fromEntries(
    Object.entries(COUNTERS).map(([key, [name, help]]) => [key, metrics.counter(name, help)]),
  ) as Record<keyof typeof COUNTERS, Counter>;
  const count = (prepared: PreparedAnswer): void => {
    if (prepared.rcode === RCODE.NXDOMAIN) counters.nxdomain.inc();
    else if (prepared.rcode !== RCODE.NOERROR) counters.failures.inc();
    else if (prepared.answers.length === 0) counters.nodata.inc();
    else counters.successes.inc();
  };
  return { ...counters, count };
}
