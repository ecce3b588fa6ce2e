import { readOwners } from '../../../../../frameworks/chronos/core/notify/owners';

describe('owners', () => {
  it.each([
    ['', [], []],
    ['a@example.org', ['a@example.org'], []],
    [' a@example.org , b@example.org,a@example.org,', ['a@example.org', 'b@example.org'], []],
    ['#ops, a@example.org', ['a@example.org'], ['#ops']],
    ['A <a@example.org>', [], ['A <a@example.org>']],
    ['a@example.org\r\nBcc: b@example.org', [], ['a@example.org\r\nBcc: b@example.org']],
    ['a@b@example.org', [], ['a@b@example.org']],
  ])('of %j are %j and %j', (text, addresses, others) => {
    expect(readOwners(text)).toEqual({ addresses, others });
  });
});
