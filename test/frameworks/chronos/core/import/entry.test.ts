import { readEntry, readFrameworkId, textOf } from '../../../../../frameworks/chronos/core/import/entry';
import { frameworkIdNode, message, originalNode } from './original-nodes';

test('an entry has its name and its value, also a long one', () => {
  const value = 'x'.repeat(70_000);
  const entry = readEntry(originalNode('J_a', value).data);
  expect(entry?.name).toBe('J_a');
  expect(textOf(entry?.value ?? new Uint8Array())).toBe(value);
});

test('a framework id is within its entry', () => {
  const entry = readEntry(frameworkIdNode('F-1').data);
  expect(readFrameworkId(entry?.value ?? new Uint8Array())).toBe('F-1');
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['JSON', Buffer.from('{"name":"a"}')],
  ['a message without a value', message({ 1: 'a' })],
  ['a message that is cut off', originalNode('J_a', 'abc').data.subarray(0, 20)],
  ['a number without an end', Buffer.alloc(9, 0xff)],
])('%s is no entry', (_name, bytes) => {
  expect(readEntry(bytes)).toBeUndefined();
});
