/**
 * Where an answer comes from: for a name, the things of the cluster that put its records there, and for a name without
 * records the tasks that would have it if they counted.
 *
 * Costs a walk through the cluster; asked for by people, not by resolvers.
 */

import type { Put } from './book';
import { putAgent, putFramework, putMasters, putServer } from './cluster-records';
import type { LiveZone } from './live-zone';
import type { TaskFacts } from './snapshot';
import { putTask, taskRecipe, whyNone, wouldBeRecipe } from './task-records';

export interface Origin {
  /** `A 10.0.0.1` or `SRV 31000 web-x-s0.marathon.slave.mesos`. */
  readonly record: string;
  /** What made it: a task, an agent, a framework, the masters, this server. */
  readonly from: string;
}

export interface Explanation {
  readonly name: string;
  readonly records: readonly Origin[];
  /** Tasks that would have the name, and why they do not. */
  readonly missing: readonly { readonly task: string; readonly why: string }[];
}

/** How many lines one explanation has at most. */
const LINES_MAX = 200;

export function explain(live: LiveZone, asked: string): Explanation {
  const name = asked.toLowerCase().replaceAll('.*', '').replace(/\.+$/, '');
  const { cluster, context } = live;
  const records: Origin[] = [];
  const make = (from: string, run: (put: Put & { sick: Put }) => void): void => {
    run(
      catching(name, (record) => {
        if (records.length < LINES_MAX) records.push({ record, from });
      }),
    );
  };
  make('this server', (put) => putServer(context, put));
  make('the masters', (put) => putMasters(context, put));
  for (const agent of cluster.agents.values())
    make(`agent ${agent.id}`, (put) => putAgent(context, put, agent));
  for (const framework of cluster.frameworks.values())
    make(`framework ${framework.id} (${framework.name})`, (put) => putFramework(context, put, framework));
  for (const task of cluster.tasks.values()) {
    const recipe = taskRecipe(context, task);
    if (recipe) make(describeTask(live, task), (put) => putTask(context.options, put, recipe));
  }
  return { name, records, missing: missingAt(live, name) };
}

function missingAt({ cluster, context }: LiveZone, name: string): Explanation['missing'] {
  const missing: { task: string; why: string }[] = [];
  for (const task of cluster.tasks.values()) {
    const why = whyNone(context, task);
    if (why === undefined || missing.length >= LINES_MAX) continue;
    let would = false;
    const put = catching(name, () => {
      would = true;
    });
    putTask(context.options, put, wouldBeRecipe(context, task));
    if (would) missing.push({ task: `${task.id} of framework ${task.frameworkId}`, why });
  }
  return missing;
}

function describeTask({ cluster }: LiveZone, task: TaskFacts): string {
  const framework = cluster.frameworks.get(task.frameworkId)?.name ?? '';
  const at = task.running ? ` since ${printTime(task.running.timestamp)}` : '';
  const health = task.running?.healthy === false ? ', unhealthy' : '';
  return (
    `task ${task.id} of framework ${task.frameworkId} (${framework}) on agent ${task.agentId}, ` +
    `${task.state}${at}${health}`
  );
}

function printTime(seconds: number): string {
  const ms = seconds * 1000;
  return Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : String(seconds);
}

/** Tells the records that are put at one name. */
function catching(name: string, caught: (record: string) => void): Put & { sick: Put } {
  const here = (spelled: string): boolean => spelled.length === name.length && spelled.toLowerCase() === name;
  const put: Put = {
    address: (at, address) => here(at) && caught(`${address.includes(':') ? 'AAAA' : 'A'} ${address}`),
    service: (at, { port, target }) => here(at) && caught(`SRV ${port} ${target}`),
    exists: (at) => here(at) && caught('the name, without an address'),
  };
  return { ...put, sick: put };
}

/** An explanation as lines for people. */
export function printExplanation({ name, records, missing }: Explanation): string[] {
  const lines = [
    ...records.map(({ record, from }) => `${record}: ${from}`),
    ...missing.map(({ task, why }) => `nothing from task ${task}: ${why}`),
  ];
  return lines.length > 0 ? lines : [`nothing in the cluster makes ${name}`];
}
