import fc from 'fast-check';
import {
  escapeControls,
  escapeControlsInJson,
  escapeControlsInLine,
} from '../../../cluster/runtime/escape-controls';

const HOSTILE = '\u001b]0;title\u0007\u001b[2J\u009b8m\r\u007f\u202etxt.exe\u2066';

it('shows each control character of a line as an escape', () => {
  expect(escapeControlsInLine(`a\tb\nc${HOSTILE}`)).toBe(
    'a\\u0009b\\u000ac\\u001b]0;title\\u0007\\u001b[2J\\u009b8m\\u000d\\u007f\\u202etxt.exe\\u2066',
  );
});

it('leaves line breaks, tabs, and everything that can be read', () => {
  const text = 'Up in 1 s\n\tä 漢字 👩‍🚀\n';
  expect(escapeControls(text)).toBe(text);
  expect(escapeControls('\u001b[31mred')).toBe('\\u001b[31mred');
});

it('keeps the value of JSON, whatever is in its strings', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = escapeControlsInJson(JSON.stringify({ text }));
      expect(JSON.parse(json)).toEqual({ text });
      expect(escapeControlsInLine(json)).toBe(json);
    }),
  );
});
