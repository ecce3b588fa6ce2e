/**
 * The lives of `examples/stateful.json` and `stateful-pod.json` on a cluster: a file outlives the tasks on one agent, until
 * it is wiped.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../e2e/eventually';

export interface StatefulPlace {
  /** The base URLs of Marathon and of the master. */
  readonly marathon: string;
  readonly master: string;
  /** The work directories of the agents. */
  readonly folders: readonly string[];
}

interface StatefulTask {
  readonly id: string;
  readonly state: string;
  readonly slaveId: string;
  readonly localVolumes: readonly { readonly persistenceId: string }[];
}

interface PodStatus {
  readonly instances: readonly {
    readonly id: string;
    readonly status: string;
    readonly agentId: string;
    readonly localVolumes: StatefulTask['localVolumes'];
    readonly containers: readonly { readonly name: string; readonly containerId: string }[];
  }[];
}

const EXAMPLES = join(__dirname, '..', '..', '..', 'examples');
const APP = '/v2/apps/store/log';
const POD = '/v2/pods/store/journal';
const WAIT_MS = 30_000;

async function send(base: string, method: string, path: string, body?: string): Promise<unknown> {
  const content = body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } };
  const answer = await fetch(base + path, { method, ...content });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

/** The log on the volume of a task, by its lines; undefined while there is none. */
function logOf({ folders }: StatefulPlace, { localVolumes }: StatefulTask): string[] | undefined {
  const [volume] = localVolumes;
  const paths = folders.map((folder) =>
    join(folder, 'volumes/roles/store', volume?.persistenceId ?? '', 'log'),
  );
  const path = paths.find((candidate) => existsSync(candidate));
  return path === undefined ? undefined : readFileSync(path, 'utf8').trimEnd().split('\n');
}

/** The next task of the app, once it has written to its volume. */
async function nextTask(place: StatefulPlace, before: readonly StatefulTask[]): Promise<StatefulTask> {
  return await eventually('the next task', async () => {
    const { tasks } = (await send(place.marathon, 'GET', `${APP}/tasks`)) as { tasks: StatefulTask[] };
    const isNew = ({ id }: StatefulTask): boolean => before.every((task) => task.id !== id);
    const task = tasks.find((candidate) => candidate.state === 'TASK_RUNNING' && isNew(candidate));
    return task && logOf(place, task)?.at(-1)?.endsWith(task.id) ? task : undefined;
  });
}

/** The resources that the master has reserved on all agents. */
async function reservedAt({ master }: StatefulPlace): Promise<string[]> {
  const { slaves } = (await send(master, 'GET', '/master/slaves')) as {
    slaves: { reserved_resources: object }[];
  };
  return slaves.flatMap(({ reserved_resources: reserved }) => Object.keys(reserved));
}

export async function followStatefulApp(place: StatefulPlace): Promise<void> {
  const { marathon } = place;
  await send(marathon, 'POST', '/v2/apps', readFileSync(join(EXAMPLES, 'stateful.json'), 'utf8'));
  const first = await nextTask(place, []);
  expect(await reservedAt(place)).toEqual(['store']);

  await send(marathon, 'DELETE', `${APP}/tasks/${first.id}`);
  const second = await nextTask(place, [first]);
  expect(second).toMatchObject({ slaveId: first.slaveId, localVolumes: first.localVolumes });
  expect(logOf(place, second)).toEqual([first, second].map(({ id }) => `written by ${id}`));

  await send(marathon, 'DELETE', `${APP}/tasks/${second.id}?wipe=true`);
  const third = await nextTask(place, [first, second]);
  expect(logOf(place, third)).toEqual([`written by ${third.id}`]);
  await eventually('the end of the volume', () => logOf(place, first) === undefined);

  await send(marathon, 'DELETE', APP);
  await eventually('the end of the reservation', async () => (await reservedAt(place)).length === 0);
  await eventually('the end of the other volume', () => logOf(place, third) === undefined);
}

/** The task that writes of the next instance of the pod, once the other container has seen the file on their volume. */
async function nextWriter(place: StatefulPlace, before: readonly StatefulTask[]): Promise<StatefulTask> {
  return await eventually(
    'the next tasks',
    async () => {
      const { instances } = (await send(place.marathon, 'GET', `${POD}::status`)) as PodStatus;
      const writers = instances.flatMap(({ status, agentId, localVolumes, containers }) =>
        containers
          .filter(({ name }) => status === 'STABLE' && name === 'writer')
          .map(({ containerId }) => ({ id: containerId, state: status, slaveId: agentId, localVolumes })),
      );
      const writer = writers.find(({ id }) => before.every((task) => task.id !== id));
      return writer && logOf(place, writer)?.at(-1)?.endsWith(writer.id) ? writer : undefined;
    },
    WAIT_MS,
  );
}

const instanceOf = ({ id }: StatefulTask): string => id.split('.').slice(0, 2).join('.');

export async function followStatefulPod(place: StatefulPlace): Promise<void> {
  const { marathon } = place;
  await send(marathon, 'POST', '/v2/pods', readFileSync(join(EXAMPLES, 'stateful-pod.json'), 'utf8'));
  const first = await nextWriter(place, []);
  expect(await reservedAt(place)).toEqual(['store']);

  await send(marathon, 'DELETE', `${POD}::instances/${instanceOf(first)}`);
  const second = await nextWriter(place, [first]);
  expect(second).toMatchObject({ slaveId: first.slaveId, localVolumes: first.localVolumes });
  expect(logOf(place, second)).toEqual([first, second].map(({ id }) => `written by ${id}`));

  await send(marathon, 'DELETE', `${POD}::instances/${instanceOf(second)}?wipe=true`);
  const third = await nextWriter(place, [first, second]);
  expect(logOf(place, third)).toEqual([`written by ${third.id}`]);
  await eventually('the end of the volume', () => logOf(place, first) === undefined);

  await send(marathon, 'DELETE', POD);
  await eventually('the end of the reservation', async () => (await reservedAt(place)).length === 0);
  await eventually('the end of the other volume', () => logOf(place, third) === undefined);
}
