import fc from 'fast-check';
import type { HistoryEntry } from '../../../../frameworks/chronos/core/runs/run';
import { historyOf } from '../../../../frameworks/chronos/core/state/state';
import { chronosMachine } from '../../../../frameworks/chronos/core/step';
import { RULES } from '../schedules';
import { SETTINGS, World } from '../world';

const HOUR = 3_600_000;

test('a store that fails ends the leadership', () => {
  const world = new World();
  expect(world.send({ kind: 'store.failed', ticket: 1, reason: 'disk' })).toEqual([
    { kind: 'resign', reason: 'cannot store: disk' },
  ]);
});

test('a machine without jobs asks for no timer of slots', () => {
  const machine = chronosMachine(RULES);
  expect(machine.step(machine.init(SETTINGS), { kind: 'started', at: 0, stored: [] })).toEqual([
    { kind: 'wake', timer: 'retention', at: SETTINGS.ageMax + 1 },
  ]);
});

test('a slot is due at its time, and its run is stored before the launch', () => {
  const world = new World();
  world.put('a', { schedule: 'R2/2026-12-01T11:00:00Z/PT1H' });
  world.advance(30 * 60_000 - 1);
  expect(world.state.ready.size).toBe(0);
  world.advance(1);
  world.isDurable = false;
  world.place();
  expect(world.log).toEqual([]);
  world.isDurable = true;
  world.send({ kind: 'stored', ticket: world.state.outbox.inFlight ?? 0 });
  expect(world.log).toEqual(['launch a']);
});

const action = fc.oneof(
  fc.record({ kind: fc.constant('advance' as const), by: fc.integer({ min: 1, max: 3 * HOUR }) }),
  fc.record({ kind: fc.constant('outage' as const), by: fc.integer({ min: 1, max: 30 * HOUR }) }),
  fc.record({ kind: fc.constantFrom('place' as const, 'restart' as const), by: fc.constant(0) }),
  fc.record({ kind: fc.constant('end' as const), by: fc.nat({ max: 4 }) }),
  fc.record({ kind: fc.constantFrom('start' as const, 'kill' as const), by: fc.constant(0) }),
);
const definition = fc.record({
  count: fc.constantFrom('', '3', '40'),
  epsilon: fc.constantFrom('', 'PT10M', 'PT2H'),
  catchUp: fc.constantFrom(undefined, 'none', 'one', 'all'),
  concurrency: fc.constantFrom(undefined, 'allow', 'forbid', 'queue', 'replace'),
  retries: fc.nat({ max: 2 }),
});
const ENDS = ['TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED', 'TASK_LOST', 'TASK_GONE'] as const;

test('over any faults each slot has one outcome, and a count is never exceeded', () => {
  fc.assert(
    fc.property(definition, fc.array(action, { maxLength: 60 }), ({ count, ...members }, actions) => {
      const world = new World();
      world.put('a', { schedule: `R${count}/2026-12-01T11:00:00Z/PT37M`, ...members });
      for (const { kind, by } of actions) {
        if (kind === 'advance') world.advance(by);
        if (kind === 'outage') world.outage(by);
        if (kind === 'place') world.place();
        if (kind === 'restart') world.restart();
        if (kind === 'start') world.start('a');
        if (kind === 'kill') world.command('job.kill', 'a');
        if (kind === 'end') world.end('a', ENDS[by]);
      }
      const { record, active, queue } = world.entry('a');
      const history = historyOf(world.entry('a'));
      const counts = countOutcomes(history);
      const open = [...Object.values(active), ...queue].filter(({ cause }) => cause.kind === 'slot').length;
      const decided = Object.values(counts).reduce((sum, number) => sum + number, open);
      const { decided: until = 0, remaining } = record.timing?.progress ?? {};
      const first = Date.parse('2026-12-01T11:00:00Z');
      const passed = Math.max(0, Math.floor((until - first) / (37 * 60_000)) + 1);
      expect(decided).toBe(passed);
      if (count !== '') expect(decided - (counts['skipped'] ?? 0)).toBeLessThanOrEqual(Number(count));
      if (remaining !== undefined) expect(remaining).toBeGreaterThanOrEqual(0);
      const isIdle = Object.keys(active).length === 0 && !record.job.disabled && remaining !== 0;
      if (isIdle) expect(world.state.slots.positions.has('a')).toBe(true);
      const slots = history.flatMap((entry) =>
        entry.kind === 'run' && entry.run.cause.kind === 'slot' ? [entry.run.cause.slot] : [],
      );
      expect(new Set(slots).size).toBe(slots.length);
    }),
    { numRuns: 300 },
  );
});

/** The slots that have an outcome: how many, and how many of them ran. */
function countOutcomes(history: readonly HistoryEntry[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { ran: 0, 'caught up': 0, missed: 0, skipped: 0 };
  const add = (outcome: string, count: number): void => {
    counts[outcome] = (counts[outcome] ?? 0) + count;
  };
  for (const entry of history) {
    if (entry.kind === 'slots') add(entry.entry.kind, entry.entry.slots.count);
    else if (entry.run.cause.kind === 'slot') add(entry.run.cause.isCaughtUp ? 'caught up' : 'ran', 1);
  }
  return counts;
}
