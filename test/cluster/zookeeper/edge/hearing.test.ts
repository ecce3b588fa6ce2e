import { Hearing } from '../../../../cluster/zookeeper/edge/hearing';

/** A frame of a server: its length, its number, and so many bytes more. */
function frame(number: number, length = 0): Buffer {
  const bytes = Buffer.alloc(8 + length);
  bytes.writeInt32BE(4 + length, 0);
  bytes.writeInt32BE(number, 4);
  return bytes;
}

function begun(): Hearing {
  const hearing = new Hearing();
  hearing.sent(10);
  hearing.received(frame(0, 32));
  return hearing;
}

test('nothing is known before the first answer, whose number is no number', () => {
  const hearing = new Hearing();
  hearing.sent(10);
  expect(hearing.heardAt).toBeUndefined();
  hearing.received(frame(-1, 32));
  expect(hearing.heardAt).toBe(10);
});

test('an answer tells when its request was sent, however late it comes', () => {
  const hearing = begun();
  hearing.sent(20);
  hearing.sent(30);
  hearing.received(frame(0, 5));
  expect(hearing.heardAt).toBe(20);
  hearing.received(frame(-2));
  expect(hearing.heardAt).toBe(30);
});

test('a notification answers nothing', () => {
  const hearing = begun();
  hearing.sent(20);
  hearing.received(frame(-1, 40));
  expect(hearing.heardAt).toBe(10);
});

test.each([1, 2, 3, 5, 7, 100])('frames are told apart when they come in pieces of %i bytes', (size) => {
  const hearing = begun();
  for (const now of [20, 30, 40]) hearing.sent(now);
  const bytes = Buffer.concat([frame(1, 11), frame(-1, 3), frame(2), frame(3, 1)]);
  const times: unknown[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    hearing.received(bytes.subarray(at, at + size));
    times.push(hearing.heardAt);
  }
  expect([...new Set(times)].filter((time) => time !== 10).slice(-1)).toEqual([40]);
});

test('an answer that nobody asked for changes nothing', () => {
  const hearing = begun();
  hearing.received(frame(7));
  expect(hearing.heardAt).toBe(10);
});
