import {
  launchAttempt,
  newRun,
  type Run,
  withAttempt,
} from '../../../../../frameworks/chronos/core/runs/run';
import { histogramOf } from '../../../../../frameworks/chronos/core/runs/statistics';
import { durationText, printJobStat } from '../../../../../frameworks/chronos/core/runs/task-stat';
import { at, RULES } from '../../schedules';

const CONTEXT = { rules: RULES, serverZone: { name: 'Europe/Berlin' }, limit: 5, isDataJob: false };
const START = at('2026-12-01T23:30:00Z');

function run(id: string, start: number, ...changes: readonly object[]): Run {
  const created = newRun({ id, jobName: 'a', cause: { kind: 'manual' }, createdAt: start, arguments: '' });
  return changes.reduce<Run>((current, change, index) => {
    const taskId = `${id}-${index}`;
    return withAttempt(launchAttempt(current, taskId, start + index * 1000), taskId, change);
  }, created);
}

function rows(runs: readonly Run[], context: Partial<typeof CONTEXT> = {}): unknown {
  const text = printJobStat(runs, histogramOf([]), { ...CONTEXT, ...context });
  expect(text).not.toContain('\n');
  return (JSON.parse(text) as { taskStatHistory: unknown }).taskStatHistory;
}

test('a task that ended has its times in the zone of the server, and a duration', () => {
  const end = { kind: 'success' };
  const ended = run('t', START, { agentId: 'S1', startedAt: START, endedAt: START + 3_723_000, end });
  expect(rows([ended])).toEqual([
    {
      taskId: 't-0',
      jobName: 'a',
      slaveId: 'S1',
      startTime: '12/02/26 00:30:00',
      endTime: '12/02/26 01:32:03',
      duration: '1h2m3s',
      status: 'Success',
    },
  ]);
});

test('a task that runs or waits has no end and no duration', () => {
  expect(rows([run('t', START, { startedAt: START })])).toMatchObject([
    { endTime: 'N/A', status: 'Running' },
  ]);
  expect(rows([run('t', START, {})])).toMatchObject([{ startTime: 'N/A', status: 'Idle' }]);
});

test('the newest start is first, attempts count as tasks, and there is a limit', () => {
  const failed = { startedAt: START, endedAt: START, end: { kind: 'failure', reason: 'x' } };
  const runs = [run('a', START, failed, {}), run('b', START + 5000, {})];
  expect((rows(runs) as { taskId: string }[]).map(({ taskId }) => taskId)).toEqual(['b-0', 'a-1', 'a-0']);
  expect(rows(runs, { limit: 1 })).toHaveLength(1);
  expect(rows(runs)).toMatchObject([{}, {}, { status: 'Fail' }]);
});

test('data jobs show the elements that they processed', () => {
  expect(rows([run('t', START, { elementsProcessed: 7 })], { isDataJob: true })).toMatchObject([
    { numElementsProcessed: 7 },
  ]);
});

test.each([
  [0, '0s'],
  [999, '0s'],
  [61_000, '1m1s'],
  [3_600_000, '1h0s'],
  [90_061_000, '25h1m1s'],
])('%d ms are %s', (duration, text) => {
  expect(durationText(duration)).toBe(text);
});
