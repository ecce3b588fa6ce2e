/** Both executors under seeded schedules of launches, kills, ends, checks, lost acknowledgements and kill -9 of the agent. */

import { Simulation } from './simulation';

const SEEDS = Number(process.env['EXECUTOR_SEEDS'] ?? 60);

test.each(['command', 'default'] as const)(
  'the %s executor ends each task once, whatever happens',
  (kind) => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const simulation = new Simulation(kind, seed);
      const violations = simulation.run(120);
      if (violations.length > 0)
        throw new Error(`seed ${seed}: ${violations.join('; ')}\n${simulation.journal.join('\n')}`);
    }
  },
);

test('the simulation sees an executor that saves its state only after it has announced it', () => {
  const seeds = Array.from({ length: SEEDS }, (_none, index) => index + 1);
  const found = seeds.filter((seed) => {
    const simulation = new Simulation('default', seed, { savesLate: true });
    return simulation.run(120).length > 0;
  });
  expect(found.length).toBeGreaterThan(0);
});
