import { VirtualClock } from '../../../cluster/runtime/clock';
import { ClientLimits } from '../../../dns/edge/client-limits';

function setUp(perSecond = 4) {
  const clock = new VirtualClock(5_000_000);
  const secret = Buffer.alloc(32, 3);
  return {
    clock,
    clientLimits: new ClientLimits({ trusted: ['10.0.0.0/8', '::1'], perSecond, secret, clock }),
  };
}

test('trusted networks are trusted', () => {
  const { clientLimits } = setUp();
  expect(
    ['10.1.2.3', '::1', '::ffff:10.0.0.1', '11.0.0.1', 'x'].map((address) => clientLimits.isTrusted(address)),
  ).toEqual([true, true, true, false, false]);
});

test('who spoke over TCP is verified for a while', () => {
  const { clock, clientLimits } = setUp();
  expect(clientLimits.isVerified('198.51.100.1', undefined)).toBe(false);
  clientLimits.spokeOverTcp('198.51.100.1');
  expect(clientLimits.isVerified('198.51.100.1', undefined)).toBe(true);
  clock.advance(11 * 60_000);
  expect(clientLimits.isVerified('198.51.100.1', undefined)).toBe(false);
});

test('who spoke over TCP through an IPv6 socket is the same over IPv4', () => {
  const { clientLimits } = setUp();
  clientLimits.spokeOverTcp('::ffff:198.51.100.1');
  expect(clientLimits.isVerified('198.51.100.1', undefined)).toBe(true);
});

test('a cookie is good for its address and for an hour', () => {
  const { clock, clientLimits } = setUp();
  const option = clientLimits.cookieOption('198.51.100.1', Buffer.alloc(8, 1));
  const cookie = option.subarray(4);
  expect([option.readUInt16BE(0), option.readUInt16BE(2)]).toEqual([10, 24]);
  expect(clientLimits.isVerified('198.51.100.1', cookie)).toBe(true);
  expect(clientLimits.isVerified('198.51.100.2', cookie)).toBe(false);
  expect(clientLimits.isVerified('198.51.100.1', cookie.subarray(0, 8))).toBe(false);
  const forged = Buffer.from(cookie);
  forged[20] = (forged[20] ?? 0) ^ 1;
  expect(clientLimits.isVerified('198.51.100.1', forged)).toBe(false);
  clock.advance(3_700_000);
  expect(clientLimits.isVerified('198.51.100.1', cookie)).toBe(false);
});

test('too many questions of a second are cut or dropped in turn, of an IPv6 network together', () => {
  const { clock, clientLimits } = setUp();
  const decisions = Array.from({ length: 8 }, () => clientLimits.decide('198.51.100.1'));
  expect(decisions).toEqual(['answer', 'answer', 'answer', 'answer', 'drop', 'cut', 'drop', 'cut']);
  expect(clientLimits.decide('198.51.100.2')).toBe('answer');
  clock.advance(1000);
  expect(clientLimits.decide('198.51.100.1')).toBe('answer');
  for (let turn = 0; turn < 4; turn++) clientLimits.decide(`2001:db8:1:2::${turn}`);
  expect(clientLimits.decide('2001:db8:1:2::99')).not.toBe('answer');
  expect(setUp(0).clientLimits.decide('198.51.100.1')).toBe('answer');
});
