import { newReading } from '../../../../../frameworks/chronos/core/jobs/codec';
import { fetchEntry } from '../../../../../frameworks/chronos/core/jobs/fetch-entry';

test.each([
  [{ uri: 'http://a/b' }, '{"uri":"http://a/b","executable":false,"cache":false,"extract":true}'],
  [
    { uri: 'u', executable: 'true', cache: 1, extract: false, output_file: 'o' },
    '{"uri":"u","executable":true,"cache":true,"extract":false,"output_file":"o"}',
  ],
])('the artifact %j is printed as %s', (value, printed) => {
  const entry = fetchEntry.read(value, '/fetch/0', newReading());
  expect(entry && fetchEntry.print(entry)).toBe(printed);
});

test('an artifact needs a URI', () => {
  const reading = newReading();
  fetchEntry.read({}, '/fetch/0', reading);
  fetchEntry.read('http://a', '/fetch/1', reading);
  expect(reading.violations).toEqual([
    { path: '/fetch/0/uri', clause: 'is missing' },
    { path: '/fetch/1', clause: 'must be an object, not "http://a"' },
  ]);
});
