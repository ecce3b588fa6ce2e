/**
 * The tasks of a cluster, each kept as one short text: there may be very many, and most are not looked at for hours.
 *
 * Always true: a task has a number of its own from when it comes until it goes; numbers of tasks that went are used again.
 */

import type { DiscoveryFacts, DiscoveryPort, StatusFacts, TaskFacts } from './cluster-facts';
import {
  ITEM,
  LINE,
  packItems,
  packRanges,
  packText,
  unpackItems,
  unpackRanges,
  unpackText,
} from './packed-text';
import { createTaskLabelIndex, type TaskLabelIndex } from './task-label-index';

/** A task without its key. */
export type TaskBody = Omit<TaskFacts, 'key'>;

/** Tasks by `taskKey`, in the order in which they came. Tasks that are returned are copies. */
export interface Tasks {
  readonly size: number;
  has(key: string): boolean;
  get(key: string): TaskFacts | undefined;
  keys(): IterableIterator<string>;
  values(): IterableIterator<TaskFacts>;
  /** The number of a task; undefined for a task that is not in the map. */
  number(key: string): number | undefined;
  /** The text of a task, equal for equal tasks; undefined for a task that is not in the map. */
  text(key: string): string | undefined;
  /** The keys of tasks on one of these agents or of one of these frameworks. */
  keysOf(agents: ReadonlySet<string>, frameworks: ReadonlySet<string>): string[];
  /** The task with a number; undefined for a free number. */
  at(number: number): TaskBody | undefined;
  /** The numbers of tasks by the label that their names begin with. */
  readonly labels: Pick<TaskLabelIndex, 'numbers' | 'count' | 'keys'>;
}

export interface TaskMap extends Tasks {
  set(task: TaskFacts): void;
  /** Adds a task; false when there is one with its key already. */
  add(task: TaskFacts): boolean;
  /** Sets a task by the text that another map has for it. */
  setText(key: string, text: string): void;
  delete(key: string): void;
  /** One more than the highest number so far. */
  end(): number;
}

export function createTaskMap(): TaskMap {
  const numbers = new Map<string, number>();
  const texts: (string | undefined)[] = [];
  const free: number[] = [];
  const labels = createTaskLabelIndex();
  const text = (key: string): string | undefined => {
    const number = numbers.get(key);
    return number === undefined ? undefined : texts[number];
  };
  const enter = (key: string, packed: string): void => {
    const number = free.pop() ?? texts.length;
    numbers.set(key, number);
    texts[number] = packed;
    labels.add(number, nameOf(packed));
  };
  const setText = (key: string, packed: string): void => {
    const existing = numbers.get(key);
    if (existing === undefined) enter(key, packed);
    else {
      labels.rename(existing, nameOf(texts[existing] ?? ''), nameOf(packed));
      texts[existing] = packed;
    }
  };
  const get = (key: string): TaskFacts | undefined => {
    const existing = text(key);
    return existing === undefined ? undefined : unpackTask(key, existing);
  };
  return {
    get size() {
      return numbers.size;
    },
    text,
    setText,
    get,
    labels,
    has: (key) => numbers.has(key),
    keys: () => numbers.keys(),
    number: (key) => numbers.get(key),
    at: (number) => {
      const existing = texts[number];
      return existing === undefined ? undefined : unpackTask('', existing);
    },
    end: () => texts.length,
    set: (task) => setText(task.key, packTask(task)),
    add: (task) => {
      if (numbers.has(task.key)) return false;
      enter(task.key, packTask(task));
      return true;
    },
    delete: (key) => {
      const number = numbers.get(key);
      if (number === undefined) return;
      numbers.delete(key);
      labels.remove(number, nameOf(texts[number] ?? ''));
      texts[number] = undefined;
      free.push(number);
    },
    values: function* () {
      for (const [key, number] of numbers) yield unpackTask(key, texts[number] ?? '');
    },
    keysOf: (agents, frameworks) =>
      agents.size + frameworks.size === 0 ? [] : childKeys(numbers, texts, { agents, frameworks }),
  };
}

/** The keys of the tasks of any of these agents or frameworks. */
function childKeys(
  numbers: ReadonlyMap<string, number>,
  texts: readonly (string | undefined)[],
  parents: { readonly agents: ReadonlySet<string>; readonly frameworks: ReadonlySet<string> },
): string[] {
  const keys: string[] = [];
  for (const [key, number] of numbers) {
    const { agent, framework } = parentsOf(texts[number] ?? '');
    if (parents.agents.has(agent) || parents.frameworks.has(framework)) keys.push(key);
  }
  return keys;
}

/** The text of a task. The agent's and the framework's ids come first, so that they can be read without the rest. */
function packTask(task: TaskFacts): string {
  const { agentId, frameworkId, id, name, state, ports, running, discovery } = task;
  const lines = [
    packText(agentId),
    packText(frameworkId),
    packText(id),
    packText(name),
    state,
    packRanges(ports),
  ];
  if (running) {
    const { timestamp, healthy, netinfo, mesos, docker } = running;
    lines.push(healthy ? `${timestamp}` : `${timestamp}${ITEM}unhealthy`);
    lines.push(packItems(netinfo), packItems(mesos), packItems(docker));
  } else lines.push('', '', '', '');
  if (discovery) lines.push(packText(discovery.name));
  for (const { number, name: port, protocol } of discovery?.ports ?? [])
    lines.push(`${number}`, packText(port), packText(protocol));
  // Joining copies: the facts may share the memory of the whole document that they were read from.
  return lines.join(LINE);
}

function unpackTask(key: string, text: string): TaskFacts {
  const lines = text.split(LINE);
  return {
    key,
    agentId: unpackText(lines[0] ?? ''),
    frameworkId: unpackText(lines[1] ?? ''),
    id: unpackText(lines[2] ?? ''),
    name: unpackText(lines[3] ?? ''),
    state: lines[4] ?? '',
    ports: unpackRanges(lines[5] ?? ''),
    running: unpackStatus(lines),
    discovery: lines.length > DISCOVERY_AT ? unpackDiscovery(lines) : undefined,
  };
}

const NAME_AT = 3;
const RUNNING_AT = 6;
const DISCOVERY_AT = 10;

function unpackStatus(lines: readonly string[]): StatusFacts | undefined {
  const time = lines[RUNNING_AT] ?? '';
  if (time === '') return undefined;
  const unhealthy = time.indexOf(ITEM);
  return {
    timestamp: Number(unhealthy < 0 ? time : time.slice(0, unhealthy)),
    healthy: unhealthy < 0,
    netinfo: unpackItems(lines[RUNNING_AT + 1] ?? ''),
    mesos: unpackItems(lines[RUNNING_AT + 2] ?? ''),
    docker: unpackItems(lines[RUNNING_AT + 3] ?? ''),
  };
}

function unpackDiscovery(lines: readonly string[]): DiscoveryFacts {
  const ports: DiscoveryPort[] = [];
  for (let line = DISCOVERY_AT + 1; line < lines.length; line += 3)
    ports.push({
      number: Number(lines[line]),
      name: unpackText(lines[line + 1] ?? ''),
      protocol: unpackText(lines[line + 2] ?? ''),
    });
  return { name: unpackText(lines[DISCOVERY_AT] ?? ''), ports };
}

/** The ids of a task's agent and framework. */
function parentsOf(text: string): { agent: string; framework: string } {
  const first = text.indexOf(LINE);
  const second = text.indexOf(LINE, first + 1);
  return { agent: unpackText(text.slice(0, first)), framework: unpackText(text.slice(first + 1, second)) };
}

/** The name that a task's records are made with. It shares memory with the text only, which is kept anyway. */
function nameOf(text: string): string {
  return unpackText(lineAt(text, DISCOVERY_AT) ?? lineAt(text, NAME_AT) ?? '');
}

function lineAt(text: string, line: number): string | undefined {
  let begin = 0;
  for (let passed = 0; passed < line; passed++) {
    begin = text.indexOf(LINE, begin) + 1;
    if (begin === 0) return undefined;
  }
  const end = text.indexOf(LINE, begin);
  return text.slice(begin, end < 0 ? undefined : end);
}
