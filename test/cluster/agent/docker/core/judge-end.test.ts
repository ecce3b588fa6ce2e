import {
  ENGINE_MS,
  judgeEnd,
  mayHaveStarted,
  mayMissOutput,
  type Signs,
  type Verdict,
} from '../../../../../cluster/agent/docker/core/judge-end';

const signs: Signs = {
  status: { code: 125 },
  seen: 'unreachable',
  isAlive: false,
  wasStarted: true,
  isKilled: false,
  waitedMs: 0,
};

test.each<[name: string, signs: Partial<Signs>, verdict: Verdict]>([
  ['the engine knows its code', { seen: { phase: 'ended', exitCode: 3 } }, { ended: { code: 3 } }],
  ['it was never started', { seen: { phase: 'created', exitCode: 0 } }, { ended: { code: 125 } }],
  ['it goes on', { seen: { phase: 'running', exitCode: 0 } }, 'follow'],
  ['it has removed itself', { seen: 'absent', status: { code: 4 } }, { ended: { code: 4 } }],
  ['it was removed while the engine was lost', { seen: 'absent' }, 'unknown'],
  ['it was removed, and nobody saw it', { seen: 'absent', wasStarted: false }, { ended: { code: 125 } }],
  ['the engine is away, and its process lives', { isAlive: true, waitedMs: 2 * ENGINE_MS }, 'ask'],
  ['the engine is away, and its process is gone', {}, 'ask'],
  ['the engine has not come back', { waitedMs: ENGINE_MS }, 'unknown'],
  ['it was killed without the engine', { isKilled: true }, { ended: { code: 137 } }],
])('a container is judged when %s', (_name, more, verdict) => {
  expect(judgeEnd({ ...signs, ...more })).toEqual(verdict);
});

test('codes of docker run itself are no codes of a container', () => {
  const codes = [0, 1, 124, 125, 126, 127, 128].filter((code) => mayHaveStarted({ code }));
  expect(codes).toEqual([0, 1, 124, 128]);
  expect(mayHaveStarted({ signal: 'SIGKILL' })).toBe(false);
});

test.each<[name: string, signs: Partial<Signs>, misses: boolean]>([
  ['its docker run lost the engine', { seen: { phase: 'ended', exitCode: 6 } }, true],
  [
    'its docker run was killed',
    { seen: { phase: 'ended', exitCode: 6 }, status: { signal: 'SIGKILL' } },
    true,
  ],
  ['its docker run has ended with it', { seen: { phase: 'ended', exitCode: 6 }, status: { code: 6 } }, false],
  ['it is gone', { seen: 'absent' }, false],
  ['it was never started', { seen: { phase: 'created', exitCode: 0 } }, false],
])('output of an ended container may be missing when %s', (_name, more, misses) => {
  expect(mayMissOutput({ ...signs, ...more })).toBe(misses);
});
