import { portMappingsOf, portRequestsOf, shapeOf } from '../../../../../frameworks/chronos/core/jobs/shape';
import { jobOf } from '../../jobs';

test('jobs have one shape if they fit the same offers', () => {
  expect(shapeOf(jobOf({ name: 'a', command: 'x' }))).toBe(shapeOf(jobOf({ name: 'b', command: 'y' })));
  expect(shapeOf(jobOf({ cpus: 2 }))).not.toBe(shapeOf(jobOf({ cpus: 3 })));
  const rack = shapeOf(jobOf({ constraints: [['rack', 'EQUALS', '1']] }));
  expect(
    new Set([rack, shapeOf(jobOf({})), shapeOf(jobOf({ constraints: [['rack', 'EQUALS', '2']] }))]).size,
  ).toBe(3);
});

const networkInfos = [
  { name: 'none' },
  { name: 'net', portMappings: [{ hostPort: 31_000, containerPort: 80 }] },
];

test('mappings need host ports, but not on the network of the host', () => {
  const on = (network: string): object => ({ container: { image: 'busybox', network, networkInfos } });
  const bridged = jobOf(on('BRIDGE'));
  expect(bridged.container && portMappingsOf(bridged.container)).toHaveLength(1);
  expect(portRequestsOf(bridged)).toEqual([31_000]);
  expect(portRequestsOf(jobOf(on('HOST')))).toEqual([]);
  expect(shapeOf(bridged)).not.toBe(shapeOf(jobOf(on('HOST'))));
});
