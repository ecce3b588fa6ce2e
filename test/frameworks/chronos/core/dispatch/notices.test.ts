import { SETTINGS, World } from '../../world';

const HOUR = 3_600_000;

/** A job with a run that goes on, and a second one that is due. */
function worldWithWaitingRun(members: object): World {
  const world = new World({ ...SETTINGS, ...members });
  world.put('a', { schedule: 'R/2026-12-01T11:00:00Z/PT1H', concurrency: 'queue' });
  world.advance(HOUR);
  world.place();
  world.end('a', 'TASK_RUNNING');
  world.advance(HOUR);
  return world;
}

describe('a run that waits for an earlier one', () => {
  it('is overdue after the time of the settings', () => {
    const world = worldWithWaitingRun({ overdueAfter: 120_000 });
    expect(world.log.filter((line) => line.startsWith('overdue'))).toEqual([
      'overdue a: it has waited 120 s for an offer that fits',
      'overdue a: it has waited 120 s for the end of an earlier run',
    ]);
  });

  it('is not told of without that time', () => {
    const world = worldWithWaitingRun({});
    expect(world.log.filter((line) => line.startsWith('overdue'))).toEqual([]);
  });
});

describe('a run that has been launched', () => {
  it('is not overdue', () => {
    const world = new World({ ...SETTINGS, overdueAfter: 120_000 });
    world.put('a', { schedule: 'R1/2026-12-01T11:00:00Z/PT1H' });
    world.start('a');
    world.place();
    world.advance(60_000);
    expect(world.log).toEqual(['launch a']);
  });
});
