/**
 * A master and one agent in processes of their own, and a framework whose tasks all go to that agent.
 *
 * Always true: an agent that was killed leaves its containers running; `end` takes them away by SIGUSR1.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { HttpClient } from '../../cluster/runtime/http/client';
import { benchFolder, endWithBench } from '../leftovers';
import { freePort, metricIs, type Sized, until } from '../master/size';

const BIN = join(__dirname, '..', '..', '..', 'bin', 'meseta');
/** For instance `--cpu-prof --cpu-prof-dir=profiles`, to see where the time of the agent goes. */
const NODE_FLAGS = (process.env['BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean);
const RESOURCES = 'cpus:10000;mem:1000000;disk:1000000;ports:[31000-32000]';

export interface AgentCluster extends Sized {
  /** The agent's process now. */
  agent(): ChildProcess;
  /** Kills the agent with SIGKILL and starts it again in its folder; resolves once the process has started. */
  restartAgent(): Promise<void>;
}

/** Starts both, waits until the agent is registered, runs, and ends everything, tasks too. */
export async function withAgent(
  agentFlags: readonly string[],
  run: (cluster: AgentCluster) => Promise<void>,
): Promise<void> {
  const folder = benchFolder('meseta-bench-agent-');
  const masterPort = await freePort();
  const agentPort = await freePort();
  const client = new HttpClient();
  const start = (...args: string[]): ChildProcess =>
    endWithBench(
      spawn(process.execPath, [...NODE_FLAGS, BIN, ...args], {
        stdio: ['ignore', 'ignore', process.env['BENCH_LOG'] ? 2 : 'ignore'],
      }),
    );
  const startAgent = (): ChildProcess =>
    start(
      'agent',
      `--master=127.0.0.1:${masterPort}`,
      `--port=${agentPort}`,
      `--work_dir=${join(folder, 'agent')}`,
      `--resources=${RESOURCES}`,
      '--registration_backoff_factor=0secs',
      ...agentFlags,
    );
  const sized: Sized = { client, url: `http://127.0.0.1:${masterPort}` };
  const master = start(
    'master',
    `--port=${masterPort}`,
    `--work_dir=${join(folder, 'master')}`,
    '--allocation_interval=100ms',
  );
  let agent: ChildProcess | undefined;
  try {
    await until(() => metricIs(sized, 'master/elected', 1));
    agent = startAgent();
    await until(() => metricIs(sized, 'master/slaves_active', 1));
    await run({
      ...sized,
      agent: () => agent as ChildProcess,
      restartAgent: async () => {
        const before = agent as ChildProcess;
        before.kill('SIGKILL');
        await once(before, 'exit');
        agent = startAgent();
      },
    });
  } finally {
    if (agent) await ended(agent, 'SIGUSR1');
    await ended(master, 'SIGTERM');
    await client.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}
