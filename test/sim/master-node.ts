/**
 * The master in the simulation: the real machine and the real messages, on a simulated network and disk.
 */

import type { Call as OperatorCall } from '../../cluster/api/generated/master';
import type { Event as SchedulerEvent } from '../../cluster/api/generated/scheduler';
import { decodeProtobuf, encodeProtobuf } from '../../cluster/api/protobuf';
import type { MasterEffect } from '../../cluster/master/core/state/effects';
import type { MasterBoot, MasterEvent, MasterInput } from '../../cluster/master/core/state/events';
import type { MasterState } from '../../cluster/master/core/state/state';
import { readAgentMessage } from '../../cluster/master/edge/agents';
import type { VirtualClock } from '../../cluster/runtime/clock';
import { silentLogger } from '../../cluster/runtime/log';
import { Mailbox } from '../../cluster/runtime/mailbox';
import { BOOT } from '../cluster/master/builders';
import type { Machines } from './machines';
import { Disk, type Network } from './network';

export const MASTER_PID = 'master@10.0.0.1:5050';

/** Whoever listens to libprocess messages. */
export interface MessagePeer {
  readonly pid: string;
  readonly isUp: boolean;
  receive(name: string, body: Uint8Array): void;
  /** The connection we keep to this peer broke. */
  linkBroke(pid: string): void;
}

/** The other end of a scheduler's stream. */
export interface StreamPeer {
  received(event: SchedulerEvent): void;
  closed(reason: string): void;
}

export interface MasterOutside {
  readonly machine: Machines['master'];
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly peer: (pid: string) => MessagePeer | undefined;
  readonly broken: (error: Error) => void;
}

type MasterMailbox = Mailbox<MasterState, MasterEvent, MasterEffect, MasterBoot>;

export class MasterNode {
  isUp = false;
  mailbox: MasterMailbox | undefined;
  private epoch = 0;
  private readonly disk: Disk;
  private readonly linked = new Set<string>();
  private readonly streams = new Map<string, StreamPeer>();
  private requests = 0;
  private readonly answers = new Map<number, (status: number, text: string | undefined) => void>();

  constructor(private readonly outside: MasterOutside) {
    this.disk = new Disk(outside.network);
  }

  get isLeading(): boolean {
    return this.isUp && this.mailbox?.state.electedAt !== undefined;
  }

  start(): void {
    this.epoch += 1;
    this.isUp = true;
    const boot = { ...BOOT, id: `M${this.epoch}`, seed: this.epoch, startedAt: this.outside.clock.now() };
    const mailbox: MasterMailbox = new Mailbox({
      machine: this.outside.machine,
      boot,
      clock: this.outside.clock,
      log: silentLogger,
      isStrict: true,
      onBroken: this.outside.broken,
      perform: {
        send: ({ to, name, message }) => this.sendMessage(to, name, encodeProtobuf(name, message)),
        link: ({ to }) => this.link(to),
        store: ({ registry, ticket }) => {
          const value = Buffer.from(encodeProtobuf('mesos.internal.Registry', registry));
          const alive = this.aliveNow();
          this.disk.commit([{ name: 'registry', value }], alive, () =>
            mailbox.post({ kind: 'registry.stored', ticket }),
          );
        },
        event: ({ stream, event }) => {
          const bytes = encodeProtobuf('mesos.v1.scheduler.Event', event);
          const peer = this.streams.get(stream);
          this.outside.network.send(`stream ${stream}`, () =>
            peer?.received(decodeProtobuf('mesos.v1.scheduler.Event', bytes)),
          );
        },
        close: ({ stream, reason }) => this.closeStream(stream, reason),
        answer: ({ request, status, text }) => this.answers.get(request)?.(status, text),
        welcome: () => undefined,
        publish: () => undefined,
        resign: ({ reason }) => this.outside.broken(new Error(reason)),
      },
    });
    this.mailbox = mailbox;
    const [stored] = this.disk.read('registry');
    const registry = decodeProtobuf('mesos.internal.Registry', stored?.value ?? new Uint8Array());
    this.outside.network.after(5, () => this.post({ kind: 'registry.fetched', registry }));
  }

  /** Killed: what was in memory is gone, and all its connections break. */
  crash(): void {
    this.isUp = false;
    void this.mailbox?.stop();
    this.mailbox = undefined;
    for (const stream of [...this.streams.keys()]) this.closeStream(stream, 'the master is gone');
    this.linked.clear();
    this.answers.clear();
  }

  post(event: MasterInput): void {
    this.mailbox?.post(event);
  }

  receive(from: string, name: string, body: Uint8Array): void {
    if (!this.isUp) return;
    const event = readAgentMessage({ from, name, body: Buffer.from(body) });
    if (event) this.post(event);
  }

  /** A peer's connection to us, or ours to it, is gone. */
  linkBroke(pid: string): void {
    if (this.linked.delete(pid)) this.post({ kind: 'agent.exited', pid });
  }

  openStream(id: string, peer: StreamPeer): void {
    this.streams.set(id, peer);
  }

  /** The scheduler's end of the stream is gone. */
  streamLeft(id: string): void {
    if (this.streams.delete(id))
      this.post({ kind: 'scheduler.closed', stream: id, reason: 'the reader left' });
  }

  call(stream: string, call: object, answered: (status: number, text: string | undefined) => void): void {
    const request = this.requests++;
    this.answers.set(request, answered);
    this.post({ kind: 'scheduler.call', request, stream, call });
    this.answers.delete(request);
  }

  /** An operator's call. Without an answer the master went down meanwhile. */
  operator(call: OperatorCall, answered: (status: number, text: string | undefined) => void): void {
    const request = this.requests++;
    this.answers.set(request, (status, text) => {
      this.answers.delete(request);
      answered(status, text);
    });
    this.post({ kind: 'operator.call', request, call, principal: undefined });
  }

  private aliveNow(): () => boolean {
    const { epoch } = this;
    return () => this.isUp && this.epoch === epoch;
  }

  private sendMessage(to: string, name: string, body: Uint8Array): void {
    const alive = this.aliveNow();
    this.outside.network.sendUnsure({ from: MASTER_PID, to, name }, () => {
      if (alive() || this.isUp) this.outside.peer(to)?.receive(name, body);
    });
  }

  private link(pid: string): void {
    this.linked.add(pid);
    if (!this.outside.peer(pid)?.isUp) this.outside.network.after(5, () => this.linkBroke(pid));
  }

  private closeStream(stream: string, reason: string): void {
    const peer = this.streams.get(stream);
    this.streams.delete(stream);
    this.outside.network.send(`stream ${stream}`, () => peer?.closed(reason));
    this.post({ kind: 'scheduler.closed', stream, reason });
  }
}
