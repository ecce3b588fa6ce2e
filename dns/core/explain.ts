/**
 * The origin of an answer: for a name, the things of the cluster that put its records there, and for a name
 * without records the tasks that would have it if they counted.
 *
 * Costs a walk through the cluster; asked for by people, not by resolvers.
 */

import { nearest } from '../../cluster/model/nearest';
import type { Put } from './book';
import { putAgent, putFramework, putMasters, putServer } from './cluster-records';
import type { LiveZone } from './live-zone';
import type { TaskFacts } from './snapshot';
import { putTask, type TaskRecipe, taskRecipe, whyNoAddress, whyNone, wouldBeRecipe } from './task-records';

export interface Origin {
  /** `A 10.0.0.1` or `SRV 31000 web-x-s0.marathon.slave.mesos`. */
  readonly record: string;
  /** The thing that made it: a task, an agent, a framework, the masters, this server. */
  readonly from: string;
}

export interface Explanation {
  readonly name: string;
  readonly records: readonly Origin[];
  /** Tasks that would have the name, and why they do not. */
  readonly missing: readonly { readonly task: string; readonly why: string }[];
  /** Names of the zone that may have been meant; only where there is nothing else to say. */
  readonly near: readonly string[];
}

/** The most lines of one explanation. */
const LINES_MAX = 200;
const NEAR_MAX = 5;

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
  const missing = missingAt(live, name);
  const near = records.length + missing.length === 0 ? namesNear(live, name) : [];
  return { name, records, missing, near };
}

function missingAt({ cluster, context }: LiveZone, name: string): Explanation['missing'] {
  const missing: { task: string; why: string }[] = [];
  for (const task of cluster.tasks.values()) {
    if (missing.length >= LINES_MAX) break;
    const recipe = wouldBeRecipe(context, task);
    const why =
      whyNone(context, task) ?? (recipe.addresses.length > 0 ? undefined : whyNoAddress(context, task));
    if (why !== undefined && wouldHave(context.options, withAddress(recipe), name))
      missing.push({ task: `${task.id} of framework ${task.frameworkId}`, why });
  }
  return missing;
}

/** As it would be with an address, so that it makes all of its names. */
function withAddress(recipe: TaskRecipe): TaskRecipe {
  const some = (addresses: readonly string[]): readonly string[] =>
    addresses.length > 0 ? addresses : ['0.0.0.0'];
  return { ...recipe, addresses: some(recipe.addresses), agentAddresses: some(recipe.agentAddresses) };
}

function wouldHave(naming: LiveZone['context']['options'], recipe: TaskRecipe, name: string): boolean {
  let would = false;
  const put = catching(name, () => {
    would = true;
  });
  putTask(naming, put, recipe);
  return would;
}

/** Names of tasks that are spelled nearly the same, or begin with the same label. */
function namesNear({ cluster, context }: LiveZone, name: string): string[] {
  const names = new Set<string>();
  const add = (spelled: string): void => void names.add(spelled.toLowerCase());
  const collect: Put = { address: add, service: add, exists: add };
  putMasters(context, collect);
  for (const task of cluster.tasks.values()) {
    const recipe = taskRecipe(context, task);
    if (recipe) putTask(context.options, { ...collect, sick: collect }, recipe);
  }
  const label = `${name.split('.')[0]}.`;
  const sameLabel = [...names].filter((spelled) => spelled.startsWith(label)).sort(byLength);
  return [...new Set([...sameLabel.slice(0, NEAR_MAX), ...nearest(name, names, NEAR_MAX)])].slice(
    0,
    NEAR_MAX,
  );
}

const byLength = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : 1);

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
export function printExplanation({ name, records, missing, near }: Explanation): string[] {
  const lines = [
    ...records.map(({ record, from }) => `${record}: ${from}`),
    ...missing.map(({ task, why }) => `nothing from task ${task}: ${why}`),
  ];
  if (lines.length > 0) return lines;
  const advice = near.length > 0 ? `; near it are ${near.join(', ')}` : '';
  return [`nothing in the cluster makes ${name}${advice}`];
}
