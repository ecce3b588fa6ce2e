import { addEntry, type History, trimHistory } from '../../../../../frameworks/chronos/core/runs/history';
import {
  packerOf,
  timeOfEntry,
  timeOfPacked,
} from '../../../../../frameworks/chronos/core/runs/packed-entry';
import {
  endRun,
  type HistoryEntry,
  newRun,
  type SlotEntry,
} from '../../../../../frameworks/chronos/core/runs/run';

function run(slot: number, isCaughtUp = false): HistoryEntry {
  const cause = { kind: 'slot', slot, isCaughtUp } as const;
  const started = newRun({ id: `r${slot}`, jobName: 'a', cause, createdAt: slot, arguments: '' });
  return { kind: 'run', run: endRun(started, { kind: 'success' }, slot + 10) };
}

function slots(first: number, last: number, count: number, kind: SlotEntry['kind'] = 'missed'): HistoryEntry {
  return {
    kind: 'slots',
    entry: { id: `a:${first}`, kind, slots: { first, last, count }, reason: 'late', decidedAt: last + 1 },
  };
}

const PACKER = packerOf('a', new Map());

function pack(...entries: readonly HistoryEntry[]): History {
  return entries.reduce((history, entry) => addEntry(history, entry, PACKER), [] as History);
}

const add = (...entries: readonly HistoryEntry[]): readonly HistoryEntry[] =>
  pack(...entries).map(PACKER.unpack);

test('the newest entry is first', () => {
  expect(add(run(1), run(2), slots(3, 3, 1)).map(timeOfEntry)).toEqual([4, 12, 11]);
});

test('slots in a row with the same outcome and reason are one entry', () => {
  expect(add(slots(1, 3, 3), slots(4, 9, 6))).toEqual([
    {
      kind: 'slots',
      entry: {
        id: 'a:1',
        kind: 'missed',
        slots: { first: 1, last: 9, count: 9 },
        reason: 'late',
        decidedAt: 10,
      },
    },
  ]);
  expect(add(slots(1, 3, 3), slots(4, 9, 6, 'skipped'))).toHaveLength(2);
  expect(add(slots(1, 3, 3), run(4), slots(5, 5, 1))).toHaveLength(3);
});

test('entries of this moment stay until the next one, so that none is forgotten before it is stored', () => {
  const history = pack(run(1), slots(10, 20, 2), slots(12, 20, 3, 'skipped'), run(11));
  expect(trimHistory(history, { countMax: 1, ageMax: 1000 }, 21).map(timeOfPacked)).toEqual([21, 21, 21]);
  expect(trimHistory(history, { countMax: 1, ageMax: 1000 }, 22).map(timeOfPacked)).toEqual([21]);
});

test('a history is bounded by number and by age, but the newest run stays', () => {
  const history = pack(run(1), run(2), run(3), slots(100, 100, 1));
  expect(trimHistory(history, { countMax: 4, ageMax: 1000 }, 110)).toBe(history);
  expect(trimHistory(history, { countMax: 2, ageMax: 1000 }, 110).map(timeOfPacked)).toEqual([101, 13]);
  expect(trimHistory(history, { countMax: 9, ageMax: 10 }, 500).map(timeOfPacked)).toEqual([13]);
  expect(trimHistory([], { countMax: 2, ageMax: 1000 }, 110)).toEqual([]);
});
