import { refuseSeconds } from '../../../../../cluster/master/core/offers/decline';
import { MasterScript } from '../../interpreter';

test.each([
  [undefined, 5],
  [0, 0],
  [1.5, 1.5],
  [-1, 5],
  [Number.NaN, 5],
  [1e12, 365 * 24 * 3600],
  [Number.POSITIVE_INFINITY, 365 * 24 * 3600],
])('refuse_seconds of %s are %d seconds', (seconds, refused) => {
  expect(refuseSeconds(seconds === undefined ? undefined : { refuse_seconds: seconds })).toBe(refused);
  expect(refuseSeconds({})).toBe(5);
});

test.each([
  { refuse: 0, offered: 2 },
  { refuse: 0.1, offered: 2 },
  { refuse: 3, offered: 4 },
  { refuse: 20, offered: 21 },
])('an offer declined for $refuse s is made again after about $offered s', ({ refuse, offered }) => {
  const script = new MasterScript();
  script.play('start', 'agent a', 'framework web', 'advance 1', `decline web O0 refuse=${refuse}`);
  let seconds = 0;
  while (seconds < 60 && !script.play('advance 1').some((line) => line.includes('OFFERS'))) seconds += 1;
  expect(Math.abs(seconds + 1 - offered)).toBeLessThanOrEqual(1);
});

test("another framework's offer cannot be declined", () => {
  const script = new MasterScript();
  script.play('start', 'agent a', 'framework web', 'advance 1', 'framework db', 'decline db O0');
  expect(script.state.offers.size).toBe(1);
});
