/** Processes that are no children of ours: watched by id and start time, so that a reused id is noticed. */

import { startedAt } from '../../../cluster/runtime/process-start';
import { WATCH_MS, watchProcess } from '../../../lb/edge/processes';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test.each<{ name: string; since: string | undefined; looks: (string | undefined)[]; endAfter: number }>([
  { name: 'lives on', since: '10', looks: ['10', '10', '10'], endAfter: -1 },
  { name: 'ends', since: '10', looks: ['10', undefined, undefined], endAfter: 2 },
  {
    name: 'ends, and its id is reused before the next look',
    since: '10',
    looks: ['10', '25', '25'],
    endAfter: 2,
  },
  { name: 'was gone before it was watched', since: undefined, looks: [undefined], endAfter: 1 },
  { name: 'was gone before it was watched, its id reused', since: undefined, looks: ['25'], endAfter: 1 },
])('a process that $name', ({ since, looks, endAfter }) => {
  let count = 0;
  const ends: number[] = [];
  const stop = watchProcess(
    { pid: 7, since },
    () => ends.push(count),
    () => looks[count++],
  );
  jest.advanceTimersByTime(WATCH_MS * looks.length);
  expect(ends).toEqual(endAfter < 0 ? [] : [endAfter]);
  // An end is told once.
  jest.advanceTimersByTime(WATCH_MS * 3);
  expect(ends).toHaveLength(1);
  stop();
});

test('a living process is not taken for ended, and nothing is told after the watch is over', () => {
  const ended = jest.fn();
  const since = startedAt(process.pid);
  const stop = watchProcess({ pid: process.pid, since }, ended);
  jest.advanceTimersByTime(WATCH_MS * 5);
  stop();
  watchProcess({ pid: process.pid, since: '1' }, ended)();
  jest.advanceTimersByTime(WATCH_MS * 5);
  expect(ended).not.toHaveBeenCalled();
});
