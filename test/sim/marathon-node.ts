/**
 * Marathon in the simulation: its machine, the scheduler's session, a simulated disk, and probes that see the
 * made-up processes.
 */

import type { Call } from '../../cluster/api/generated/scheduler';
import type { Unstamped } from '../../cluster/model/event';
import type { VirtualClock } from '../../cluster/runtime/clock';
import { silentLogger } from '../../cluster/runtime/log';
import { Mailbox } from '../../cluster/runtime/mailbox';
import { eventOfNotice } from '../../frameworks/kit/edge/scheduler-events';
import type { BusEvent } from '../../frameworks/marathon/api/events';
import type { MarathonBoot } from '../../frameworks/marathon/core/boot';
import type { Answer, MarathonEffect } from '../../frameworks/marathon/core/state/effects';
import type {
  MarathonEvent,
  NewMarathonEvent,
  RootChange,
} from '../../frameworks/marathon/core/state/events';
import { DEFAULT_SETTINGS } from '../../frameworks/marathon/core/state/settings';
import type { MarathonState } from '../../frameworks/marathon/core/state/state';
import {
  type SessionEffect,
  type SessionEvents,
  sessionMachine,
} from '../../frameworks/scheduler/core/session';
import { checkLaunchStored } from './checkers/durable';
import type { Machines } from './machines';
import type { MasterNode } from './master-node';
import { Disk, type Network } from './network';

type MarathonMailbox = Mailbox<MarathonState, MarathonEvent, MarathonEffect, MarathonBoot>;
type SessionInput = Unstamped<SessionEvents>;
type Open = Extract<SessionEffect, { kind: 'open' }>;
type Store = Extract<MarathonEffect, { kind: 'store' }>;

export interface MarathonOutside {
  readonly machine: Machines['marathon'];
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly master: MasterNode;
  /** Whether something answers at this place. */
  readonly answers: (host: string, port: number) => boolean;
  readonly broken: (error: Error) => void;
}

export class MarathonNode {
  isUp = false;
  mailbox: MarathonMailbox | undefined;
  readonly events: BusEvent[] = [];
  readonly answered = new Map<number, Answer>();
  /** Uuids of the updates that it has got. */
  readonly delivered = new Set<string>();
  private readonly disk: Disk;
  private epoch = 0;
  private requests = 0;
  private stream: string | undefined;
  private stopSession: () => void = () => undefined;

  constructor(private readonly outside: MarathonOutside) {
    this.disk = new Disk(outside.network);
  }

  get state(): MarathonState {
    if (!this.mailbox) throw new Error('Marathon is down');
    return this.mailbox.state;
  }

  start(): void {
    const { clock, network, broken } = this.outside;
    this.epoch += 1;
    this.isUp = true;
    const alive = this.aliveNow();
    const session = this.openSession(alive);
    const mailbox: MarathonMailbox = new Mailbox({
      machine: this.outside.machine,
      boot: this.boot(),
      clock,
      log: silentLogger,
      isStrict: true,
      onBroken: broken,
      perform: {
        framework: ({ info }) => session.post({ kind: 'framework', info }),
        call: ({ call }) => this.call(call, alive),
        store: (effect) => this.store(effect, alive),
        publish: ({ event }) => this.events.push(event),
        answer: ({ request, answer }) => this.answered.set(request, answer),
        probe: ({ probe, target, purpose, check }) => {
          network.after(network.someMs(50), () => {
            if (!alive()) return;
            const ok = this.outside.answers(check.host, check.port);
            this.post({
              kind: 'probed',
              probe,
              target,
              purpose,
              result: ok ? { ok } : { ok, cause: 'refused' },
            });
          });
        },
        resign: ({ reason }) => broken(new Error(`Marathon resigned: ${reason}`)),
      },
    });
    this.mailbox = mailbox;
    mailbox.post({ kind: 'started' });
  }

  /** Killed: memory and connections are gone, the disk stays. */
  crash(): void {
    this.isUp = false;
    this.stopSession();
    void this.mailbox?.stop();
    this.mailbox = undefined;
    this.leaveStream();
  }

  /** A boot value from what is on disk now. */
  boot(): MarathonBoot {
    const stored = this.disk.read('marathon/').map(({ name, value }) => ({ name, text: value.toString() }));
    return { at: this.outside.clock.now(), seed: this.epoch, settings: DEFAULT_SETTINGS, stored };
  }

  /** Asks for a change of apps, as a REST call would. */
  change(change: RootChange): number {
    const request = this.requests++;
    this.post({ kind: 'api.change', request, change, force: true, group: '/' });
    return request;
  }

  /** The connection to the master breaks. */
  breakStream(): void {
    this.leaveStream();
    this.onClosed('the connection broke');
  }

  private onClosed: (reason: string) => void = () => undefined;

  private post(event: NewMarathonEvent): void {
    this.mailbox?.post(event);
  }

  private aliveNow(): () => boolean {
    const { epoch } = this;
    return () => this.isUp && this.epoch === epoch;
  }

  private openSession(alive: () => boolean) {
    const { clock, broken } = this.outside;
    const session = new Mailbox({
      machine: sessionMachine,
      boot: { masters: ['http://10.0.0.1:5050'], seed: this.epoch },
      clock,
      log: silentLogger,
      isStrict: true,
      onBroken: broken,
      perform: {
        open: (effect) => this.open(effect, (event) => alive() && session.post(event)),
        close: () => this.leaveStream(),
        tell: ({ notice }) => {
          const event = eventOfNotice(notice);
          if (!event || !alive()) return;
          if (event.kind === 'scheduler.update') this.delivered.add(event.status.uuid ?? '');
          this.post(event);
        },
      },
    });
    this.stopSession = () => void session.stop();
    return session;
  }

  private open({ connection, info }: Open, tell: (event: SessionInput) => void): void {
    const { network, master } = this.outside;
    const stream = `marathon-${this.epoch}-${connection}`;
    network.send(`calls ${this.epoch}`, () => {
      if (!master.isLeading) return tell({ kind: 'closed', connection, reason: 'no leader' });
      this.stream = stream;
      this.onClosed = (reason) => tell({ kind: 'closed', connection, reason });
      master.openStream(stream, {
        received: (event) => tell({ kind: 'received', connection, event }),
        closed: (reason) => tell({ kind: 'closed', connection, reason }),
      });
      tell({ kind: 'opened', connection });
      master.post({ kind: 'scheduler.subscribe', stream, subscribe: { framework_info: info } });
    });
  }

  private call(call: Call, alive: () => boolean): void {
    const { network, master } = this.outside;
    checkLaunchStored(call, this.disk);
    const { stream } = this;
    const framework_id = { value: this.state.session.frameworkId ?? '' };
    network.send(`calls ${this.epoch}`, () => {
      const refused = (reason: string): void => {
        if (alive()) this.post({ kind: 'scheduler.refused', call, reason });
      };
      if (!master.isLeading || stream === undefined) return refused('no connection');
      master.call(stream, { framework_id, ...call }, (status, text) => {
        if (status !== 202) refused(`${status} ${text}`);
      });
    });
  }

  private store({ changes, ticket }: Store, alive: () => boolean): void {
    const writes = changes.map(({ name, value }) => ({
      name,
      value: value === undefined ? undefined : Buffer.from(value),
    }));
    this.disk.commit(writes, alive, () => this.post({ kind: 'stored', ticket }));
  }

  private leaveStream(): void {
    const { stream } = this;
    this.stream = undefined;
    if (stream !== undefined)
      this.outside.network.send(`calls ${this.epoch}`, () => this.outside.master.streamLeft(stream));
  }
}
