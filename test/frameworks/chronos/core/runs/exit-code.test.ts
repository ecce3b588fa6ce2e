import { exitCodeOf } from '../../../../../frameworks/chronos/core/runs/exit-code';

describe('the exit code in a message', () => {
  it.each([
    ['Command exited with status 0', 0],
    ['Command exited with status 127', 127],
    ['Container exited with status 3', 3],
    ['Command terminated with signal Killed', undefined],
    ['exited with status 12345', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %p', (message, code) => {
    expect(exitCodeOf(message)).toBe(code);
  });
});
