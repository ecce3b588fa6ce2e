/**
 * What tasks leave on the disk of a real agent: bounded logs, persistent volumes, and sandboxes that are removed by age.
 */

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Offer, Resource, TaskInfo } from '../../cluster/api/generated/mesos';
import { outputWriter } from '../../cluster/runtime/output/bounded-output';
import { eventually } from './eventually';
import { JsonScheduler } from './json-scheduler';
import { OneMachine } from './one-machine';

jest.setTimeout(60_000);

let machine: OneMachine;
let scheduler: JsonScheduler;
/** The ids of offers that are not to be used again. */
const used = new Set<string>();

async function begin(...agentArgs: readonly string[]): Promise<void> {
  const master = await machine.startMaster(['--allocation_interval=50ms']);
  await machine.startAgent('agent', ['--resources=cpus:1;mem:100;disk:1000', ...agentArgs]);
  const capabilities = [{ type: 'MULTI_ROLE' }, { type: 'RESERVATION_REFINEMENT' }];
  scheduler = new JsonScheduler(master.http.url, { roles: ['web'], capabilities });
  await scheduler.subscribe();
}

beforeEach(() => {
  machine = new OneMachine();
});
afterEach(async () => {
  scheduler.stop();
  await machine.stop();
});

const scalar = (name: string, value: number, more: Partial<Resource> = {}): Resource => ({
  name,
  type: 'SCALAR',
  scalar: { value },
  allocation_info: { role: 'web' },
  ...more,
});
type Source = NonNullable<NonNullable<Resource['disk']>['source']>;

/** The reservation of a disk, and a volume on all of it. */
function volumeOn(source: Source | undefined): { readonly reserved: Resource; readonly volume: Resource } {
  const reserved = scalar('disk', 100, {
    reservations: [{ type: 'DYNAMIC', role: 'web' }],
    disk: source && { source },
  });
  const disk: Resource['disk'] = {
    persistence: { id: 'v1' },
    volume: { container_path: 'data', mode: 'RW' },
    source,
  };
  return { reserved, volume: { ...reserved, disk } };
}

/** An offer that was not used before and has what is asked for. */
async function offerWith(has: (resource: Resource) => boolean): Promise<Offer> {
  const fits = ({ id, resources }: Offer): boolean => !used.has(id.value) && (resources?.some(has) ?? false);
  const { offers } = await scheduler.event('OFFERS', (event) => event.offers?.offers?.some(fits) ?? false);
  const offer = offers?.offers?.find(fits);
  if (!offer) throw new Error('no offer');
  used.add(offer.id.value);
  return offer;
}

/** Runs a task to its end, and returns its sandbox. */
async function run(offer: Offer, task: Partial<TaskInfo>, before: Offer.Operation[] = []): Promise<string> {
  const id = `task-${offer.id.value}`;
  const info = {
    name: id,
    task_id: { value: id },
    agent_id: offer.agent_id,
    resources: [scalar('cpus', 0.1), scalar('mem', 32)],
    ...task,
  };
  const operations: Offer.Operation[] = [...before, { type: 'LAUNCH', launch: { task_infos: [info] } }];
  const filters = { refuse_seconds: 0 };
  await scheduler.call({ type: 'ACCEPT', accept: { offer_ids: [offer.id], operations, filters } });
  for (const state of ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED']) await scheduler.update(id, state);
  const path = ['slaves', offer.agent_id.value, 'frameworks', scheduler.frameworkId ?? '', 'executors', id];
  return join(machine.folder, 'agent', ...path, 'runs', 'latest');
}

const isCpus = ({ name }: Resource): boolean => name === 'cpus';

const withWriter = outputWriter() === undefined ? it.skip : it;
withWriter('logs have the bounds that a task asks for (skipped without a C compiler)', async () => {
  await begin('--container_logger=org_apache_mesos_LogrotateContainerLogger');
  const variables = [{ name: 'CONTAINER_LOGGER_MAX_STDOUT_SIZE', value: '8KB' }];
  const command = {
    value: 'i=0; while [ $i -lt 2000 ]; do echo "line $i"; i=$((i+1)); done',
    environment: { variables },
  };
  const sandbox = await run(await offerWith(isCpus), { command });
  expect(readFileSync(join(sandbox, 'stdout'), 'utf8').endsWith('line 1999\n')).toBe(true);
  for (const name of ['stdout', 'stdout.1'])
    expect(statSync(join(sandbox, name)).size).toBeLessThanOrEqual(8192);
  expect(readdirSync(sandbox).filter((name) => name.startsWith('stdout'))).toHaveLength(2);
});

it.each(['root', 'PATH', 'MOUNT'] as const)(
  'what a task writes into its persistent volume on a %s disk is there for the next one',
  async (type) => {
    const root = join(machine.folder, 'disk');
    mkdirSync(root);
    const source: Source | undefined =
      type === 'root' ? undefined : type === 'PATH' ? { type, path: { root } } : { type, mount: { root } };
    const disk = scalar('disk', 100, { disk: source && { source }, allocation_info: undefined });
    const plain = [scalar('cpus', 1), scalar('mem', 100)].map((one) => ({
      ...one,
      allocation_info: undefined,
    }));
    await begin(`--resources=${JSON.stringify([...plain, disk])}`);
    const { reserved, volume } = volumeOn(source);
    const write = {
      command: { value: 'echo kept > data/file' },
      resources: [scalar('cpus', 0.1), scalar('mem', 32), volume],
    };
    const first = await run(await offerWith(isCpus), write, [
      { type: 'RESERVE', reserve: { resources: [reserved] } },
      { type: 'CREATE', create: { volumes: [volume] } },
    ]);
    expect(existsSync(join(first, 'data', 'file'))).toBe(true);
    const places = {
      root: join(machine.folder, 'agent', 'volumes', 'roles', 'web', 'v1'),
      PATH: join(root, 'volumes', 'roles', 'web', 'v1'),
      MOUNT: root,
    };
    expect(readFileSync(join(places[type], 'file'), 'utf8')).toBe('kept\n');
    const read = { ...write, command: { value: 'cat data/file' } };
    const second = await run(await offerWith(({ disk: one }) => one?.persistence?.id === 'v1'), read);
    expect(readFileSync(join(second, 'stdout'), 'utf8')).toBe('kept\n');
  },
);

it('sandboxes of ended tasks are removed by their age', async () => {
  await begin('--gc_delay=1secs', '--disk_watch_interval=1hrs');
  const sandbox = await run(await offerWith(isCpus), { command: { value: 'true' } });
  expect(existsSync(join(sandbox, 'stdout'))).toBe(true);
  await eventually('the end of the sandbox', () => !existsSync(join(sandbox, '..', '..')));
  const [agent] = machine.agents;
  const removals = async (): Promise<number | undefined> => {
    const answer = await fetch(`${agent?.http.url}/metrics/snapshot`);
    return ((await answer.json()) as Record<string, number>)['gc/path_removals_succeeded'];
  };
  await eventually('three removals', async () => (await removals()) === 3);
});

const asRoot = process.getuid?.() === 0 ? it : it.skip;
asRoot.each([
  ['--switch_user', 'nobody'],
  ['--no-switch_user', 'root'],
])('with %s a task of nobody runs as %s', async (flag, user) => {
  // Nobody passes through it to the sandbox.
  chmodSync(machine.folder, 0o711);
  await begin(flag);
  const sandbox = await run(await offerWith(isCpus), { command: { value: 'id -un', user: 'nobody' } });
  expect(readFileSync(join(sandbox, 'stdout'), 'utf8')).toBe(`${user}\n`);
});
