import { describeJsonFault } from '../../cli/json-fault';

it.each([
  ['', 'it is empty'],
  [' \n', 'it is empty'],
  [
    '{ "id": "c", /* one */ "cmd": "x" }',
    'line 1, column 14: a name in double quotes is expected, not "/"; JSON has no comments',
  ],
  ['# app\n{}', 'line 1, column 1: a value is expected, not "#"; JSON has no comments'],
  [
    '{\n "id": "c",\n}',
    'line 3, column 1: a name in double quotes is expected, not "}"; JSON has no comma after the last member',
  ],
  ['[1, 2,]', 'line 1, column 7: a value is expected, not "]"; JSON has no comma after the last member'],
  ['{"id": "c"\n "cmd": "x"}', 'line 2, column 2: a comma or } is expected, not "\\""'],
  [
    "{'id': 1}",
    'line 1, column 2: a name in double quotes is expected, not "\'"; texts are in double quotes in JSON',
  ],
  [
    'id: web\ncmd: sleep 1\n',
    'line 1, column 1: a value is expected, not "i"; if it is YAML, write it as JSON',
  ],
  ['{"id" "web"}', 'line 1, column 7: a colon is expected, not "\\""'],
  [
    '{"cmd": "a\nb"}',
    'line 1, column 9: a value is expected, not "\\""; the text that begins there has no end in its line, or a wrong escape',
  ],
  [
    '{"id": "c',
    'line 1, column 8: a value is expected, not "\\""; the text that begins there has no end in its line, or a wrong escape',
  ],
  ['{"cpus": 01}', 'line 1, column 10: a value is expected, not "0"'],
  ['{"cpus": .5}', 'line 1, column 10: a value is expected, not "."'],
  ['{"wait": True}', 'line 1, column 10: a value is expected, not "T"'],
  ['{"a": [1, {"b": null', 'line 1, column 21: a comma or } is expected, not the end'],
  ['{} {}', 'line 1, column 4: the end is expected, not "{"'],
  ['\u{1f600}', 'line 1, column 1: a value is expected, not "\u{1f600}"'],
])('the fault of %j', (text, fault) => {
  expect(() => JSON.parse(text) as unknown).toThrow();
  expect(describeJsonFault(text)).toBe(fault);
});

it('takes all that is JSON before the fault', () => {
  const json = '{"a": [true, false, null, -0.5e+3, 12, "\\u00e9\\n"], "b": {}, "c": [], "": [[1]]}';
  expect(() => JSON.parse(json) as unknown).not.toThrow();
  expect(describeJsonFault(`${json}x`)).toBe(
    `line 1, column ${json.length + 1}: the end is expected, not "x"`,
  );
});

it('does not walk into nesting without an end', () => {
  expect(describeJsonFault('['.repeat(100_000))).toContain('a value within 1000 levels is expected');
});
