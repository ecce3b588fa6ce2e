/**
 * Reservations and persistent volumes of a framework on a real agent, with feedback, over restarts of the agent.
 */

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource } from '../../cluster/api/generated/mesos';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';
import { TaskScheduler } from './task-scheduler';

let machine: OneMachine;
let scheduler: TaskScheduler;

beforeEach(async () => {
  machine = new OneMachine();
  const master = await machine.startMaster(['--allocation_interval=50ms']);
  await machine.startAgent('agent', ['--resources=cpus:1;mem:100;disk:1000']);
  const capabilities = [{ type: 'MULTI_ROLE' }, { type: 'RESERVATION_REFINEMENT' }];
  scheduler = new TaskScheduler(master.http.url, { roles: ['web'], capabilities });
  await scheduler.subscribe();
});
afterEach(async () => {
  scheduler.stop();
  await machine.stop();
});

const reserved: Resource = {
  name: 'disk',
  type: 'SCALAR',
  scalar: { value: 100 },
  allocation_info: { role: 'web' },
  reservations: [{ type: 'DYNAMIC', role: 'web' }],
};
const volume: Resource = {
  ...reserved,
  disk: { persistence: { id: 'v1' }, volume: { container_path: 'data', mode: 'RW' } },
};

async function operations(url: string): Promise<unknown[]> {
  const body = JSON.stringify({ type: 'GET_OPERATIONS' });
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const answer = await fetch(`${url}/api/v1`, { method: 'POST', body, headers });
  const { get_operations } = (await answer.json()) as { get_operations: { operations?: unknown[] } };
  return get_operations.operations ?? [];
}

it('are told when they are made, outlive the agent, and go with DESTROY alone', async () => {
  const folder = join(machine.folder, 'agent', 'volumes', 'roles', 'web', 'v1');
  const first = await scheduler.offer(({ name }) => name === 'disk');
  await scheduler.accept(
    first,
    { type: 'RESERVE', id: { value: 'r1' }, reserve: { resources: [reserved] } },
    { type: 'CREATE', id: { value: 'c1' }, create: { volumes: [volume] } },
  );
  await scheduler.finished('r1');
  await scheduler.finished('c1');
  expect(existsSync(folder)).toBe(true);
  writeFileSync(join(folder, 'file'), 'kept');
  const [agent] = machine.agents;
  await eventually(
    'acknowledged operations',
    async () => (await operations(agent?.http.url ?? '')).length === 0,
  );

  await machine.agents.shift()?.stop();
  expect(existsSync(join(folder, 'file'))).toBe(true);
  await machine.startAgent('agent', ['--resources=cpus:1;mem:100;disk:1000']);
  const second = await scheduler.offer(({ disk }) => disk?.persistence?.id === 'v1');
  await scheduler.accept(
    second,
    { type: 'DESTROY', id: { value: 'd1' }, destroy: { volumes: [volume] } },
    { type: 'UNRESERVE', id: { value: 'u1' }, unreserve: { resources: [reserved] } },
  );
  await scheduler.finished('d1');
  await scheduler.finished('u1');
  expect(existsSync(folder)).toBe(false);
});
