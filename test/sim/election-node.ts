/**
 * A master among several, in a simulation: the election, the store and the machine are the real ones; only ZooKeeper and
 * whoever speaks to a master are models. Whoever gives up ends, and is started again, as by a supervisor.
 */

import type { Registry } from '../../cluster/api/generated/internal';
import type { MasterEffect } from '../../cluster/master/core/state/effects';
import type { MasterBoot, MasterEvent, MasterInput } from '../../cluster/master/core/state/events';
import { printMasterInfo } from '../../cluster/master/core/state/master-info';
import type { MasterState } from '../../cluster/master/core/state/state';
import { masterMachine } from '../../cluster/master/core/step';
import { Ensemble } from '../../cluster/master/edge/ensemble';
import type { Leadership } from '../../cluster/master/edge/http/leader';
import { RegistryStore } from '../../cluster/master/edge/registry-store';
import type { Random } from '../../cluster/model/random';
import type { Clock } from '../../cluster/runtime/clock';
import { silentLogger } from '../../cluster/runtime/log';
import { Mailbox } from '../../cluster/runtime/mailbox';
import { Timings } from '../../cluster/runtime/metrics';
import { MemoryStore } from '../../cluster/state/memory';
import { BOOT } from '../cluster/master/builders';
import { ModelClient } from './zookeeper/client';
import type { ModelServer } from './zookeeper/server';

export const PATH = '/mesos';
export const SESSION_MS = 6000;
const LIMITS = { fetchMs: 60_000, storeMs: 20_000 };

export interface Outside {
  readonly clock: Clock;
  readonly server: ModelServer;
  readonly random: Random;
  /** An agent was told that it is registered. */
  readonly admitted: (agentId: string) => void;
  /** An operator's call was answered. */
  readonly answered: (request: number, status: number) => void;
  /** A process ended, with the reason, and what to do about it. */
  readonly ended: (process: MasterProcess, reason: string) => void;
  readonly broken: (error: Error) => void;
}

type MasterMailbox = Mailbox<MasterState, MasterEvent, MasterEffect, MasterBoot>;

export class MasterProcess {
  readonly client: ModelClient;
  private readonly ensemble: Ensemble;
  private readonly mailbox: MasterMailbox;
  private isOver = false;
  /** It was told that it leads. */
  hasLed = false;

  constructor(
    readonly name: string,
    private readonly outside: Outside,
  ) {
    const { clock, server, random } = outside;
    this.client = new ModelClient(server, clock, random, SESSION_MS);
    this.ensemble = new Ensemble({ client: this.client, clock, path: PATH, log: silentLogger });
    const timings = { fetch: new Timings('fetch'), store: new Timings('store') };
    const registry = new RegistryStore({
      state: this.ensemble.store ?? new MemoryStore(),
      ...{ timings, limits: LIMITS, clock, stopwatch: () => clock.now() },
    });
    this.mailbox = this.open(registry);
    this.ensemble.start({
      info: printMasterInfo(this.mailbox.state),
      elected: async () => {
        this.hasLed = true;
        const found: Registry = await registry.fetch();
        this.post({ kind: 'registry.fetched', registry: found });
      },
      lost: (reason) => this.end(reason),
    });
  }

  get isRunning(): boolean {
    return !this.isOver;
  }

  get state(): MasterState {
    return this.mailbox.state;
  }

  leadership(): Leadership {
    return this.ensemble.leadership(this.state.electedAt !== undefined);
  }

  /** What comes from outside is passed over unless we lead, as the inbox does; also before the registry is read. */
  receive(event: MasterInput): void {
    if (this.isRunning && this.leadership().kind === 'leading') this.post(event);
  }

  /** Gone without a word: its session goes on until its time is over. */
  kill(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.client.die();
    void this.mailbox.stop();
    void this.ensemble.stop();
    this.outside.ended(this, 'killed');
  }

  /** Ends as a daemon does that gives up: in order. */
  private end(reason: string): void {
    if (this.isOver) return;
    this.isOver = true;
    void this.mailbox.stop();
    void this.ensemble.stop();
    this.outside.ended(this, reason);
  }

  private post(event: MasterInput): void {
    if (!this.isOver) this.mailbox.post(event);
  }

  private open(registry: RegistryStore): MasterMailbox {
    const { clock } = this.outside;
    const nothing = (): void => undefined;
    return new Mailbox({
      machine: masterMachine,
      boot: { ...BOOT, id: this.name, hostname: this.name, startedAt: clock.now() },
      clock,
      log: silentLogger,
      onBroken: this.outside.broken,
      perform: {
        send: ({ to, name, message }) => {
          if (name === 'mesos.internal.PingSlaveMessage') this.post({ kind: 'agent.pong', pid: to });
          else if (name === 'mesos.internal.SlaveRegisteredMessage')
            this.outside.admitted((message as { slave_id: { value: string } }).slave_id.value);
        },
        store: ({ registry: value, ticket }) => {
          registry.store(value).then(
            () => this.post({ kind: 'registry.stored', ticket }),
            (error: unknown) => this.post({ kind: 'registry.failed', ticket, reason: String(error) }),
          );
        },
        answer: ({ request, status }) => this.outside.answered(request, status),
        resign: ({ reason }) => this.end(reason),
        ...{ link: nothing, event: nothing, close: nothing, welcome: nothing, publish: nothing },
      },
    });
  }
}
