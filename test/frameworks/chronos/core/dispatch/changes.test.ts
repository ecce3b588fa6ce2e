import { readingOf } from '../../jobs';
import { MasterWorld } from '../../master-world';
import { World } from '../../world';

const MINUTE = 60_000;

test('unknown, own and circular parents are refused with their names', () => {
  const world = new World();
  world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  world.put('b', { parents: ['a'] });
  const message = (name: string, parents: readonly string[]): unknown => {
    const outcome = world.put(name, { parents });
    return outcome?.ok === false && `${outcome.refusal.status} ${outcome.refusal.message}`;
  };
  expect(message('c', ['x'])).toBe("400 Job 'c' has unknown parents: 'x'");
  expect(message('c', ['c'])).toBe("400 Job 'c' cannot be a parent of itself");
  expect(message('a', ['b'])).toBe("400 Job 'a' would be in a cycle of parents: a <- b <- a");
  expect([...world.state.jobs.keys()]).toEqual(['a', 'b']);
});

test('a job is answered when it is stored, and is there at once', () => {
  const world = new World();
  world.isDurable = false;
  world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  expect([world.state.jobs.has('a'), world.answers]).toEqual([true, []]);
});

test('a deletion rewires children, kills tasks and tells the owners', () => {
  const world = new World();
  world.put('daily', { schedule: 'R/2026-12-01T10:00:00Z/P1D', scheduleTimeZone: 'UTC' });
  world.put('only', { parents: ['daily'], description: 'kept' });
  world.put('both', { parents: ['daily', 'only'] });
  world.place();
  expect(world.command('job.delete', 'daily')).toEqual({ ok: true, text: '' });
  expect(world.log).toEqual(['launch daily', 'kill daily', 'deleted daily']);
  expect(world.entry('only').record.job).toMatchObject({
    kind: 'scheduled',
    description: 'kept',
    scheduleTimeZone: 'UTC',
  });
  expect(world.entry('both').record.job).toMatchObject({ parents: ['only'] });
  expect(world.stored.has('job_daily')).toBe(false);
  expect([world.state.runs.size, world.state.tasks.size]).toEqual([0, 0]);
});

test('an unknown job is not found', () => {
  expect(new World().command('job.delete', 'x')).toMatchObject({
    refusal: { status: 400, message: "Job 'x' not found" },
  });
});

test('a job that is made again after its deletion is tried on offers anew', () => {
  const world = new MasterWorld().subscribe();
  world.put('a', { schedule: 'R1//PT1H', cpus: 64 });
  world.offer();
  expect(world.state.mesos?.waiting.lacks.size).toBe(1);
  world.send({ kind: 'job.delete', request: 2, name: 'a' });
  expect(world.state.mesos?.waiting.lacks.size).toBe(0);
});

test('a definition that was sent before starts nothing where that is asked for', () => {
  const world = new World();
  const put = (body: object): string => {
    const reading = readingOf({ name: 'a', schedule: 'R1//PT1H', command: 'true', ...body }, world.now);
    world.send({ kind: 'job.put', request: 1, reading, onlyIfChanged: true });
    const reply = world.answers.at(-1);
    return reply?.ok ? reply.text : 'refused';
  };
  const runs = (): string => {
    world.place();
    world.end('a');
    world.advance(1000);
    return world.log.splice(0).join(', ');
  };
  expect([put({}), runs()]).toEqual(['', 'launch a, disabled a: no repetitions left']);
  expect([put({}), runs()]).toEqual(['unchanged', '']);
  expect([put({ command: 'false' }), runs()]).toEqual(['', 'launch a, disabled a: no repetitions left']);
});

test.each([
  ['was sent with a date changes', { schedule: 'R1/2026-12-01T11:00:00.000Z/PT24H' }, ''],
  ['had none does not change', {}, 'unchanged'],
])('a job whose schedule %s without one, also after a restart', (_case, body, text) => {
  const world = new World();
  world.put('a', body);
  world.restart();
  const reading = readingOf({ name: 'a', command: world.entry('a').record.job.command }, world.now);
  world.send({ kind: 'job.put', request: 1, reading, onlyIfChanged: true });
  expect(world.answers.at(-1)).toMatchObject({ ok: true, text });
});

test('a run that waits is missed by the epsilon of a new definition', () => {
  const world = new World();
  const definition = { schedule: 'R1/2026-12-01T11:00:00Z/PT1H' };
  world.put('a', definition);
  world.advance(31 * MINUTE);
  expect(world.state.ready.size).toBe(1);
  world.put('a', { ...definition, schedule: 'R0/2026-12-01T11:00:00.000Z/PT1H', epsilon: 'PT5M' });
  world.advance(5 * MINUTE);
  expect([world.history('a'), world.state.ready.size]).toEqual([
    ['missed 1: no offer fitted within epsilon'],
    0,
  ]);
});
