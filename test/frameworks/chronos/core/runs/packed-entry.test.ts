import fc from 'fast-check';
import {
  idOfEntry,
  idOfPacked,
  isPackedRun,
  type Places,
  packerOf,
  timeOfEntry,
  timeOfPacked,
} from '../../../../../frameworks/chronos/core/runs/packed-entry';
import type { Attempt, AttemptEnd, HistoryEntry, Run } from '../../../../../frameworks/chronos/core/runs/run';
import { sandboxPage } from '../../../../../frameworks/chronos/core/runs/sandbox';
import { printTaskId } from '../../../../../frameworks/chronos/core/runs/task-id';

const time = fc.integer({ min: 0, max: 4e12 });
const perhaps = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const end: fc.Arbitrary<AttemptEnd> = fc.oneof(
  fc.constant({ kind: 'success' } as const),
  fc.record({ kind: fc.constantFrom('failure' as const, 'killed' as const), reason: fc.string() }),
);

const attempt: fc.Arbitrary<Attempt> = fc.record({
  taskId: fc.oneof(
    fc
      .record({ millis: time, attempt: fc.nat(9), name: fc.constantFrom('a', 'b'), arguments: fc.string() })
      .map(printTaskId),
    fc.string(),
  ),
  number: fc.nat(9),
  launchedAt: time,
  startedAt: perhaps(time),
  endedAt: perhaps(time),
  end: perhaps(end),
  agentId: perhaps(fc.string()),
  hostname: perhaps(fc.string()),
  exitCode: perhaps(fc.integer({ min: 0, max: 255 })),
  sandbox: fc.constant(undefined),
  output: perhaps(fc.string()),
  isTimedOut: fc.boolean(),
  isKilled: fc.boolean(),
  elementsProcessed: fc.nat(),
  launcherEndedAt: perhaps(time),
});

const inSandbox = fc.tuple(attempt, fc.constantFrom('none', 'task', 'job')).map(([value, executor]) => {
  const executorId = executor === 'job' ? 'a' : value.taskId;
  const place = { agentUrl: 'http://h:5051', frameworkId: 'F1', executorId };
  return { ...value, sandbox: executor === 'none' ? undefined : sandboxPage(place) };
});

const run: fc.Arbitrary<Run> = fc.record({
  id: fc.oneof(
    fc.nat().map((number) => `a:${number}`),
    fc.constant('other:7'),
    fc.string(),
  ),
  jobName: fc.constant('a'),
  cause: fc.oneof(
    fc.record({ kind: fc.constant('slot' as const), slot: time, isCaughtUp: fc.boolean() }),
    fc.record({ kind: fc.constant('parents' as const), cycle: fc.nat(), runIds: fc.array(fc.string()) }),
    fc.constant({ kind: 'manual' } as const),
  ),
  createdAt: time,
  arguments: fc.string(),
  attempts: fc.array(inSandbox, { maxLength: 3 }),
  nextAttemptAt: perhaps(time),
  end: perhaps(end),
  endedAt: perhaps(time),
  isBeside: fc.boolean(),
});

const slots = fc.record({
  id: fc.nat().map((number) => `a:${number}`),
  kind: fc.constantFrom('missed' as const, 'skipped' as const),
  slots: fc.record({ first: time, last: time, count: fc.nat() }),
  reason: fc.string(),
  decidedAt: time,
});

const anyEntry: fc.Arbitrary<HistoryEntry> = fc.oneof(
  run.map((value): HistoryEntry => ({ kind: 'run', run: value })),
  slots.map((entry): HistoryEntry => ({ kind: 'slots', entry })),
);

test('what is unpacked is what was packed, and its id, kind and time are known before', () => {
  const { pack, unpack } = packerOf('a', new Map());
  fc.assert(
    fc.property(anyEntry, (entry) => {
      const packed = pack(entry);
      expect(unpack(packed)).toEqual(entry);
      expect(idOfPacked('a', packed)).toBe(idOfEntry(entry));
      expect([isPackedRun(packed), timeOfPacked(packed)]).toEqual([entry.kind === 'run', timeOfEntry(entry)]);
    }),
  );
});

/** A run as most are: for a slot, on one of a few agents. */
function usualRun(number: number): HistoryEntry {
  const slot = 1_796_000_000_000 + number * 60_000;
  const taskId = printTaskId({ millis: slot + 20, attempt: 0, name: 'team.job', arguments: '' });
  const agent = `7f1c2d3e-0000-4000-8000-000000000000-S${number % 3}`;
  const frameworkId = '7f1c2d3e-0000-4000-8000-000000000000-0001';
  const sandbox = sandboxPage({ agentUrl: `http://${agent}:5051`, frameworkId, executorId: taskId });
  const success = { kind: 'success' } as const;
  return {
    kind: 'run',
    run: {
      id: `team.job:${number}`,
      jobName: 'team.job',
      cause: { kind: 'slot', slot, isCaughtUp: false },
      createdAt: slot + 10,
      arguments: '',
      attempts: [
        {
          taskId,
          number: 0,
          launchedAt: slot + 20,
          startedAt: slot + 900,
          endedAt: slot + 5000,
          end: success,
          agentId: agent,
          hostname: agent,
          exitCode: 0,
          sandbox,
          output: undefined,
          isTimedOut: false,
          isKilled: false,
          elementsProcessed: 0,
          launcherEndedAt: undefined,
        },
      ],
      nextAttemptAt: undefined,
      end: success,
      endedAt: slot + 5000,
      isBeside: false,
    },
  };
}

test('the text of a usual run is short, and the runs on one agent share its place', () => {
  const places: Places = new Map();
  const { pack, unpack } = packerOf('team.job', places);
  const packed = Array.from({ length: 30 }, (_, number) => pack(usualRun(number)));
  expect(Math.max(...packed.map(({ text }) => text.length))).toBeLessThan(100);
  expect([places.size, new Set(packed.map((entry) => entry.places)).size]).toEqual([3, 3]);
  expect(packed.map(unpack)).toEqual(packed.map((_, number) => usualRun(number)));
});
