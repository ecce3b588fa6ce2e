import fc from 'fast-check';
import type * as mesos from '../../../../../cluster/api/generated/mesos';
import { randomFrom } from '../../../../../cluster/model/random';
import {
  type RemainingOffer,
  remainingOffer,
} from '../../../../../frameworks/kit/core/match/remaining-offer';
import type { App } from '../../../../../frameworks/marathon/api/app';
import { type MatchContext, matchOffer } from '../../../../../frameworks/marathon/core/match/match';
import { smallestRepair } from '../../../../../frameworks/marathon/core/match/repair';
import { DEFAULT_SETTINGS } from '../../../../../frameworks/marathon/core/state/settings';
import { placedValues } from '../../../kit/placed-values';
import { app } from '../../fake-cluster';

interface AgentShape {
  readonly cpus: number;
  readonly reservedCpus: number;
  readonly mem: number;
  readonly gpus: number;
  readonly rack: string;
  readonly ports: number;
}

function offerOf({ cpus, reservedCpus, mem, gpus, rack, ports }: AgentShape, index: number): RemainingOffer {
  const scalar = (name: string, value: number, role = '*'): mesos.Resource => ({
    name,
    type: 'SCALAR',
    scalar: { value },
    role,
    allocation_info: { role: '*' },
  });
  const resources = [
    scalar('cpus', cpus),
    scalar('cpus', reservedCpus, 'other'),
    scalar('mem', mem),
    scalar('gpus', gpus),
  ].filter((resource) => (resource.scalar?.value ?? 0) > 0);
  const range = ports > 0 ? [{ begin: 31_000, end: 30_999 + ports }] : [];
  return remainingOffer({
    id: { value: `O${index}` },
    framework_id: { value: 'F' },
    agent_id: { value: `S${index}` },
    hostname: `host${index}`,
    resources: [...resources, { name: 'ports', type: 'RANGES', ranges: { range }, role: '*' }],
    attributes: [{ name: 'rack', type: 'TEXT', text: { value: rack } }],
    allocation_info: { role: '*' },
  });
}

const amount = fc.constantFrom(0, 1, 2, 4);
const agents = fc.array(
  fc.record({
    cpus: amount,
    reservedCpus: amount,
    mem: fc.constantFrom(16, 64, 256),
    gpus: fc.constantFrom(0, 0, 1),
    rack: fc.constantFrom('a', 'b'),
    ports: fc.constantFrom(0, 1, 3),
  }),
  { minLength: 1, maxLength: 3 },
);
const rules = fc.subarray([
  ['rack', 'LIKE', 'a'],
  ['rack', 'UNIQUE'],
  ['hostname', 'UNLIKE', 'host0'],
  ['rack', 'MAX_PER', '1'],
]);
const apps = fc.record({
  cpus: fc.constantFrom(1, 2, 4),
  mem: fc.constantFrom(32, 128),
  constraints: rules,
  requirePorts: fc.boolean(),
});

const placements = new Map([
  ['hostname', placedValues(['h'])],
  ['rack', placedValues(['a'])],
]);
const context = (): MatchContext => ({
  settings: DEFAULT_SETTINGS,
  random: randomFrom(1),
  now: 0,
  localRegion: undefined,
  placements,
});

const appOf = ({ requirePorts, ...members }: Record<string, unknown>): App =>
  app({ ...members, requirePorts, portDefinitions: [{ port: requirePorts ? 40_000 : 0 }] });

/** All ways to change an app by at most one choice for each member: the number of changes, and the app. */
function* allChanges(original: App): Generator<[number, App]> {
  for (const cpus of [4, 2, 1].filter((value) => value <= original.cpus))
    for (const mem of [128, 64, 32, 16].filter((value) => value <= original.mem))
      for (const unrestricted of [false, true])
        for (const accepting of [false, true])
          for (const requirePorts of original.requirePorts ? [true, false] : [false])
            for (const dropped of subsets(original.constraints)) {
              const changes =
                Number(cpus < original.cpus) +
                Number(mem < original.mem) +
                Number(unrestricted) +
                Number(accepting) +
                Number(requirePorts !== original.requirePorts) +
                dropped.length;
              const constraints = original.constraints.filter((rule) => !dropped.includes(rule));
              yield [
                changes,
                {
                  ...original,
                  cpus,
                  mem,
                  requirePorts,
                  constraints,
                  labels: unrestricted ? { GPU_SCHEDULING_BEHAVIOR: 'unrestricted' } : {},
                  acceptedResourceRoles: accepting ? ['*', 'other'] : [],
                },
              ];
            }
}

function subsets<T>(all: readonly T[]): T[][] {
  const sets: T[][] = [[]];
  for (const value of all) sets.push(...sets.map((set) => [...set, value]));
  return sets;
}

test('the smallest change has as few changes as the best of all ways, and places the app', () => {
  fc.assert(
    fc.property(agents, apps, (shapes, members) => {
      const offers = shapes.map(offerOf);
      const original = appOf(members);
      let fewest = Number.POSITIVE_INFINITY;
      for (const [changes, candidate] of allChanges(original))
        if (changes < fewest && offers.some((offer) => matchOffer(offer, candidate, context()).ok))
          fewest = changes;
      const repair = smallestRepair(offers, original, context());
      expect(repair?.changes.length ?? Number.POSITIVE_INFINITY).toBe(fewest);
      if (repair) expect(matchOffer(repair.remaining, repair.app, context()).ok).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('of equally many changes the one that takes least is chosen', () => {
  const shape = { reservedCpus: 0, mem: 256, gpus: 0, rack: 'b', ports: 3 };
  const offers = [1, 3, 2].map((cpus, index) => offerOf({ ...shape, cpus }, index));
  const repair = smallestRepair(offers, appOf({ cpus: 4, mem: 32 }), context());
  expect([repair?.remaining.agent.host, repair?.changes]).toEqual([
    'host1',
    [{ member: 'cpus', from: 4, to: 3 }],
  ]);
});

test('an agent in maintenance and an offer for another role are changed by no change of the app', () => {
  const [offer] = [{ cpus: 4, reservedCpus: 0, mem: 256, gpus: 0, rack: 'b', ports: 3 }].map(offerOf);
  if (!offer) throw new Error('no offer');
  const unavailability = { start: { nanoseconds: 0 }, duration: { nanoseconds: 1e12 } };
  const inMaintenance = { ...offer, offer: { ...offer.offer, unavailability } };
  expect(smallestRepair([inMaintenance], appOf({}), context())).toBeUndefined();
  expect(smallestRepair([offer], { ...appOf({}), role: 'prod' }, context())).toBeUndefined();
  expect(smallestRepair([offer], appOf({}), context())?.changes).toEqual([]);
});
