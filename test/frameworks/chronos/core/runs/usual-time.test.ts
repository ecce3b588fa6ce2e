import {
  endRun,
  type HistoryEntry,
  launchAttempt,
  newRun,
  withAttempt,
} from '../../../../../frameworks/chronos/core/runs/run';
import { usualRunTime } from '../../../../../frameworks/chronos/core/runs/usual-time';

function runOf(duration: number, kind: 'success' | 'failure' = 'success'): HistoryEntry {
  const run = newRun({ id: 'a:1', jobName: 'a', cause: { kind: 'manual' }, createdAt: 0, arguments: '' });
  const launched = withAttempt(launchAttempt(run, 't', 0), 't', {
    startedAt: 1000,
    endedAt: 1000 + duration,
  });
  return { kind: 'run', run: endRun(launched, kind === 'success' ? { kind } : { kind, reason: '' }, 2000) };
}

describe('the usual time of a job', () => {
  it('is the median of its successes', () => {
    expect(usualRunTime([runOf(5), runOf(1), runOf(9), runOf(1000, 'failure')])).toBe(5);
  });

  it('needs three of them', () => {
    expect(usualRunTime([runOf(5), runOf(1)])).toBeUndefined();
  });
});
