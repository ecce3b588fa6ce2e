import fc from 'fast-check';
import { randomFrom } from '../../../../../cluster/model/random';
import type { Ranges } from '../../../../../cluster/model/ranges';
import { choosePorts, type PortRequest } from '../../../../../frameworks/kit/core/match/ports';

type Case = readonly [
  name: string,
  requests: readonly PortRequest[],
  offered: Ranges,
  ports: (number | null)[] | undefined,
];

test.each<Case>([
  ['nothing for nobody', [], [], []],
  ['any port of a range of one', [0], [[5, 5]], [5]],
  ['none of too few', [0, 0], [[5, 5]], undefined],
  ['a fixed port', [7], [[5, 9]], [7]],
  ['no other port instead of a fixed one', [4], [[5, 9]], undefined],
  ['no port twice', [5, 5], [[5, 9]], undefined],
  ['a fixed port, none and any other', [5, null, 0], [[5, 6]], [5, null, 6]],
])('the offer gives %s', (_name, requests, offered, ports) => {
  expect(choosePorts(requests, offered, randomFrom(1))).toEqual(ports);
});

test('dynamic ports are offered ones and differ from fixed ones', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 9 }), (seed, count) => {
      const offered: Ranges = [
        [10, 14],
        [20, 24],
      ];
      const ports = choosePorts([...Array<number>(count).fill(0), 12], offered, randomFrom(seed)) ?? [];
      expect(new Set(ports).size).toBe(count + 1);
      expect(ports.every((port) => port !== null && ((port >= 10 && port <= 14) || port >= 20))).toBe(true);
    }),
  );
});
