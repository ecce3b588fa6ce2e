import { type BuilderState, checkBuilder, initBuilder } from '../../../../dns/core/builder/state';

const fresh = (): BuilderState => initBuilder({ masters: ['a'], refreshMs: 1000, detectionMs: 0 });

describe('the state of the builder', () => {
  it('has no pause that is longer than the interval of readings', () => {
    expect(fresh().follow.policy).toMatchObject({
      backOff: { maxMs: 1000 },
      pollMs: 1000,
      pollFirstMs: 1000,
    });
    const { policy } = initBuilder({ masters: [], refreshMs: 90_000, detectionMs: 0 }).follow;
    expect(policy).toMatchObject({ backOff: { maxMs: 30_000 }, pollMs: 90_000, pollFirstMs: 1000 });
  });

  it.each<[string, (state: BuilderState) => void]>([
    [
      'parts are on their way while the zone is idle',
      ({ publishing }) => {
        Object.assign(publishing, { phase: 'idle', parts: 1, out: 1 });
      },
    ],
    [
      '4 of 9 parts are on their way',
      ({ publishing }) => {
        Object.assign(publishing, { phase: 'sending', parts: 9, out: 4 });
      },
    ],
    [
      'another change waits while the zone is due',
      ({ publishing }) => {
        Object.assign(publishing, { phase: 'due', again: true });
      },
    ],
    [
      'the source is a poll, and there are no facts',
      (state) => {
        state.source = 'poll';
      },
    ],
    [
      'the source is a stream while it is idle',
      (state) => {
        state.source = 'stream';
        state.publishing.phase = 'idle';
      },
    ],
  ])('is wrong when %s', (violation, breakIt) => {
    const state = fresh();
    expect(checkBuilder(state)).toEqual([]);
    breakIt(state);
    expect(checkBuilder(state)).toEqual([violation]);
  });
});
