import { RateLimitedLog } from '../../../cluster/runtime/rate-limited-log';
import { keepingLogger } from './recorded-log';

describe('a line that others can cause', () => {
  it('is written once in ten seconds for each kind, with the number of those left out', () => {
    const log = keepingLogger();
    let now = 0;
    const limited = new RateLimitedLog(log, () => now);
    for (let index = 0; index < 5; index++) limited.warn('host', { index }, 'refused');
    limited.warn('origin', {}, 'refused, too');
    now = 9_999;
    limited.warn('host', {}, 'refused');
    now = 10_000;
    limited.warn('host', { index: 9 }, 'refused');
    limited.warn('host', {}, 'refused');
    now = 20_000;
    limited.warn('origin', {}, 'refused, too');
    expect(log.lines.map(({ fields }) => fields)).toEqual([{ index: 0 }, {}, { index: 9, omitted: 5 }, {}]);
  });
});
