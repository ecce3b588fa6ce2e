/**
 * One agent: tasks that are launched and killed beside plain children, its memory, and its recovery after kill -9.
 *
 * The original's times are those of its scale test, published, on a 40-core host.
 */

import { spread } from '../lb/figures';
import { metricIs, metrics, until } from '../master/size';
import { nodeChildren, shellChildren } from './beside';
import { type AgentCluster, withAgent } from './cluster';
import { benchIsolation } from './isolation';
import { Load } from './load';
import { memoryOf, otherProcesses } from './memory';
import { print } from './print';

const TASKS = Number(process.env['BENCH_TASKS'] ?? 1000);
const SINGLE = Number(process.env['BENCH_SINGLE'] ?? 50);
/** Time in which an idle process collects its garbage and gives memory back. */
const REST_MS = Number(process.env['BENCH_REST_MS'] ?? 45_000);

export async function benchAgent(): Promise<void> {
  const node = nodeChildren(TASKS);
  const shell = shellChildren(TASKS);
  print(
    `${TASKS} children of a small Node program`,
    `started in ${seconds(node.started)}, ended in ${seconds(node.ended)}`,
  );
  print(
    `${TASKS} children of a shell loop`,
    `started in ${seconds(shell.started)}, ended in ${seconds(shell.ended)}`,
  );
  await withAgent([], async (cluster) => {
    await rest();
    const idle = memoryOf(cluster.agent().pid);
    print('memory of the agent at idle', `${mb(idle)} (aim: under 90 MB)`);
    const load = new Load({ url: cluster.url, command: 'exec sleep 1000' });
    await oneByOne(load);
    await atOnce(cluster, load, { idle, started: node.started, ended: node.ended });
    await load.stop();
  });
  await benchIsolation();
}

/** Single launches, each after the end of the one before. */
async function oneByOne(load: Load): Promise<void> {
  const times: number[] = [];
  for (let turn = 0; turn < SINGLE; turn++) {
    times.push(...(await load.launch(1)));
    await load.killAll();
  }
  const { median, p99 } = spread(times);
  print(
    'ACCEPT to TASK_RUNNING, one at a time',
    `p50 ${median.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms of ${times.length}`,
  );
}

interface Plain {
  readonly idle: number;
  readonly started: number;
  readonly ended: number;
}

async function atOnce(cluster: AgentCluster, load: Load, plain: Plain): Promise<void> {
  const before = otherProcesses(cluster.agent().pid);
  const began = performance.now();
  const { median, p99 } = spread(await load.launch(TASKS));
  const started = since(began);
  const ratio = (started / plain.started).toFixed(1);
  print(
    `${TASKS} tasks launched with one ACCEPT`,
    `all run after ${seconds(started)}, ${ratio} times the Node program (the original, published: about 30 s; aim: 15 s); ` +
      `p50 ${median.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
  );
  await rest();
  const inside = (memoryOf(cluster.agent().pid) - plain.idle) / TASKS;
  const outside = (otherProcesses(cluster.agent().pid) - before) / TASKS;
  print(
    'memory of a running task',
    `${mb(inside)} in the agent (aim: under 0.3 MB), ${mb(outside)} of its holder outside it (aim: under 6 MB), without the task itself`,
  );
  await recovery(cluster);
  const killed = performance.now();
  await load.killAll();
  const ended = since(killed);
  print(
    `${TASKS} tasks killed`,
    `all ended after ${seconds(ended)}, ${(ended / plain.ended).toFixed(1)} times the Node program (the original, published: about 20 s; aim: 10 s)`,
  );
}

/** The agent is killed with all its tasks at work, and started again. */
async function recovery(cluster: AgentCluster): Promise<void> {
  const began = performance.now();
  await cluster.restartAgent();
  await until(() => metricIs(cluster, 'master/slaves_active', 0), 10);
  await until(() => metricIs(cluster, 'master/slaves_active', 1), 10);
  const back = since(began);
  const { 'master/tasks_running': running = 0 } = await metrics(cluster);
  print(
    'kill -9 of the agent to all registered again',
    `${seconds(back)} with ${running} of ${TASKS} tasks (aim: under 10 s)`,
  );
}

function since(began: number): number {
  return (performance.now() - began) / 1000;
}

function rest(): Promise<void> {
  return new Promise((done) => setTimeout(done, REST_MS));
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
