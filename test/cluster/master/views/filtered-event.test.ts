import { printAgent } from '../../../../cluster/master/core/agents/print-agent';
import { printFramework } from '../../../../cluster/master/core/frameworks/print-framework';
import { slavesPage, statePage } from '../../../../cluster/master/edge/http/state-page';
import { filterEvent } from '../../../../cluster/master/views/filtered-event';
import { getAgents } from '../../../../cluster/master/views/operator';
import { filterState, readFilterOf, unfiltered } from '../../../../cluster/master/views/read-filter';
import { readAcls } from '../../../../cluster/model/acls';
import { printResources, readResources, type WireResource } from '../../../../cluster/model/resources';
import { BOOT } from '../builders';
import { MasterScript } from '../interpreter';

const ANY = { type: 'ANY' };
const GUEST = { value: 'guest' };

function script(): MasterScript {
  const read = readAcls({
    view_roles: [
      { principals: { values: ['guest'] }, roles: { values: ['web', '*'] } },
      { principals: { values: ['guest'] }, roles: { type: 'NONE' } },
    ],
    view_frameworks: [{ principals: ANY, users: ANY }],
  });
  if ('error' in read) throw new Error(read.error);
  return new MasterScript({ ...BOOT, settings: { ...BOOT.settings, acls: read.acls } });
}

/** An agent of which `web` uses 1 CPU, `ops` uses 1 and is offered the rest, and 1 is reserved for each. */
function masterAtWork(): MasterScript {
  const master = script();
  const lines = [
    'start',
    'agent a cpus=6 caps=MULTI_ROLE,HIERARCHICAL_ROLE,RESERVATION_REFINEMENT',
    'advance 1',
    'wish M-S0 RESERVE=cpus(ops):1',
    'wish M-S0 RESERVE=cpus(web):1',
    'framework web role=web caps=RESERVATION_REFINEMENT',
    'advance 2',
    'accept web O0 t1 refuse=1000',
    'framework ops role=ops caps=RESERVATION_REFINEMENT',
    'advance 2',
    'accept ops O1 t2 refuse=0',
    'advance 2',
  ];
  for (const line of lines) master.interpret(line.split(' '), line);
  return master;
}

const roles = (resources: readonly WireResource[] | undefined): string[] =>
  [...new Set((resources ?? []).map(({ allocation_info }) => allocation_info?.role ?? 'nobody'))].sort();
const text = (resources: readonly WireResource[] | undefined): string =>
  printResources(readResources(resources));

test('events for followers that see all roles name the role of each allocation of an agent', () => {
  const [agent] = getAgents(unfiltered(masterAtWork().state)).agents ?? [];
  expect(text(agent?.total_resources)).toBe('cpus(ops):1; cpus(web):1; cpus:4; mem:4096');
  expect(roles(agent?.allocated_resources)).toEqual(['ops', 'web']);
  expect(roles(agent?.offered_resources)).toEqual(['ops']);
});

test('a filtered event has only resources all of whose roles may be seen', () => {
  const { state } = masterAtWork();
  const [agent] = getAgents(filterState(state, GUEST)).agents ?? [];
  expect(text(agent?.total_resources)).toBe('cpus(web):1; cpus:4; mem:4096');
  expect(roles(agent?.allocated_resources)).toEqual(['web']);
  expect(agent?.offered_resources).toEqual([]);
});

interface Slave {
  readonly resources: { readonly cpus: number };
  readonly used_resources: { readonly cpus: number };
  readonly offered_resources: { readonly cpus: number };
  readonly reserved_resources: Record<string, unknown>;
  readonly unreserved_resources: { readonly cpus: number };
  readonly reserved_resources_full: Record<string, unknown[]>;
  readonly used_resources_full: readonly WireResource[];
  readonly offered_resources_full: readonly WireResource[];
}

test('v0 pages keep the sums, and name no hidden role', () => {
  const { state } = masterAtWork();
  const seen = filterState(state, GUEST);
  for (const page of [slavesPage(seen), statePage(seen, undefined)]) {
    const [slave] = (JSON.parse(page) as { slaves: Slave[] }).slaves;
    expect(slave?.resources.cpus).toBe(6);
    expect(slave?.used_resources.cpus).toBe(2);
    expect(slave?.offered_resources.cpus).toBe(3);
    expect(slave?.unreserved_resources.cpus).toBe(4);
    expect(Object.keys(slave?.reserved_resources ?? {})).toEqual(['web']);
  }
  const [slave] = (JSON.parse(slavesPage(seen)) as { slaves: Slave[] }).slaves;
  expect(Object.keys(slave?.reserved_resources_full ?? {})).toEqual(['web']);
  expect(roles(slave?.used_resources_full)).toEqual(['web']);
  expect(slave?.offered_resources_full).toEqual([]);
});

test('followers get agents and frameworks without resources of hidden roles', () => {
  const { state } = masterAtWork();
  const filter = readFilterOf(state, GUEST);
  const [agent] = state.agents.values();
  const ops = [...state.frameworks.values()].find(({ info }) => info.name === 'ops');
  if (!agent || !ops) throw new Error('the script has neither agent nor framework');
  const added = filterEvent(state, filter, {
    type: 'AGENT_ADDED',
    agent_added: { agent: printAgent(state, agent) },
  })?.agent_added?.agent;
  expect(text(added?.total_resources)).toBe('cpus(web):1; cpus:4; mem:4096');
  expect(roles(added?.allocated_resources)).toEqual(['web']);
  const whole = printFramework(state, ops);
  expect([roles(whole.allocated_resources), roles(whole.offered_resources)]).toEqual([['ops'], ['ops']]);
  const updated = filterEvent(state, filter, {
    type: 'FRAMEWORK_UPDATED',
    framework_updated: { framework: whole },
  })?.framework_updated?.framework;
  expect([updated?.allocated_resources, updated?.offered_resources]).toEqual([[], []]);
});
