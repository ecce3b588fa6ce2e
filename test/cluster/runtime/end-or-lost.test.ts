import { endOrLost } from '../../../cluster/runtime/end-or-lost';
import { keepingLogger } from './recorded-log';

describe('the end of a program', () => {
  it('is what its promise tells', async () => {
    const log = keepingLogger();
    expect(await endOrLost(Promise.resolve({ code: 3 }), log, {})).toEqual({ code: 3 });
    expect(log.lines).toEqual([]);
  });

  it('is undefined when the promise rejects, which is logged', async () => {
    const log = keepingLogger();
    expect(await endOrLost(Promise.reject(new Error('gone')), log, { container: 'c' })).toBeUndefined();
    expect(log.lines).toEqual([
      expect.objectContaining({
        fields: { container: 'c', error: 'gone' },
        text: 'the end of a program cannot be told; it counts as lost',
      }),
    ]);
  });
});
