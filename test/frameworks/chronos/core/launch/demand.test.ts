import { demandFor } from '../../../../../frameworks/chronos/core/launch/demand';

const NOTHING = { now: 100_000, readyRuns: 0, nextSlot: undefined, minReviveOffersMs: 5000 };

test.each([
  ['nothing is due', {}, {}, undefined],
  ['runs wait', { readyRuns: 3 }, { runs: 3 }, undefined],
  ['a slot is far', { nextSlot: 200_000 }, {}, 195_000],
  ['a slot is five seconds away', { nextSlot: 105_000 }, { slots: 1 }, undefined],
  ['a slot is past', { nextSlot: 90_000 }, { slots: 1 }, undefined],
  ['revives are quick and a slot is near', { nextSlot: 104_000, minReviveOffersMs: 100 }, {}, 101_000],
  ['runs wait and a slot is far', { readyRuns: 1, nextSlot: 200_000 }, { runs: 1 }, 195_000],
])('when %s', (_name, input, wanted, askAt) => {
  const demand = demandFor({ ...NOTHING, ...input });
  expect(Object.fromEntries(demand.wanted)).toEqual(wanted);
  expect(demand.askAt).toBe(askAt);
});

test('a job that comes oftener than the revive interval keeps offers flowing', () => {
  for (let now = 0; now < 20_000; now += 250) {
    const nextSlot = Math.ceil((now + 1) / 4000) * 4000;
    expect(demandFor({ ...NOTHING, now, nextSlot }).wanted.size).toBe(1);
  }
});
