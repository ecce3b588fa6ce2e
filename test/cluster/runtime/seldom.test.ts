import { SeldomLog } from '../../../cluster/runtime/seldom';
import { keepingLogger } from './recorded-log';

describe('a line that others can cause', () => {
  it('is written once in ten seconds for each kind, with the number of those left out', () => {
    const log = keepingLogger();
    let now = 0;
    const seldom = new SeldomLog(log, () => now);
    for (let index = 0; index < 5; index++) seldom.warn('host', { index }, 'refused');
    seldom.warn('origin', {}, 'refused, too');
    now = 9_999;
    seldom.warn('host', {}, 'refused');
    now = 10_000;
    seldom.warn('host', { index: 9 }, 'refused');
    seldom.warn('host', {}, 'refused');
    now = 20_000;
    seldom.warn('origin', {}, 'refused, too');
    expect(log.lines.map(({ fields }) => fields)).toEqual([{ index: 0 }, {}, { index: 9, omitted: 5 }, {}]);
  });
});
