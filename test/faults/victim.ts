/** A process of bin/meseta that is killed, stopped and cut off from the others, and comes back as it was. */

import type { ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { Relay } from '../cluster/zookeeper/relay';
import { freePort } from '../e2e/masters';
import { start } from '../e2e/meseta';
import type { FaultKind } from './schedule';

export interface VictimPorts {
  /** It listens here. */
  readonly own: number;
  /** The others reach it by this one. */
  readonly wire: number;
  /** It reaches the master by this one. */
  readonly master: number;
}

export interface VictimPlan {
  readonly name: string;
  readonly args: (ports: VictimPorts) => readonly string[];
  /** The port of the master, which a framework reaches by a wire of its own. */
  readonly master?: number | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** The signal that ends it for good; an agent ends its tasks by SIGUSR1. */
  readonly endedBy?: NodeJS.Signals;
  /** Where its log goes. */
  readonly folder: string;
}

export class Victim {
  private child: ChildProcess | undefined;
  private ended: Promise<void> = Promise.resolve();
  private isWanted = true;

  private constructor(
    private readonly plan: VictimPlan,
    readonly port: number,
    private readonly wire: Relay,
    private readonly wireToMaster: Relay,
    private readonly log: WriteStream,
  ) {}

  static async start(plan: VictimPlan): Promise<Victim> {
    const port = await freePort();
    const wire = await Relay.start(port);
    const toMaster = await Relay.start(plan.master ?? port);
    const log = createWriteStream(join(plan.folder, `${plan.name}.log`));
    const victim = new Victim(plan, port, wire, toMaster, log);
    victim.run();
    return victim;
  }

  get name(): string {
    return this.plan.name;
  }

  /** The port by which the others reach it. */
  get wirePort(): number {
    return this.wire.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  break(kind: FaultKind): void {
    this.log.write(`--- ${kind}\n`);
    if (kind === 'kill') this.kill();
    if (kind === 'stop') this.child?.kill('SIGSTOP');
    if (kind === 'cut') for (const wire of this.wires) wire.frozen = true;
  }

  heal(kind: FaultKind): void {
    this.log.write(`--- ${kind} is healed\n`);
    if (kind === 'kill') void this.ended.then(() => this.run());
    if (kind === 'stop') this.child?.kill('SIGCONT');
    // What was sent meanwhile is lost, so the connections that had it end.
    if (kind !== 'cut') return;
    for (const wire of this.wires) {
      wire.cut();
      wire.frozen = false;
    }
  }

  async stop(): Promise<void> {
    this.isWanted = false;
    this.child?.kill('SIGCONT');
    this.child?.kill(this.plan.endedBy ?? 'SIGTERM');
    const late = setTimeout(() => this.child?.kill('SIGKILL'), 15_000);
    await this.ended;
    clearTimeout(late);
    for (const wire of this.wires) await wire.stop();
    this.log.end();
  }

  private get wires(): readonly Relay[] {
    return [this.wire, this.wireToMaster];
  }

  private kill(): void {
    this.isWanted = false;
    this.child?.kill('SIGKILL');
  }

  private run(): void {
    this.isWanted = true;
    const ports = { own: this.port, wire: this.wire.port, master: this.wireToMaster.port };
    const args = this.plan.args(ports);
    const child = start(args, this.plan.env ?? {});
    this.child = child;
    child.stdout?.pipe(this.log, { end: false });
    child.stderr?.pipe(this.log, { end: false });
    this.ended = new Promise((resolve) => {
      child.once('close', () => {
        resolve();
        // Whoever ends by itself is started again, as by a supervisor.
        if (this.isWanted) setTimeout(() => this.isWanted && this.child === child && this.run(), 500);
      });
    });
  }
}
