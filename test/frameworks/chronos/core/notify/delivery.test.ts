import { httpFailure, retryDelay, smtpFailure } from '../../../../../frameworks/chronos/core/notify/delivery';

describe('an answer of a web hook', () => {
  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [302, 'given up'],
    [400, 'given up'],
    [404, 'given up'],
    [408, 'tried again'],
    [425, 'tried again'],
    [429, 'tried again'],
    [500, 'tried again'],
    [503, 'tried again'],
  ])('%i: the notice is %s', (status, outcome) => {
    const failure = httpFailure(status);
    const retried = failure?.isPermanent ? 'given up' : 'tried again';
    expect(failure === undefined ? 'delivered' : retried).toBe(outcome);
  });
});

describe('an answer of a mail server', () => {
  it.each([
    [550, true],
    [451, false],
    [undefined, false],
  ])('%p is permanent: %p', (code, isPermanent) => {
    expect(smtpFailure('no', code)).toEqual({ reason: 'no', isPermanent });
  });
});

describe('the pause before the next attempt', () => {
  it('grows, and ends with the sixth failure', () => {
    const delays = [1, 2, 3, 4, 5, 6].map((failed) => retryDelay(failed, { reason: '', isPermanent: false }));
    expect(delays).toEqual([5_000, 30_000, 120_000, 300_000, 900_000, undefined]);
  });

  it('does not come after a permanent failure', () => {
    expect(retryDelay(1, { reason: '', isPermanent: true })).toBeUndefined();
  });
});
