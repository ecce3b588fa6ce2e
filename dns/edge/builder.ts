/**
 * The zone builder of one thread: follows the masters, keeps the live zone, and sends out its changes.
 */

import type { Clock } from '../../cluster/runtime/clock';
import { Lifetime } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import type { DnsConfig } from '../config';
import { explain, printExplanation } from '../core/answer/explain';
import { listTasks, listZone, printJson } from '../core/answer/listings';
import { createLiveZone, type LiveZone } from '../core/live/live-zone';
import type { ZoneChange, ZoneOptions } from '../core/zone/zone';
import { Follower } from './follow';
import { HostLookups } from './host-lookups';
import { listenerAddresses } from './local-system';
import { MasterClient } from './master-client';
import { noteOnce } from './notes';
import { Publisher } from './publisher';
import type { BuilderEvents, BuilderStatus, ClusterQuery, ZoneBuilder } from './zone-builder';
import { followZookeeperMasters } from './zookeeper-masters';

export interface BuilderDeps {
  readonly log: Logger;
  readonly clock: Clock;
  /** Takes one part of a change, in order; the promise is settled when it has been taken. */
  readonly publish: (change: ZoneChange) => Promise<void>;
  /** Called when a large zone has gone out. */
  readonly settled?: () => void;
}

/** The time between two statuses, while masters are heard all the time. */
const STATUS_MS = 500;

/** Starts to build in this thread. */
export function startBuilder(
  config: DnsConfig,
  deps: BuilderDeps,
  events: Pick<BuilderEvents, 'status' | 'lost'>,
): ZoneBuilder {
  const { log, clock, publish } = deps;
  const life = new Lifetime();
  const note = noteOnce(log);
  const live = createLiveZone(zoneOptions(config), note);
  live.setMasters(config.masters);
  const changed = (): void => publisher.changed();
  const hosts = new HostLookups({
    refreshMs: config.refreshMs,
    clock,
    log,
    changed: (host, addresses) => {
      live.setHost(host, addresses);
      changed();
    },
  });
  const publisher = new Publisher({ live, hosts, clock, log, publish, settled: deps.settled });
  const client = new MasterClient(config.access, () => clock.now());
  const status = createStatus(clock, live, events.status, () => follower.source);
  let masters = config.masters;
  const follower = new Follower({
    masters: () => masters,
    refreshMs: config.refreshMs,
    stateTimeoutMs: config.stateTimeoutMs,
    https: config.access.https,
    client,
    clock,
    log,
    note,
    updater: live,
    changed,
    observe: () => publisher.preload(),
    load: (cluster) => {
      log.debug({ tasks: cluster.tasks.size, agents: cluster.agents.size }, 'all facts anew');
      live.replace(cluster);
      publisher.load();
    },
    heard: status.heard,
    failed: status.failed,
  });
  if (config.zk !== undefined) {
    const followed = followZookeeperMasters({
      zk: config.zk,
      detectionMs: config.zkDetectionMs,
      clock,
      log,
      lost: events.lost,
      failed: status.failed,
      changed: (present) => {
        masters = present;
        live.setMasters(present);
        follower.mastersChanged();
        changed();
      },
    });
    life.add(() => followed.stop());
  }
  for (const part of [hosts, publisher]) life.add(() => part.stop());
  life.add(() => client.close());
  follower.start();
  life.add(() => follower.stop());
  life.add(() => status.stop());
  const encoder = new TextEncoder();
  const ask: ZoneBuilder['ask'] = async (what, name) => encoder.encode(answer(live, config, what, name));
  return { ask, stop: () => life.stop() };
}

function zoneOptions(config: DnsConfig): ZoneOptions {
  const { domain, compat, authority, labelRule, ipSources, healthy } = config;
  const ownAddresses = [...new Set(config.listeners.flatMap(listenerAddresses))];
  return { domain, compat, authority, labelRule, ipSources, healthy, ownAddresses };
}

function answer(live: LiveZone, config: DnsConfig, what: ClusterQuery, name: string): string {
  switch (what) {
    case 'enumerate':
      return printJson(listTasks(live));
    case 'axfr':
      return printJson(listZone(live.head(), live.nodes(), Math.round(config.refreshMs / 1000)));
    case 'explain':
      return JSON.stringify(explain(live, name));
    case 'why':
      // Clients may ask for this over UDP: names near it are not worth the search.
      return JSON.stringify(printExplanation(explain(live, name, { suggests: false })));
  }
}

/** Tells the status: at once when the first master is heard, later on from time to time. */
function createStatus(
  clock: Clock,
  live: LiveZone,
  report: (status: BuilderStatus) => void,
  source: () => BuilderStatus['source'],
) {
  let failures = 0;
  let heardAt = 0;
  let cancel: (() => void) | undefined;
  const now = (): void => {
    cancel = undefined;
    report({ source: source(), heardAt, failures, tasks: live.cluster.tasks.size });
  };
  const soon = (): void => {
    cancel ??= clock.wakeAt(clock.now() + STATUS_MS, now);
  };
  return {
    heard: () => {
      const first = heardAt === 0;
      heardAt = clock.now();
      if (first) now();
      soon();
    },
    failed: () => {
      failures++;
      soon();
    },
    stop: () => cancel?.(),
  };
}
