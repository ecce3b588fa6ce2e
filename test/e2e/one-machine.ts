/**
 * A real master and agents in this process, on ports the system chooses, for end-to-end tests. When they have stopped,
 * nothing of their containers may be left on the machine.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { agentFlags } from '../../cluster/agent/config';
import { type RunningAgent, startAgent } from '../../cluster/agent/main';
import { hostExecutor } from '../../cluster/executor/main';
import { masterFlags } from '../../cluster/master/config';
import { type RunningMaster, startMaster } from '../../cluster/master/main';
import { systemClock } from '../../cluster/runtime/clock';
import { type FlagTable, parseFlags, type Values } from '../../cluster/runtime/config/flags';
import { silentLogger } from '../../cluster/runtime/log';
import { MemoryStore } from '../../cluster/state/memory';
import type { StateStore } from '../../cluster/state/store';
import { expectNothingLeft, type TestPlace } from '../leftovers';

export const deps = { log: silentLogger, clock: systemClock() };

/** Flags as a command line would give them. */
export function flagsOf<Table extends FlagTable>(table: Table, args: readonly string[]): Values<Table> {
  return parseFlags(table, { command: 'test', about: '', args, env: {} }).flags;
}

/** Ports of tasks: those of two files that run at the same time are not the same. The rest of a machine is detected. */
function taskPorts(): string {
  const first = Number(process.env['JEST_WORKER_ID'] ?? '1') % 2 === 1 ? 31_000 : 31_500;
  return `ports:[${first}-${first + 499}]`;
}

export class OneMachine implements TestPlace {
  readonly folder = mkdtempSync(join(tmpdir(), 'meseta-test-'));
  readonly root = this.folder;
  readonly cgroupsRoot = basename(this.folder);
  /** Folders of the containers of agents. */
  readonly empty: string[] = [];
  readonly state: StateStore = new MemoryStore();
  master: RunningMaster | undefined;
  readonly agents: RunningAgent[] = [];
  /** Agents that ended by themselves, and why. */
  readonly ended: string[] = [];

  async startMaster(args: readonly string[] = []): Promise<RunningMaster> {
    this.master = await startMaster(flagsOf(masterFlags, ['--port=0', ...args]), {
      ...deps,
      state: this.state,
    });
    return this.master;
  }

  async startAgent(name = 'agent', args: readonly string[] = []): Promise<RunningAgent> {
    const own = [
      ...['--port=0', `--work_dir=${join(this.folder, name)}`, '--registration_backoff_factor=0ms'],
      // Another start has another port.
      '--reconfiguration_policy=any',
      `--cgroups_root=${this.cgroupsRoot}`,
      `--resources=${taskPorts()}`,
    ];
    this.empty.push(join(this.folder, name, 'run', 'containers'));
    const place = `--master=127.0.0.1:${this.master?.http.port}`;
    const agent = await startAgent(flagsOf(agentFlags, [place, ...own, ...args]), {
      ...deps,
      executor: hostExecutor,
      endsTasks: true,
      onEnd: (reason) => void this.agentEnded(`${name}: ${reason}`, () => agent),
    });
    this.agents.push(agent);
    return agent;
  }

  /** An agent that ends by itself is stopped, as its process would: its work folder is free again. */
  private async agentEnded(reason: string, agent: () => RunningAgent): Promise<void> {
    // It may end before its start has returned.
    await new Promise((soon) => setImmediate(soon));
    await agent().stop();
    this.ended.push(reason);
  }

  async stop(): Promise<void> {
    for (const agent of this.agents.splice(0)) await agent.stop();
    await this.master?.stop();
    try {
      await expectNothingLeft(this);
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}
