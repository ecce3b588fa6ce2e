import { silentLogger } from '../../../cluster/runtime/log';
import { noteOnce } from '../../../dns/edge/notes';

test('a note is logged once', () => {
  const lines: string[] = [];
  const note = noteOnce({ ...silentLogger, warn: (_fields, text) => void lines.push(text) });
  for (const text of ['a', 'b', 'a']) note(text);
  expect(lines).toEqual(['a', 'b']);
});
