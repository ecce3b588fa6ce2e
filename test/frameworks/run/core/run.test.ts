import type {
  Offer,
  Resource,
  TaskInfo,
  TaskState,
  TaskStatus,
} from '../../../../cluster/api/generated/mesos';
import type { RunPlan } from '../../../../frameworks/run/core/plan';
import {
  disconnected,
  endOf,
  frameworkOf,
  newRun,
  type Run,
  type RunEffect,
  received,
  subscribed,
} from '../../../../frameworks/run/core/run';

const allocation_info = { role: 'web' };
const scalar = (name: string, value: number, more: Partial<Resource> = {}): Resource => ({
  name,
  type: 'SCALAR',
  scalar: { value },
  ...more,
});
const ports = (begin: number, end: number): Resource => ({
  name: 'ports',
  type: 'RANGES',
  ranges: { range: [{ begin, end }] },
});
const taskOf = (id: string, ...resources: Resource[]): TaskInfo => ({
  name: id,
  task_id: { value: id },
  agent_id: { value: '' },
  resources,
});
const offerOf = (...resources: Resource[]): Offer => ({
  id: { value: 'o' },
  framework_id: { value: 'F' },
  agent_id: { value: 'A' },
  hostname: 'h',
  allocation_info,
  resources: resources.map((resource) => ({ ...resource, allocation_info })),
});
const reserved = { role: 'web' };

function started(tasks: readonly TaskInfo[], more: Partial<RunPlan> = {}): Run {
  const framework = { user: 'u', name: 'n', role: 'web' };
  const run = newRun({ framework, tasks, group: undefined, killAfterMs: undefined, ...more });
  subscribed(run, { framework_id: { value: 'F' } });
  return run;
}

const offered = (run: Run, offer: Offer) => received(run, { type: 'OFFERS', offers: { offers: [offer] } });
const update = (run: Run, id: string, state: TaskState, more: Partial<TaskStatus> = {}) =>
  received(run, {
    type: 'UPDATE',
    update: { status: { task_id: { value: id }, state, agent_id: { value: 'A' }, uuid: 'VQ==', ...more } },
  });
const calls = (effects: readonly RunEffect[]) =>
  effects.flatMap((effect) => (effect.kind === 'call' ? [effect.call.type] : []));
const lines = (effects: readonly RunEffect[]) =>
  effects.flatMap((effect) => (effect.kind === 'line' ? [effect.text] : []));

it('launches on the first offer that has enough, from reserved resources first', () => {
  const run = started([taskOf('t', scalar('cpus', 1), ports(8000, 8001))]);
  expect(calls(offered(run, offerOf(scalar('cpus', 0.5), ports(1, 9000))))).toEqual(['DECLINE']);
  expect(calls(offered(run, offerOf(scalar('cpus', 2))))).toEqual(['DECLINE']);
  const offer = offerOf(scalar('cpus', 2), scalar('cpus', 0.4, reserved), ports(8000, 9000));
  const effects = offered(run, offer);
  expect(calls(effects)).toEqual(['ACCEPT', 'SUPPRESS']);
  expect(lines(effects)).toEqual(["Submitted task 't' to agent 'A'"]);
  const [accept] = effects.flatMap((effect) => (effect.kind === 'call' ? [effect.call.accept] : []));
  const [task] = accept?.operations?.[0]?.launch?.task_infos ?? [];
  expect(task?.agent_id).toEqual({ value: 'A' });
  expect(task?.resources?.map(({ name, role = '*', scalar: amount }) => [name, role, amount?.value])).toEqual(
    [
      ['cpus', 'web', 0.4],
      ['cpus', '*', 0.6],
      ['ports', '*', undefined],
    ],
  );
  expect(calls(offered(run, offer))).toEqual(['DECLINE']);
});

it('needs room for the executor of a group, too', () => {
  const run = started([taskOf('a', scalar('cpus', 1)), taskOf('b', scalar('cpus', 1))], {
    group: { container: undefined },
  });
  const disk = scalar('disk', 100);
  expect(calls(offered(run, offerOf(scalar('cpus', 2), scalar('mem', 64), disk)))).toEqual(['DECLINE']);
  expect(lines(offered(run, offerOf(scalar('cpus', 3), scalar('mem', 64), disk)))).toEqual([
    "Submitted task group with tasks [ a, b ] to agent 'A'",
  ]);
});

it.each<[TaskState, number]>([
  ['TASK_FINISHED', 0],
  ['TASK_FAILED', 1],
])('acknowledges what it is told, and after %s ends with %i', (state, status) => {
  const run = started([taskOf('t', scalar('cpus', 1))]);
  offered(run, offerOf(scalar('cpus', 1)));
  const running = update(run, 't', 'TASK_RUNNING', { source: 'SOURCE_EXECUTOR', healthy: true });
  expect(calls(running)).toEqual(['ACKNOWLEDGE']);
  expect(lines(running)).toEqual([
    "Received status update TASK_RUNNING for task 't'",
    '  source: SOURCE_EXECUTOR',
    '  healthy?: true',
  ]);
  expect(disconnected(run)).toEqual([]);
  expect(calls(update(run, 't', state))).toEqual(['ACKNOWLEDGE', 'TEARDOWN']);
  expect(calls(update(run, 't', state))).toEqual(['ACKNOWLEDGE']);
  expect(disconnected(run)).toEqual([{ kind: 'end', status }]);
});

it('kills a task some time after it runs, and waits for all of a group', () => {
  const tasks = [taskOf('a', scalar('cpus', 1)), taskOf('b', scalar('cpus', 1))];
  const run = started(tasks, { killAfterMs: 10 });
  const later = update(run, 'a', 'TASK_RUNNING').find(({ kind }) => kind === 'killLater');
  expect(later).toMatchObject({ call: { type: 'KILL', kill: { task_id: { value: 'a' } } } });
  expect(update(run, 'a', 'TASK_RUNNING').some(({ kind }) => kind === 'killLater')).toBe(false);
  expect(calls(update(run, 'a', 'TASK_KILLED'))).toEqual(['ACKNOWLEDGE']);
  expect(calls(update(run, 'b', 'TASK_FINISHED'))).toContain('TEARDOWN');
  expect(endOf(run)).toEqual({ kind: 'end', status: 1 });
});

it('comes back as the same framework, and ends with an error of the master', () => {
  const run = started([]);
  expect(frameworkOf(run).id).toEqual({ value: 'F' });
  expect(received(run, { type: 'ERROR', error: { message: 'gone' } })).toEqual([
    { kind: 'line', text: 'Received an ERROR event: gone' },
    { kind: 'end', status: 1 },
  ]);
});
