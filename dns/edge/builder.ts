/**
 * The zone builder of one thread: runs its machine, keeps the live zone, and puts together what performs the effects.
 */

import type { Clock } from '../../cluster/runtime/clock';
import { Lifetime } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import { Mailbox, type Recorder } from '../../cluster/runtime/mailbox';
import type { DnsConfig } from '../config';
import { explain, printExplanation } from '../core/answer/explain';
import { listTasks, listZone, printJson } from '../core/answer/listings';
import type { BuilderInput } from '../core/builder/events';
import type { BuilderBoot } from '../core/builder/state';
import type { HostPort } from '../core/facts/cluster-facts';
import { createLiveZone, type LiveZone } from '../core/live/live-zone';
import { builderMachine } from '../core/step';
import type { ZoneChange, ZoneOptions } from '../core/zone/zone';
import { HostLookups } from './host-lookups';
import { listenerAddresses } from './local-system';
import { masterUrl } from './master-calls';
import { MasterClient } from './master-client';
import { MasterReader } from './master-reader';
import { noteOnce } from './notes';
import { builderRecording, openRecording } from './recordings';
import type { BuilderListener, ClusterQuery, ZoneBuilder } from './zone-builder';
import { ZoneSender } from './zone-sender';
import { followZookeeperMasters } from './zookeeper-masters';

export interface BuilderDeps {
  readonly log: Logger;
  readonly clock: Clock;
  /** Takes one part of a change, in order; the promise is settled when it has been taken. */
  readonly publish: (change: ZoneChange) => Promise<void>;
  /** Called when a large zone has gone out. */
  readonly settled?: () => void;
  /** The number of the thread, from 1. */
  readonly number: number;
  /** Called when the machine breaks: no change goes out any more. */
  readonly onBroken: (error: Error) => void;
}

/** Starts to build in this thread. */
export function startBuilder(
  config: DnsConfig,
  deps: BuilderDeps,
  events: Pick<BuilderListener, 'status' | 'lost'>,
): ZoneBuilder {
  const { log, clock, publish } = deps;
  const note = noteOnce(log);
  const live = createLiveZone(zoneOptions(config), note);
  live.setMasters(config.masters);
  const post = (event: BuilderInput): void => mailbox.post(event);
  const hosts = new HostLookups({
    refreshMs: config.refreshMs,
    clock,
    log,
    changed: (host, addresses) => {
      live.setHost(host, addresses);
      post({ kind: 'host.changed', host });
    },
  });
  const sender = new ZoneSender({ live, clock, publish, post });
  const client = new MasterClient(config.access, () => clock.now());
  const reader = new MasterReader({
    stateTimeoutMs: config.stateTimeoutMs,
    https: config.access.https,
    client,
    note,
    updater: live,
    observe: () => sender.preload(),
    load: (cluster) => live.replace(cluster),
    post,
  });
  const boot: BuilderBoot = {
    masters: urlsOf(config, config.masters),
    refreshMs: config.refreshMs,
    detectionMs: config.zk === undefined ? 0 : config.zkDetectionMs,
  };
  const mailbox = new Mailbox({
    machine: builderMachine,
    boot,
    clock,
    log,
    recorder: recorderOf(config, deps.number, boot),
    onBroken: deps.onBroken,
    perform: {
      ...reader.performers,
      ...sender.performers,
      settled: () => deps.settled?.(),
      lose: ({ reason }) => events.lost(reason),
      'look-up-hosts': () => hosts.want(live.hosts()),
      status: ({ source, heardAt, failures }) =>
        events.status({ source, heardAt, failures, tasks: live.cluster.tasks.size }),
    },
  });
  const life = new Lifetime();
  for (const part of [hosts, sender]) life.add(() => part.stop());
  life.add(() => client.close());
  life.add(() => reader.stop());
  life.add(() => {
    post({ kind: 'stopped' });
    return mailbox.stop();
  });
  followMasters(config, deps, { live, post, life });
  post({ kind: 'started' });
  const encoder = new TextEncoder();
  const ask: ZoneBuilder['ask'] = async (what, name) => encoder.encode(answer(live, config, what, name));
  return { ask, stop: () => life.stop() };
}

function recorderOf({ recordFolder }: DnsConfig, number: number, boot: BuilderBoot): Recorder | undefined {
  if (recordFolder === undefined) return undefined;
  return openRecording(builderRecording(recordFolder, number), { machine: builderMachine.name, boot });
}

interface MastersFollower {
  readonly live: LiveZone;
  readonly post: (event: BuilderInput) => void;
  readonly life: Lifetime;
}

/** Follows the masters in ZooKeeper, where the settings name one. */
function followMasters(config: DnsConfig, { clock, log }: BuilderDeps, parts: MastersFollower): void {
  if (config.zk === undefined) return;
  const { live, post, life } = parts;
  const followed = followZookeeperMasters({
    zk: config.zk,
    clock,
    log,
    failed: () => post({ kind: 'masters.failed' }),
    changed: (present) => {
      if (present.length > 0) live.setMasters(present);
      post({ kind: 'masters.changed', masters: urlsOf(config, present) });
    },
  });
  life.add(() => followed.stop());
}

function urlsOf({ access }: DnsConfig, masters: readonly HostPort[]): string[] {
  return masters.map((master) => masterUrl(master, access.https));
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
