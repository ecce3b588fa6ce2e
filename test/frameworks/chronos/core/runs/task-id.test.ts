import fc from 'fast-check';
import { printTaskId, readTaskId, taskMillis } from '../../../../../frameworks/chronos/core/runs/task-id';

const PARTS = { millis: 1420843781398, attempt: 0, name: 'job', arguments: '' };

test.each([
  [{}, 'ct:1420843781398:0:job:'],
  [{ attempt: 2, arguments: '-a b' }, 'ct:1420843781398:2:job:-a b'],
  [{ arguments: 'a;b;' }, 'ct:1420843781398:0:job:ab'],
  [{ arguments: '/etc/x \\ y\n' }, 'ct:1420843781398:0:job:_etc_x _ y_'],
  [{ name: 'my job #1' }, 'ct:1420843781398:0:my job #1:'],
])('the parts %j give %j', (parts, id) => {
  expect(printTaskId({ ...PARTS, ...parts })).toBe(id);
});

test('an id is cut at 255 bytes, between characters', () => {
  const id = printTaskId({ ...PARTS, arguments: 'ä€😀'.repeat(100) });
  expect(Buffer.byteLength(id)).toBeGreaterThan(251);
  expect(Buffer.byteLength(id)).toBeLessThanOrEqual(255);
  expect(id).not.toContain('\ufffd');
});

test.each([
  ['ct:1420843781398:0:job:', { arguments: '' }],
  ['ct:1420843781398:0:job', { arguments: '' }],
  ['ct:1420843781398:3:job:a:b c', { attempt: 3, arguments: 'a:b c' }],
  ['ct:1420843781398:0:my job:x', { name: 'my job', arguments: 'x' }],
])('the id %j is read', (id, parts) => {
  expect(readTaskId(id)).toEqual({ ...PARTS, ...parts });
});

test.each(['', 'x', 'ct:1:0:', 'ct:a:0:job:', 'ct:1:job:', 'xct:1:0:job:'])('%j is no id of ours', (id) => {
  expect(readTaskId(id)).toBeUndefined();
});

test('any parts give an id that Mesos takes and that is read again', () => {
  const parts = fc.record({
    millis: fc.integer({ min: 1e12, max: 9e12 }),
    attempt: fc.nat({ max: 99_999 }),
    name: fc.stringMatching(/^[\w.-]{1,230}$/),
    arguments: fc.string({ maxLength: 300, unit: 'grapheme' }),
  });
  fc.assert(
    fc.property(parts, (entry) => {
      const id = printTaskId(entry);
      expect(Buffer.byteLength(id)).toBeLessThanOrEqual(255);
      expect(id).not.toMatch(/[/;\\\p{Cc}]/u);
      expect(readTaskId(id)).toMatchObject({
        millis: entry.millis,
        attempt: entry.attempt,
        name: entry.name,
      });
    }),
  );
});

test('two ids of a job never have the same time', () => {
  expect([taskMillis(5, undefined), taskMillis(5, 3), taskMillis(5, 5), taskMillis(5, 9)]).toEqual([
    5, 5, 6, 10,
  ]);
});

test('half of a character is not in the id, which can be part of an address and of UTF-8', () => {
  const id = printTaskId({ millis: 1, attempt: 0, name: 'a', arguments: 'x\ud800y\u{1f600}' });
  expect(id).toBe('ct:1:0:a:x_y\u{1f600}');
  expect(() => encodeURIComponent(id)).not.toThrow();
});
