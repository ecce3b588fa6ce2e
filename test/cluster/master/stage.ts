/**
 * Where master scripts play: a master on a virtual clock, its store, and what came out of it.
 */

import type { Registry } from '../../../cluster/api/generated/internal';
import type { Call as OperatorCall } from '../../../cluster/api/generated/master';
import { decodeProtobuf, encodeProtobuf } from '../../../cluster/api/protobuf';
import type { MasterEffect } from '../../../cluster/master/core/state/effects';
import type { MasterBoot, MasterEvent, MasterInput } from '../../../cluster/master/core/state/events';
import type { MasterState } from '../../../cluster/master/core/state/state';
import { masterMachine } from '../../../cluster/master/core/step';
import { VirtualClock } from '../../../cluster/runtime/clock';
import { Mailbox } from '../../../cluster/runtime/mailbox';
import { keepingLogger } from '../runtime/recorded-log';
import { BOOT } from './builders';
import { printEvent, printMessage, printPublished } from './printed';

/** What each command does, with its words and its `key=value` options. */
export type Commands = Record<string, (words: readonly string[], options: Record<string, string>) => void>;

export class Stage {
  readonly clock = new VirtualClock(0);
  readonly log = keepingLogger();
  mailbox;
  /** What the master that leads now has stored. */
  private registry: Registry = {};
  out: string[] = [];
  readonly held: { ticket: number; registry: Registry }[] = [];
  holding = false;
  /** Agents that answer no ping; their pings are shown. */
  readonly mute = new Set<string>();
  /** The same, but nobody wants to see the pings. */
  readonly dead = new Set<string>();
  readonly streams = new Map<string, string>();
  private streamNumber = 0;
  updates = 0;
  requests = 0;
  private epoch = 1;
  /** Who makes operators' calls; undefined for nobody in particular. */
  operator: string | undefined;

  constructor(public boot: MasterBoot = BOOT) {
    this.mailbox = this.open(boot);
  }

  private open(boot: MasterBoot): Mailbox<MasterState, MasterEvent, MasterEffect, MasterBoot> {
    const say = (line: string): void => void this.out.push(line);
    return new Mailbox({
      machine: masterMachine,
      boot,
      clock: this.clock,
      log: this.log,
      isStrict: true,
      onBroken: (error) => {
        throw error;
      },
      perform: {
        send: (effect) => {
          if (effect.name === 'mesos.internal.PingSlaveMessage' && !this.mute.has(effect.to)) {
            return this.post({ kind: 'agent.pong', pid: effect.to });
          }
          if (effect.name === 'mesos.internal.PingSlaveMessage' && this.dead.has(effect.to)) return;
          return say(`send ${effect.to}: ${printMessage(effect)}`);
        },
        link: ({ to }) => say(`link ${to}`),
        store: ({ ticket, registry }) => {
          say('store the registry');
          this.held.push({ ticket, registry });
          if (!this.holding) this.answerStores();
        },
        event: ({ stream, event }) => {
          if (event.type !== 'HEARTBEAT') say(`event ${this.nameOf(stream)}: ${printEvent(event)}`);
        },
        close: ({ stream, reason }) => {
          say(`close ${this.nameOf(stream)}: ${reason}`);
          this.post({ kind: 'scheduler.closed', stream, reason });
        },
        answer: ({ status, text }) => say(`answer ${status}${text ? ` ${text}` : ''}`),
        welcome: ({ stream }) => say(`welcome ${stream}`),
        publish: ({ event }) => say(`publish ${printPublished(event)}`),
        resign: ({ reason }) => say(`resign: ${reason}`),
      },
    });
  }

  /** Another master, with other settings. */
  reopen(boot: MasterBoot): void {
    this.boot = boot;
    void this.mailbox.stop();
    this.mailbox = this.open(boot);
  }

  get state(): MasterState {
    return this.mailbox.state;
  }

  post(event: MasterInput): void {
    this.mailbox.post(event);
  }

  answerStores(): void {
    for (const { ticket, registry } of this.held.splice(0)) {
      this.registry = registry;
      this.post({ kind: 'registry.stored', ticket });
    }
  }

  /** The master is gone; another one takes over what it has stored. */
  restart(): void {
    void this.mailbox.stop();
    this.held.length = 0;
    this.streams.clear();
    this.epoch += 1;
    this.mailbox = this.open({ ...this.boot, id: `${this.boot.id}${this.epoch}` });
    const bytes = encodeProtobuf('mesos.internal.Registry', this.registry);
    this.post({ kind: 'registry.fetched', registry: decodeProtobuf('mesos.internal.Registry', bytes) });
  }

  private nameOf(stream: string): string {
    return [...this.streams].find(([, one]) => one === stream)?.[0] ?? stream;
  }

  frameworkId(name: string): string {
    const found = [...this.state.frameworks.values(), ...this.state.completed.values()].find(
      ({ info }) => info.name === name,
    );
    return found?.id ?? name;
  }

  call(name: string, call: object): void {
    const framework_id = { value: this.frameworkId(name) };
    this.post({
      kind: 'scheduler.call',
      request: this.requests++,
      stream: this.streams.get(name),
      call: { framework_id, ...call },
    });
  }

  operatorCall(call: OperatorCall): void {
    const principal = this.operator === undefined ? undefined : { value: this.operator };
    this.post({ kind: 'operator.call', request: this.requests++, call, principal });
  }

  subscribe(name: string, given: Record<string, string>, id?: string): void {
    const stream = `stream-${++this.streamNumber}`;
    const known = id === undefined ? {} : { id: { value: id } };
    this.streams.set(name, stream);
    const capabilities = (given['caps'] ?? '')
      .split(',')
      .filter(Boolean)
      .map((type) => ({ type }) as never);
    const framework_info = {
      name,
      user: given['user'] ?? 'root',
      ...known,
      ...(given['role'] !== undefined && { role: given['role'] }),
      ...(given['roles'] !== undefined && { roles: given['roles'].split(',') }),
      failover_timeout: Number(given['failover'] ?? 0),
      checkpoint: given['checkpoint'] !== 'no',
      capabilities,
    };
    this.post({ kind: 'scheduler.subscribe', stream, subscribe: { framework_info } });
  }
}
