import fc from 'fast-check';
import type * as mesos from '../../../../../cluster/api/generated/mesos';
import { randomFrom } from '../../../../../cluster/model/random';
import {
  containsResources,
  printResources,
  readResources,
  type WireResource,
} from '../../../../../cluster/model/resources';
import { agentInfoOf } from '../../../../../frameworks/kit/core/constraints/field';
import { type Match, matchOffer } from '../../../../../frameworks/marathon/core/match/match';
import { matchPorts } from '../../../../../frameworks/marathon/core/match/ports';
import { inFunnelOrder } from '../../../../../frameworks/marathon/core/match/refusals';
import { DEFAULT_SETTINGS } from '../../../../../frameworks/marathon/core/state/settings';
import { app } from '../../fake-cluster';

function scalar(name: string, value: number, role = '*'): mesos.Resource {
  return { name, type: 'SCALAR', scalar: { value }, role, allocation_info: { role: '*' } };
}

function ports(begin: number, end: number, role = '*'): mesos.Resource {
  return {
    name: 'ports',
    type: 'RANGES',
    ranges: { range: [{ begin, end }] },
    role,
    allocation_info: { role: '*' },
  };
}

const ENOUGH = [scalar('cpus', 4), scalar('mem', 1000), ports(31_000, 31_009)];

function match(members: Record<string, unknown>, offer: Partial<mesos.Offer> = {}, role = '*'): Match {
  const full: mesos.Offer = {
    id: { value: 'O' },
    framework_id: { value: 'F' },
    agent_id: { value: 'S' },
    hostname: 'host',
    resources: ENOUGH,
    allocation_info: { role },
    ...offer,
  };
  const left = readResources(full.resources as unknown as WireResource[]);
  return matchOffer(
    { offer: full, agent: agentInfoOf(full), resources: left },
    { ...app(members), role },
    {
      settings: DEFAULT_SETTINGS,
      random: randomFrom(1),
      now: 1000,
      localRegion: 'here',
      placements: new Map(),
    },
  );
}

const far = { fault_domain: { region: { name: 'there' }, zone: { name: 'z' } } };

describe('matching an offer', () => {
  it('takes what the app asks for, with the roles of the pieces', () => {
    const result = match(
      { cpus: 1, mem: 100 },
      { resources: [scalar('cpus', 0.4, 'web'), scalar('cpus', 4), scalar('mem', 500), ports(1, 1)] },
      'web',
    );
    expect(result.ok && printResources(result.resources.flat())).toBe(
      'cpus(web):0.4; cpus:0.6; mem:100; ports:[1-1]',
    );
  });

  it('takes what an executor needs beside the task', () => {
    const members = { cpus: 3.5, mem: 100, executor: 'own', executorResources: { cpus: 0.5 } };
    const offer = { resources: [...ENOUGH, scalar('disk', 50)] };
    const result = match(members, offer);
    expect(result.ok && printResources(result.executorResources)).toBe('cpus:0.5; disk:10; mem:32');
    expect(match({ ...members, cpus: 3.6 }, offer)).toMatchObject({
      refusals: [{ cause: 'scalar', name: 'cpus' }],
    });
  });

  it.each<[string, Record<string, unknown>, Partial<mesos.Offer>, string[]]>([
    ['too few cpus', { cpus: 5 }, {}, ['InsufficientCpus']],
    [
      'too little of everything',
      { cpus: 5, mem: 2000, disk: 1 },
      {},
      ['InsufficientCpus', 'InsufficientMemory', 'InsufficientDisk'],
    ],
    ['too few ports', { ports: Array(11).fill(0) }, {}, ['InsufficientPorts']],
    ['a required port', { requirePorts: true, ports: [80] }, {}, ['InsufficientPorts']],
    ['a constraint', { constraints: [['hostname', 'LIKE', 'other']] }, {}, ['UnfulfilledConstraint']],
    ['another role', {}, { allocation_info: { role: 'other' } }, ['UnfulfilledRole']],
    ['another region', {}, { domain: far }, ['UnfulfilledConstraint']],
    [
      'maintenance',
      {},
      { unavailability: { start: { nanoseconds: 0 } } },
      ['UnfulfilledConstraint', 'AgentMaintenance'],
    ],
    ['scarce GPUs', {}, { resources: [...ENOUGH, scalar('gpus', 1)] }, ['DeclinedScarceResources']],
    [
      'reserved resources',
      { acceptedResourceRoles: ['*'] },
      { resources: ENOUGH.map((r) => ({ ...r, role: 'x' })) },
      ['UnfulfilledRole', 'InsufficientCpus', 'InsufficientMemory'],
    ],
  ])('refuses %s with the reasons', (_name, members, offer, reasons) => {
    const result = match(members, offer);
    expect(result.ok ? [] : inFunnelOrder(result.refusals)).toEqual(reasons);
  });

  it.each<[string, Record<string, unknown>, Partial<mesos.Offer>]>([
    [
      'remote regions for apps that speak of them',
      { constraints: [['@region', 'IS', 'there']] },
      { domain: far },
    ],
    [
      'GPU agents when the label allows it',
      { labels: { GPU_SCHEDULING_BEHAVIOR: 'unrestricted' } },
      { resources: [...ENOUGH, scalar('gpus', 1)] },
    ],
    [
      'a maintenance that is over',
      {},
      { unavailability: { start: { nanoseconds: 0 }, duration: { nanoseconds: 1 } } },
    ],
    ['a required port that is there', { requirePorts: true, ports: [31_005] }, {}],
  ])('accepts %s', (_name, members, offer) => {
    expect(match(members, offer).ok).toBe(true);
  });

  it('never takes more than is offered', () => {
    const input = fc.record({
      cpus: fc.double({ min: 0.001, max: 4, noNaN: true }),
      mem: fc.integer({ min: 0, max: 1000 }),
      count: fc.integer({ min: 0, max: 10 }),
    });
    fc.assert(
      fc.property(input, ({ cpus, mem, count }) => {
        const result = match({ cpus, mem, ports: Array(count).fill(0) });
        expect(result.ok).toBe(true);
        if (!result.ok) return;
        expect(
          containsResources(readResources(ENOUGH as unknown as WireResource[]), result.resources.flat()),
        ).toBe(true);
        expect(new Set(result.hostPorts).size).toBe(count);
      }),
    );
  });
});

describe('host ports', () => {
  const mapped = (hostPorts: (number | undefined)[]) =>
    app({
      networks: [{ mode: 'container', name: 'n' }],
      container: {
        type: 'MESOS',
        portMappings: hostPorts.map((hostPort) => ({
          containerPort: 80,
          ...(hostPort !== undefined && { hostPort }),
        })),
      },
    });

  it('are fixed, dynamic or none, as mappings say', () => {
    const matched = matchPorts(mapped([undefined, 0, 100]), [[99, 100]], randomFrom(1));
    expect(matched).toEqual([null, 99, 100]);
  });

  it('are adjacent when dynamic, and wrap around', () => {
    for (let seed = 0; seed < 50; seed++) {
      const matched =
        matchPorts(
          app({ ports: [0, 0, 0] }),
          [
            [1, 4],
            [10, 12],
          ],
          randomFrom(seed),
        ) ?? [];
      const order = [1, 2, 3, 4, 10, 11, 12];
      const places = matched.map((port) => order.indexOf(port ?? -1));
      expect(places.slice(1)).toEqual(places.slice(0, -1).map((place) => (place + 1) % order.length));
    }
  });
});
