/**
 * An agent that asks executors who they are: a custom executor finds its token in its environment, and a command task, whose
 * executor is in the agent's process, needs none.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskInfo } from '../../cluster/api/generated/mesos';
import { expectNothingLeft } from '../leftovers';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';
import { TaskScheduler, taskOn } from './task-scheduler';

const folder = mkdtempSync(join(tmpdir(), 'meseta-token-'));
const machine = new OneMachine();
let scheduler: TaskScheduler;
let agent = '';

beforeAll(async () => {
  writeFileSync(join(folder, 'key'), 'secret', { mode: 0o600 });
  const master = await machine.startMaster();
  const flags = ['--authenticate_http_executors', `--jwt_secret_key=${join(folder, 'key')}`];
  agent = (await machine.startAgent('one', ['--resources=cpus:2;mem:512;disk:1000', ...flags])).http.url;
  scheduler = new TaskScheduler(master.http.url);
  await scheduler.subscribe();
});

afterAll(async () => {
  await scheduler.call({ type: 'TEARDOWN' });
  scheduler.stop();
  await machine.stop();
  await expectNothingLeft({ root: folder });
  rmSync(folder, { recursive: true, force: true });
});

async function launch(id: string, more: Partial<TaskInfo>): Promise<void> {
  const offer = await scheduler.offer();
  await scheduler.launch(offer, taskOn(offer, id, '', more));
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
  const executor = { executor_id: { value: 'theirs' }, command: { value } };
  await launch('task', { executor, command: undefined });
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
  await launch('plain', { command: { value: 'test -z "$MESOS_EXECUTOR_AUTHENTICATION_TOKEN"' } });
  await scheduler.states('plain', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED');
});
