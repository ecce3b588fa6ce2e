import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProcesses } from '../../cluster/runtime/processes';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';
import { scalar, TaskScheduler, taskOn } from './task-scheduler';

let machine: OneMachine;
let scheduler: TaskScheduler;

beforeEach(async () => {
  machine = new OneMachine();
  const master = await machine.startMaster();
  await machine.startAgent();
  scheduler = new TaskScheduler(master.http.url, { failover_timeout: 60, checkpoint: true });
});

afterEach(async () => {
  scheduler.stop();
  await machine.stop();
});

function sandboxOf(
  page: { frameworks: { executors: { id: string; directory: string }[] }[] },
  id: string,
): string {
  const executor = page.frameworks
    .flatMap(({ executors }) => executors)
    .find((candidate) => candidate.id === id);
  if (!executor) throw new Error(`no executor ${id}`);
  return executor.directory;
}

async function json<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

test('a shell task and an argv task run, write to their sandboxes and finish', async () => {
  await scheduler.subscribe();
  const offer = await scheduler.offer();
  const greeting = { environment: { variables: [{ name: 'GREETING', value: 'good day' }] } };
  await scheduler.launch(
    offer,
    taskOn(offer, 'shell', '', { command: { value: 'echo $GREETING; echo oops >&2; sleep 1', ...greeting } }),
    taskOn(offer, 'argv', '', {
      command: { shell: false, value: '/bin/echo', arguments: ['echo', '$GREETING', 'a b'] },
    }),
  );
  await scheduler.update('shell', 'TASK_STARTING');
  const running = await scheduler.update('shell', 'TASK_RUNNING');
  expect(running.source).toBe('SOURCE_EXECUTOR');
  expect(running.container_status?.network_infos?.[0]?.ip_addresses?.[0]?.ip_address).toBe('127.0.0.1');
  const [used] = await json<{ executor_id: string; statistics: Record<string, number> }[]>(
    `${machine.agents[0]?.http.url}/monitor/statistics`,
  );
  // The task's, and what the command executor itself needs.
  expect(used).toMatchObject({ statistics: { cpus_limit: 0.2, mem_limit_bytes: 64 * 1024 * 1024 } });
  expect(used?.statistics['processes']).toBeGreaterThan(0);
  expect(used?.statistics['mem_rss_bytes']).toBeGreaterThan(0);
  const page = await json<never>(`${machine.agents[0]?.http.url}/state`);
  const sandbox = sandboxOf(page, 'shell');
  expect((await scheduler.update('shell', 'TASK_FINISHED')).message).toBe('Command exited with status 0');
  expect(readFileSync(join(sandbox, 'stdout'), 'utf8')).toBe('good day\n');
  expect(readFileSync(join(sandbox, 'stderr'), 'utf8')).toBe('oops\n');
  for (const state of ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED'])
    await scheduler.update('argv', state);
  const state = await json<{ frameworks: { completed_tasks: { id: string; state: string }[] }[] }>(
    `${machine.master?.http.url}/state`,
  );
  const completed = await eventually('both tasks completed', async () => {
    const { frameworks } = await json<typeof state>(`${machine.master?.http.url}/state`);
    return frameworks[0]?.completed_tasks.length === 2 ? frameworks[0].completed_tasks : undefined;
  });
  expect(completed.map((task) => `${task.id} ${task.state}`).sort()).toEqual([
    'argv TASK_FINISHED',
    'shell TASK_FINISHED',
  ]);
});

test('a kill ends the whole process group, and what ignores SIGTERM after its grace', async () => {
  await scheduler.subscribe();
  const offer = await scheduler.offer();
  await scheduler.launch(offer, taskOn(offer, 'stubborn', 'trap "" TERM; sleep 1000 & sleep 1000'));
  await scheduler.states('stubborn', 'TASK_STARTING', 'TASK_RUNNING');
  const mine = (): number[] => findProcesses('MESOS_SANDBOX', (value) => value.startsWith(machine.folder));
  await eventually('its processes', () => mine().length >= 2);
  const kill_policy = { grace_period: { nanoseconds: 200_000_000 } };
  await scheduler.call({ type: 'KILL', kill: { task_id: { value: 'stubborn' }, kill_policy } });
  const killed = await scheduler.update('stubborn', 'TASK_KILLED');
  expect(killed.message).toBe('Command terminated with signal Killed');
  expect(mine()).toEqual([]);
});

test('what goes wrong with a launch is told with a reason', async () => {
  await scheduler.subscribe();
  const offer = await scheduler.offer();
  const greedy = taskOn(offer, 'greedy', 'true');
  const resources = [scalar('cpus', 10_000)];
  await scheduler.launch(
    offer,
    { ...greedy, resources },
    taskOn(offer, 'missing', '', { command: { shell: false, value: '/no/such/program' } }),
    taskOn(offer, 'failing', 'exit 3'),
    taskOn(offer, 'fetching', '', { command: { value: 'true', uris: [{ value: '/no/such/file' }] } }),
    taskOn(offer, '../evil', 'true'),
  );
  expect((await scheduler.update('greedy', 'TASK_ERROR')).message).toContain('is more than available');
  expect((await scheduler.update('../evil', 'TASK_ERROR')).message).toBe(
    "'../evil' contains invalid characters",
  );
  expect((await scheduler.update('missing', 'TASK_FAILED')).message).toContain(
    "Failed to execute '/no/such/program'",
  );
  await scheduler.states('failing', 'TASK_STARTING', 'TASK_RUNNING');
  expect((await scheduler.update('failing', 'TASK_FAILED')).message).toBe('Command exited with status 3');
  expect((await scheduler.update('fetching', 'TASK_FAILED')).message).toContain('Failed to fetch all URIs');
});

test('an update is sent again until it is acknowledged, and reconciliation answers meanwhile', async () => {
  scheduler.acknowledgesAll = false;
  await scheduler.subscribe();
  const offer = await scheduler.offer();
  await scheduler.launch(offer, taskOn(offer, 'once', 'sleep 1000'));
  await scheduler.event('UPDATE', ({ update }) => update?.status.state === 'TASK_STARTING');
  await scheduler.call({ type: 'RECONCILE', reconcile: { tasks: [] } });
  const answer = await scheduler.event(
    'UPDATE',
    ({ update }) => update?.status.reason === 'REASON_RECONCILIATION',
  );
  expect(answer.update?.status).toMatchObject({
    state: 'TASK_STARTING',
    message: 'Reconciliation: Latest task state',
  });
  expect(answer.update?.status.uuid).toBeUndefined();
  const unknown = { task_id: { value: 'nobody' }, agent_id: offer.agent_id };
  await scheduler.call({ type: 'RECONCILE', reconcile: { tasks: [unknown] } });
  const lost = await scheduler.event('UPDATE', ({ update }) => update?.status.task_id.value === 'nobody');
  expect(lost.update?.status.state).toBe('TASK_LOST');
});

test('stopping the agent leaves no process behind, not even one that left its session', async () => {
  await scheduler.subscribe();
  const offer = await scheduler.offer();
  await scheduler.launch(offer, taskOn(offer, 'daemon', 'setsid sleep 1000 & sleep 1000'));
  await scheduler.states('daemon', 'TASK_STARTING', 'TASK_RUNNING');
  const mine = (): number[] => findProcesses('MESOS_EXECUTOR_ID', (value) => value === 'daemon');
  await eventually('its processes', () => mine().length >= 3);
  await machine.agents.splice(0)[0]?.stop();
  expect(mine()).toEqual([]);
});

test('calls from a wrong stream and from unknown frameworks are refused as Mesos does', async () => {
  await scheduler.subscribe();
  const master = machine.master?.http.url;
  const send = (headers: Record<string, string>, body: unknown): Promise<Response> =>
    fetch(`${master}/api/v1/scheduler`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const revive = { type: 'REVIVE', framework_id: { value: scheduler.frameworkId } };
  expect((await send({}, revive)).status).toBe(400);
  expect((await send({ 'mesos-stream-id': 'other' }, revive)).status).toBe(400);
  const unknown = await send(
    { 'mesos-stream-id': 'other' },
    { type: 'REVIVE', framework_id: { value: 'nobody' } },
  );
  expect([unknown.status, await unknown.text()]).toEqual([400, 'Framework cannot be found']);
  expect((await send({}, { type: 'ACCEPT' })).status).toBe(400);
  expect((await send({ 'content-type': 'text/plain' }, revive)).status).toBe(415);
  expect((await fetch(`${master}/api/v1/scheduler`)).status).toBe(405);
});
