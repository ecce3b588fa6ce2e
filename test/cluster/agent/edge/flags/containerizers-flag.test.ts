import { readContainerizers } from '../../../../../cluster/agent/edge/flags/containerizers-flag';

test('containerizers are asked in the order of the flag', () => {
  expect(readContainerizers('docker, mesos')).toEqual(['docker', 'mesos']);
  expect(readContainerizers('docker')).toEqual(['docker']);
});

test.each([
  ['mesos,docker,mesos', "Duplicate entries found in --containerizers flag: 'mesos'"],
  ['', 'No containerizers specified'],
  ['external', 'Unknown or unsupported containerizer: external'],
])('%p is refused: %s', (text, reason) => {
  expect(() => readContainerizers(text)).toThrow(reason);
});
