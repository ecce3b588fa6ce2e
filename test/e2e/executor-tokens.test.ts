/**
 * An agent that asks executors who they are: a custom executor finds its token in its environment, and a command task, whose
 * executor is in the agent's process, needs none.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Offer, Resource, TaskInfo } from '../../cluster/api/generated/mesos';
import { eventually } from './eventually';
import { JsonScheduler } from './json-scheduler';
import { OneMachine } from './one-machine';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'meseta-token-'));
const machine = new OneMachine();
let scheduler: JsonScheduler;
let agent = '';

beforeAll(async () => {
  writeFileSync(join(folder, 'key'), 'secret', { mode: 0o600 });
  const master = await machine.startMaster();
  const flags = ['--authenticate_http_executors', `--jwt_secret_key=${join(folder, 'key')}`];
  agent = (await machine.startAgent('one', ['--resources=cpus:2;mem:512;disk:1000', ...flags])).http.url;
  scheduler = new JsonScheduler(master.http.url);
  await scheduler.subscribe();
});

afterAll(async () => {
  await scheduler.call({ type: 'TEARDOWN' });
  scheduler.stop();
  await machine.stop();
  rmSync(folder, { recursive: true, force: true });
});

const scalar = (name: string, value: number): Resource => ({ name, type: 'SCALAR', scalar: { value } });

async function launch(task: Partial<TaskInfo>): Promise<Offer> {
  const { offers } = await scheduler.event('OFFERS');
  const [offer] = offers?.offers ?? [];
  if (!offer) throw new Error('an empty offer');
  scheduler.events.length = 0;
  const info: TaskInfo = {
    name: 'task',
    task_id: { value: 'task' },
    agent_id: offer.agent_id,
    resources: [scalar('cpus', 0.1), scalar('mem', 32)],
    ...task,
  };
  const operations = [{ type: 'LAUNCH', launch: { task_infos: [info] } }] as const;
  const filters = { refuse_seconds: 0 };
  await scheduler.call({ type: 'ACCEPT', accept: { offer_ids: [offer.id], operations, filters } });
  return offer;
}

const call = (headers: Record<string, string>, body: object = {}) =>
  fetch(`${agent}/api/v1/executor`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      framework_id: { value: scheduler.frameworkId },
      executor_id: { value: 'theirs' },
      type: 'HEARTBEAT',
      ...body,
    }),
  });

it('gives a custom executor a token, with which alone it is believed', async () => {
  const file = join(folder, 'token');
  const value = `printf %s "$MESOS_EXECUTOR_AUTHENTICATION_TOKEN" > ${file}.new; mv ${file}.new ${file}; sleep 300`;
  await launch({ executor: { executor_id: { value: 'theirs' }, command: { value } } });
  await eventually('the token', () => existsSync(file));
  const authorization = `Bearer ${readFileSync(file, 'utf8')}`;
  expect((await call({})).status).toBe(401);
  expect((await call({ authorization: 'Bearer a.b.c' })).status).toBe(401);
  expect((await call({ authorization })).status).toBe(202);
  const subscription = await call({ authorization }, { type: 'SUBSCRIBE', subscribe: {} });
  expect(subscription.status).toBe(200);
  const status = { task_id: { value: 'task' }, state: 'TASK_RUNNING', source: 'SOURCE_EXECUTOR' };
  const update = { status: { ...status, uuid: 'AAAAAAAAQACAAAAAAAAAAA==' } };
  expect((await call({ authorization }, { type: 'UPDATE', update })).status).toBe(202);
  await scheduler.update('task', 'TASK_RUNNING');
  await subscription.body?.cancel();
});

it('runs command tasks, which have no token', async () => {
  const task_id = { value: 'plain' };
  await launch({ task_id, command: { value: 'test -z "$MESOS_EXECUTOR_AUTHENTICATION_TOKEN"' } });
  await scheduler.update('plain', 'TASK_STARTING');
  await scheduler.update('plain', 'TASK_RUNNING');
  await scheduler.update('plain', 'TASK_FINISHED');
});
