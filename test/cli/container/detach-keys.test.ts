import { DetachKeys } from '../../../cli/container/detach-keys';

/** The part of these pieces that goes to the container, and the end of the input. */
function typed(...pieces: readonly string[]): string {
  const keys = new DetachKeys();
  let text = '';
  for (const piece of pieces) {
    const { data, isDetached } = keys.type(Buffer.from(piece));
    text += data.toString();
    if (isDetached) return `${text} left`;
  }
  return text;
}

test.each<[readonly string[], string]>([
  [['ls\r'], 'ls\r'],
  [['a\u0010\u0011b'], 'a left'],
  [['a\u0010', '\u0011'], 'a left'],
  [['\u0010', 'b'], '\u0010b'],
  [['\u0010\u0010\u0011'], '\u0010 left'],
  [['\u0011'], '\u0011'],
])('the pieces %j reach the container as %j', (pieces, text) => {
  expect(typed(...pieces)).toBe(text);
});
