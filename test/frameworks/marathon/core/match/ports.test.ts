import fc from 'fast-check';
import { randomFrom } from '../../../../../cluster/model/random';
import { hostPortCount, matchPorts } from '../../../../../frameworks/marathon/core/match/ports';
import { app } from '../../fake-cluster';

const definitions = (ports: readonly number[], requirePorts = false) =>
  app({ requirePorts, portDefinitions: ports.map((port) => ({ port })) });

/** Mappings by host port; undefined is a mapping without one. */
const mappings = (ports: readonly (number | undefined)[]) =>
  app({
    networks: [{ mode: 'container/bridge' }],
    container: {
      type: 'MESOS',
      portMappings: ports.map((hostPort) => ({
        containerPort: 80,
        ...(hostPort !== undefined && { hostPort }),
      })),
    },
  });

test.each([
  ['no definitions', definitions([]), 0],
  ['two definitions', definitions([0, 0]), 2],
  ['a fixed, a dynamic mapping', mappings([8080, 0]), 2],
])('an app with %s needs host ports', (_name, definition, count) => {
  expect(hostPortCount(definition)).toBe(count);
});

type Case = readonly [
  name: string,
  definition: ReturnType<typeof app>,
  offered: readonly [number, number][],
  ports: unknown,
];

test.each<Case>([
  ['nothing for nobody', definitions([]), [], []],
  ['any port of a range of one', definitions([0]), [[5, 5]], [5]],
  ['none of too few', definitions([0, 0]), [[5, 5]], undefined],
  ['any port instead of a declared one', definitions([9000]), [[5, 5]], [5]],
  ['a required port', definitions([7], true), [[5, 9]], [7]],
  ['no other port instead of a required one', definitions([4], true), [[5, 9]], undefined],
  ['a required and any port', definitions([5, 0], true), [[5, 6]], [5, 6]],
  ['a fixed port twice', mappings([5, 5]), [[5, 9]], undefined],
  ['a fixed port of a mapping', mappings([9]), [[5, 9]], [9]],
  [
    'ports of two ranges',
    definitions([0, 0]),
    [
      [1, 1],
      [3, 3],
    ],
    expect.arrayContaining([1, 3]),
  ],
])('the offer gives %s', (_name, definition, offered, ports) => {
  expect(matchPorts(definition, offered, randomFrom(1))).toEqual(ports);
});

test('ports are offered ones, each once, and adjacent as far as the ranges go', () => {
  const input = fc.record({
    seed: fc.nat(),
    count: fc.integer({ min: 1, max: 20 }),
    begin: fc.integer({ min: 1, max: 60_000 }),
  });
  fc.assert(
    fc.property(input, ({ seed, count, begin }) => {
      const end = begin + 29;
      const ports = matchPorts(definitions(Array(count).fill(0)), [[begin, end]], randomFrom(seed)) ?? [];
      expect(new Set(ports).size).toBe(count);
      for (const [index, port] of ports.entries()) {
        const next = index === 0 ? port : (ports[index - 1] ?? 0) + 1;
        expect(port).toBe(next !== null && next > end ? begin : next);
        expect(port).toBeGreaterThanOrEqual(begin);
      }
    }),
  );
});
