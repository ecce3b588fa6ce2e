/** A master, agents and a framework as processes of their own, the faults that are played on them, and what is left. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { eventually } from '../e2e/eventually';
import { expectNothingLeft, type TestPlace } from '../leftovers';
import { type Fault, faultText } from './schedule';
import { Victim, type VictimPlan } from './victim';

const AGENTS = 3;
export const STEP_MS = 60_000;

/** The framework: its name, which is its command too, and its flags. */
export interface FrameworkPlan {
  readonly name: string;
  readonly flags: (place: { readonly port: number; readonly folder: string }) => readonly string[];
}

export class FaultyCluster implements TestPlace {
  readonly root = mkdtempSync(join(tmpdir(), 'meseta-faults-'));
  readonly cgroupsRoot = basename(this.root);
  /** Tasks write here; see `lines`. */
  readonly ledger = join(this.root, 'ledger');
  readonly victims = new Map<string, Victim>();

  static async start(framework: FrameworkPlan): Promise<FaultyCluster> {
    const cluster = new FaultyCluster();
    try {
      await cluster.startAll(framework);
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  victim(name: string): Victim {
    const victim = this.victims.get(name);
    if (victim === undefined) throw new Error(`there is no ${name}`);
    return victim;
  }

  /** What tasks have written, a line each. */
  lines(): readonly string[] {
    return readFileSync(this.ledger, { encoding: 'utf8', flag: 'a+' }).split('\n').filter(Boolean);
  }

  /** Plays the faults, each with its end, and resolves when the last one is healed. */
  async play(faults: readonly Fault[], told: (line: string) => void): Promise<void> {
    await Promise.all(
      faults.map(async (fault) => {
        await pause(fault.atMs);
        told(faultText(fault));
        const victim = this.victim(fault.target);
        victim.break(fault.kind);
        await pause(fault.lastsMs);
        victim.heal(fault.kind);
      }),
    );
  }

  /** The log of a process, from its end. */
  logOf(name: string, length = 4000): string {
    return readFileSync(join(this.root, `${name}.log`), 'utf8').slice(-length);
  }

  async stop(): Promise<void> {
    for (const victim of [...this.victims.values()].reverse()) await victim.stop();
    try {
      await expectNothingLeft(this);
    } finally {
      rmSync(this.root, { recursive: true, force: true });
    }
  }

  private async startAll({ name, flags }: FrameworkPlan): Promise<void> {
    const master = await this.begin('master', ({ own, wire }) => [
      'master',
      `--port=${own}`,
      `--advertise_port=${wire}`,
      `--work_dir=${join(this.root, 'master')}`,
    ]);
    const place = (port: number): string => `--master=127.0.0.1:${port}`;
    for (let number = 1; number <= AGENTS; number++)
      await this.begin(`agent${number}`, ({ own, wire }) => [
        'agent',
        // An agent takes answers from the address that it asked only, and that is the master's.
        place(master.wirePort),
        `--port=${own}`,
        `--advertise_port=${wire}`,
        `--work_dir=${join(this.root, `agent${number}-work`)}`,
        `--cgroups_root=${this.cgroupsRoot}`,
        '--resources=cpus:8;mem:4096;disk:10000;ports:[31000-32000]',
      ]);
    const state = async (): Promise<boolean> => {
      const answer = await fetch(`${master.url}/metrics/snapshot`, { signal: AbortSignal.timeout(5000) });
      const counts = (await answer.json()) as Record<string, number>;
      return counts['master/slaves_active'] === AGENTS;
    };
    await eventually('all agents', state, STEP_MS);
    const folder = join(this.root, name);
    mkdirSync(folder);
    await this.begin(name, ({ own, master: port }) => [name, place(port), ...flags({ port: own, folder })]);
    const { url } = this.victim(name);
    await eventually(name, async () => (await fetch(`${url}/ping`)).status === 200, STEP_MS);
  }

  private async begin(name: string, args: VictimPlan['args']): Promise<Victim> {
    const env = { TMPDIR: this.root };
    const endedBy = name.startsWith('agent') ? 'SIGUSR1' : 'SIGTERM';
    const master = this.victims.get('master')?.wirePort;
    const victim = await Victim.start({ name, args, env, endedBy, master, folder: this.root });
    this.victims.set(name, victim);
    return victim;
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
