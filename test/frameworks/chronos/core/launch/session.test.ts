import { historyOf } from '../../../../../frameworks/chronos/core/state/state';
import { MasterWorld } from '../../master-world';

const NOW_ONCE = { schedule: 'R1//PT1H' };

/** A world with a job whose task is launched. */
function launched(): MasterWorld {
  const world = new MasterWorld().subscribe();
  world.put('a', NOW_ONCE);
  world.offer();
  world.calls();
  return world;
}

test('the framework id is stored, and a later process subscribes with it', () => {
  const world = new MasterWorld().subscribe('F7');
  expect(world.infos.map(({ id }) => id?.value)).toEqual([undefined, 'F7']);
  const text = world.stored.get('framework') ?? '';
  const again = new MasterWorld([{ name: 'framework', text }]);
  expect(again.infos[0]?.id).toEqual({ value: 'F7' });
});

test('an update is acknowledged once its changes are stored', () => {
  const world = launched();
  world.isDurable = false;
  world.update(world.task, 'TASK_RUNNING', 'u1');
  expect(world.types()).toEqual([]);
  world.commit();
  expect(world.calls()[0]?.acknowledge).toMatchObject({ uuid: 'u1' });
});

test('live tasks are reconciled at once after a subscription, and again until the master tells their state', () => {
  const world = launched();
  world.send({ kind: 'scheduler.disconnected', reason: 'reset' });
  world.subscribe();
  const [reconcile] = world.calls().filter(({ type }) => type === 'RECONCILE');
  expect(reconcile?.reconcile?.tasks).toMatchObject([{ task_id: { value: world.task } }]);
  world.advance(1000);
  expect(world.types()).toContain('RECONCILE');
  world.update(world.task, 'TASK_RUNNING');
  world.calls();
  world.advance(2000);
  expect(world.types()).not.toContain('RECONCILE');
});

test('a launch that the master does not know is repeated for the same slot', () => {
  const world = launched();
  const first = world.task;
  world.send({ kind: 'scheduler.disconnected', reason: 'reset' });
  world.subscribe();
  world.update(first, 'TASK_DROPPED');
  world.offer();
  expect(world.task).not.toBe(first);
  expect(world.state.jobs.get('a')?.active['a:1']?.attempts).toHaveLength(1);
});

test('a refused launch is asked for, and launched again only if the master does not know it', () => {
  const world = new MasterWorld().subscribe();
  world.put('a', NOW_ONCE);
  world.calls();
  world.offer();
  const call = world.accepted();
  const { task } = world;
  if (call) world.send({ kind: 'scheduler.refused', call, reason: 'the connection broke' });
  expect(world.task).toBe(task);
  world.advance(1000);
  expect(world.types()).toContain('RECONCILE');
});

test('a refused reconciliation is repeated after ten seconds', () => {
  const world = launched();
  world.update(world.task, 'TASK_RUNNING');
  world.advance(16_000);
  world.calls();
  const call = { type: 'RECONCILE', reconcile: {} } as const;
  world.send({ kind: 'scheduler.refused', call, reason: 'HTTP 503' });
  world.advance(9999);
  expect(world.types()).not.toContain('RECONCILE');
  world.advance(1);
  expect(world.types()).toEqual(['RECONCILE', 'RECONCILE']);
});

test('a removed framework subscribes as a new one, and its tasks are lost', () => {
  const world = launched();
  world.send({ kind: 'scheduler.error', message: 'Framework has been removed' });
  expect(world.infos.at(-1)?.id).toBeUndefined();
  expect(world.task).toBe('');
  expect(world.stored.get('framework')).toBe('');
});

test('a framework id that another Chronos has taken over is given up', () => {
  const world = launched();
  world.send({ kind: 'scheduler.error', message: 'Framework failed over' });
  expect(world.resigned).toEqual(['another Chronos has taken over this framework id']);
});

test('a task that runs without its run is killed', () => {
  const world = launched();
  const { task } = world;
  world.send({ kind: 'job.delete', request: 2, name: 'a' });
  expect(world.types()).toContain('KILL');
  world.update(task, 'TASK_KILLED');
  world.advance(60_000);
  expect(world.state.mesos?.kills.size).toBe(0);
});

test.each(['TASK_FAILED', 'TASK_LOST', 'TASK_GONE', 'TASK_DROPPED', 'TASK_UNKNOWN'] as const)(
  'a task whose kill was asked for is not tried again after %s, and its kill is not repeated',
  (state) => {
    const world = launched();
    world.send({ kind: 'job.kill', request: 2, name: 'a' });
    world.update(world.task, state);
    const job = world.state.jobs.get('a');
    const [entry] = job ? historyOf(job) : [];
    expect(entry).toMatchObject({ kind: 'run', run: { end: { kind: 'killed' } } });
    expect(world.state.ready.size + world.state.runs.size).toBe(0);
    expect(world.state.mesos?.kills.size).toBe(0);
  },
);

test('a process that starts again repeats the kills that were asked for', () => {
  const world = launched();
  world.send({ kind: 'job.kill', request: 2, name: 'a' });
  const stored = [...world.stored].map(([name, text]) => ({ name, text }));
  const again = new MasterWorld(stored.filter(({ text }) => text !== '')).subscribe();
  expect(again.calls().find(({ type }) => type === 'KILL')?.kill?.task_id).toEqual({ value: world.task });
});

test('a removed framework repeats no kill', () => {
  const world = launched();
  world.send({ kind: 'job.kill', request: 2, name: 'a' });
  world.send({ kind: 'scheduler.error', message: 'Framework has been removed' });
  expect(world.state.mesos?.kills.size).toBe(0);
});
