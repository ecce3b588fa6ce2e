import { shapeOf } from '../../../../frameworks/chronos/core/jobs/shape';
import { newState } from '../../../../frameworks/chronos/core/state/state';
import { explainJob } from '../../../../frameworks/chronos/views/explain';
import { MESOS } from '../master-world';
import { RULES } from '../schedules';
import { SETTINGS, World } from '../world';

function reasonsAfter(members: object, play: (world: World) => void = () => undefined): readonly string[] {
  const world = new World();
  world.put('p', { schedule: 'R1/2026-12-03T00:00:00Z/P1D', retries: 0 });
  world.put('a', { command: 'true', ...members });
  play(world);
  const text = explainJob(world.state, world.entry('a'), RULES);
  return (JSON.parse(text) as { reasons: string[] }).reasons;
}

const DAILY = { schedule: 'R/2026-12-02T00:00:00Z/P1D' };
const NEXT = 'Its next slot is 2026-12-02T00:00:00.000Z.';

test.each([
  [DAILY, [NEXT]],
  [{ ...DAILY, disabled: true }, ['The job is disabled.', NEXT]],
  [{ ...DAILY, pausedReason: 'moving' }, ['The job is paused: moving.', NEXT]],
  [{ schedule: 'R0/2026-12-02T00:00:00Z/P1D' }, ['No repetitions of its schedule are left.']],
  [{ schedule: 'R1/2026-12-02T00:00:00Z/P' }, [NEXT]],
  [{ parents: ['p'] }, ["It waits for its parents: 'p' has not run."]],
])('the job %j is explained by %j', (members, reasons) => {
  expect(reasonsAfter(members)).toEqual(reasons);
});

test('runs are explained: those that wait, run, retry and follow', () => {
  const start = (world: World): void => void world.start('a');
  expect(reasonsAfter(DAILY, start)[0]).toBe(
    'Run a:1 has waited for an offer that fits since 2026-12-01T10:30:00.000Z.',
  );
  const place = (world: World): void => {
    start(world);
    world.place();
  };
  expect(reasonsAfter(DAILY, place)[0]).toBe(
    'Run a:1 has had a task on host since 2026-12-01T10:30:00.000Z.',
  );
  const fail = (world: World): void => {
    place(world);
    world.end('a', 'TASK_FAILED');
  };
  expect(reasonsAfter(DAILY, fail)[0]).toBe(
    'Run a:1 has attempt 2 at 2026-12-01T10:31:00.000Z, or as soon as an offer fits.',
  );
  const queue = (world: World): void => {
    place(world);
    world.advance(24 * 3_600_000);
  };
  expect(reasonsAfter({ ...DAILY, epsilon: 'P1D' }, queue)[1]).toBe('1 run waits for an earlier run to end.');
});

test('a child that is slower than its parent queues a bounded number of cycles, and says so', () => {
  const play = (world: World): void => {
    for (let cycle = 0; cycle < 12; cycle++) world.command('job.succeed', 'p');
  };
  expect(reasonsAfter({ parents: ['p'] }, play)).toContain(
    '11 runs wait for an earlier run to end; beyond 1000, further ones are skipped.',
  );
});

test('a run that was killed without a request is explained, until the job runs again', () => {
  const kill = (world: World): void => {
    world.start('a');
    world.place();
    world.end('a', 'TASK_KILLED');
  };
  expect(reasonsAfter(DAILY, kill)).toEqual([
    'Its last run a:1 was killed, and is not tried again: TASK_KILLED.',
    NEXT,
  ]);
  const again = (world: World): void => {
    kill(world);
    world.start('a');
  };
  expect(reasonsAfter(DAILY, again)[0]).toContain('Run a:2 has waited');
});

test('a job without a program says that its runs fail', () => {
  expect(reasonsAfter({ ...DAILY, command: '' })[0]).toBe(
    'It has no command, no container and no executor: its runs fail.',
  );
});

test('what the last offers lacked is a reason', () => {
  const state = newState({ ...SETTINGS, mesos: MESOS });
  const lacks = { 'has less than 9 cpus': 1, 'does not have rack EQUALS r1': 3 };
  if (state.mesos !== undefined) state.mesos.session.connected = true;
  const world = new World();
  world.put('a', { ...DAILY, command: 'true' });
  world.start('a');
  const { job } = world.entry('a').record;
  state.mesos?.waiting.lacks.set(shapeOf(job), new Map(Object.entries(lacks)));
  const { reasons } = JSON.parse(explainJob(state, world.entry('a'), RULES)) as { reasons: string[] };
  expect(reasons[0]).toContain(
    ': of the last offers, one has less than 9 cpus, each of 3 does not have rack EQUALS r1.',
  );
});

test('a failed parent and a quarantine are reasons', () => {
  const reasons = reasonsAfter({ parents: ['p'] }, (world) => {
    world.start('p');
    world.run('p', 'TASK_FAILED');
    world.state.quarantined.set('a', 'a cycle');
  });
  expect(reasons).toEqual(['The job is quarantined: a cycle.', "It waits for its parents: 'p' failed."]);
});
