import { expandGoFlags } from '../../../dns/edge/go-flags';

const NAMES = ['config', 'v', 'version', 'logtostderr'];

test.each([
  ['-config=a.json', '--config=a.json'],
  ['-config a.json', '--config a.json'],
  ['--config a.json', '--config a.json'],
  ['-v=1 -config=a', '--v=1 --config=a'],
  ['-v 2', '--v 2'],
  ['-v -config=a', '--v=1 --config=a'],
  ['-v', '--v=1'],
  ['-logtostderr=true', '--logtostderr=true'],
  ['-version', '--version'],
  ['-h', '--help'],
  ['-help', '--help'],
  ['-other=1 --other -', '-other=1 --other -'],
  ['-1', '-1'],
])('%s is %s', (line, expected) => {
  expect(expandGoFlags(line.split(' '), NAMES)).toEqual(expected.split(' '));
});
