import { stateOf } from '../../../../frameworks/chronos/views/job-state';
import { World } from '../world';

const DAILY = { schedule: 'R/2027-01-01T00:00:00Z/P1D' };

function stateAfter(members: object, play: (world: World) => void): string {
  const world = new World();
  world.put('a', { ...DAILY, ...members });
  play(world);
  return stateOf(world.entry('a'));
}

test('a job is idle, queued and running in turn', () => {
  expect(stateAfter({}, () => undefined)).toBe('idle');
  expect(stateAfter({}, (world) => world.start('a'))).toBe('queued');
  const place = (world: World): void => {
    world.start('a');
    world.place();
  };
  expect(stateAfter({}, place)).toBe('1 running');
});

test('a job shows how many of its tasks run', () => {
  const state = stateAfter({ concurrent: true }, (world) => {
    world.start('a');
    world.start('a');
    world.place();
  });
  expect(state).toBe('2 running');
});

test('a job that waits for its retry is queued', () => {
  const state = stateAfter({}, (world) => {
    world.start('a');
    world.run('a', 'TASK_FAILED');
  });
  expect(state).toBe('queued');
});
