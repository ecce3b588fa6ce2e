import { warningsTo } from '../../cli/warnings';

test('warnings and errors are lines with their fields, and nothing else is printed', () => {
  const lines: string[] = [];
  const log = warningsTo({ err: (text) => lines.push(text) });
  log.info({ url: 'http://m' }, 'subscribed');
  log.warn({ url: 'http://m', reason: 'refused' }, 'no connection');
  log.error({}, 'the end');
  expect(lines).toEqual(['no connection (url http://m, reason refused)\n', 'the end\n']);
});
