import fc from 'fast-check';
import { visible, visibleJson, visibleLine } from '../../../cluster/runtime/visible';

const HOSTILE = '\u001b]0;title\u0007\u001b[2J\u009b8m\r\u007f\u202etxt.exe\u2066';

it('shows each control character of a line as an escape', () => {
  expect(visibleLine(`a\tb\nc${HOSTILE}`)).toBe(
    'a\\u0009b\\u000ac\\u001b]0;title\\u0007\\u001b[2J\\u009b8m\\u000d\\u007f\\u202etxt.exe\\u2066',
  );
});

it('leaves line breaks, tabs, and everything that can be read', () => {
  const text = 'Up in 1 s\n\tä 漢字 👩‍🚀\n';
  expect(visible(text)).toBe(text);
  expect(visible('\u001b[31mred')).toBe('\\u001b[31mred');
});

it('keeps the value of JSON, whatever is in its strings', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = visibleJson(JSON.stringify({ text }));
      expect(JSON.parse(json)).toEqual({ text });
      expect(visibleLine(json)).toBe(json);
    }),
  );
});
