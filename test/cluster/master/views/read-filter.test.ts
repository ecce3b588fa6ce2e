import { createFramework } from '../../../../cluster/master/core/frameworks/connection';
import { initMaster, type MasterState } from '../../../../cluster/master/core/state/state';
import { getAgents, getExecutors, getOperations } from '../../../../cluster/master/views/operator';
import { filterState, isRestricted, viewerKey } from '../../../../cluster/master/views/read-filter';
import { readAcls } from '../../../../cluster/model/acls';
import { readResources } from '../../../../cluster/model/resources';
import { BOOT } from '../builders';

const some = (...values: string[]) => ({ values });
const ANY = { type: 'ANY' };
const NONE = { type: 'NONE' };

function master(json: object): MasterState {
  const read = readAcls(json);
  if ('error' in read) throw new Error(read.error);
  const state = initMaster({ ...BOOT, settings: { ...BOOT.settings, acls: read.acls } });
  for (const user of ['root', 'www']) createFramework(state, `f-${user}`, { user, name: user });
  const reserved = (role: string) => ({
    name: 'cpus',
    type: 'SCALAR' as const,
    scalar: { value: 1 },
    reservations: [{ role, type: 'DYNAMIC' as const }],
  });
  const executor = (user: string) => ({
    id: `e-${user}`,
    frameworkId: `f-${user}`,
    agentId: 'a',
    role: '*',
    info: { executor_id: { value: `e-${user}` } },
    resources: [],
    allocated: [],
  });
  const operation = (role: string, frameworkId?: string) => ({
    uuid: role,
    agentId: 'a',
    frameworkId,
    info: { type: 'RESERVE' as const, reserve: { resources: [reserved(role)] } },
    latest: { state: 'OPERATION_PENDING' as const },
    statuses: [],
  });
  state.agents.set('a', {
    id: 'a',
    info: { hostname: 'h' },
    pid: 'slave(1)@h:1',
    version: '1',
    capabilities: [],
    total: readResources([reserved('web'), reserved('ops')]),
    connected: true,
    active: true,
    deactivated: false,
    registeredAt: 0,
    reregisteredAt: undefined,
    pingsUnanswered: 0,
    drainStartedAt: undefined,
    tasks: new Map(),
    executors: new Map([
      ['1', executor('root')],
      ['2', executor('www')],
    ]),
    operations: new Map([
      ['1', operation('web')],
      ['2', operation('ops')],
      ['3', operation('web', 'f-root')],
    ]),
    resourceVersion: undefined,
    offers: new Set(),
  });
  return state;
}

test('a read filter hides executors, operations and reservations with their frameworks and roles', () => {
  const state = master({
    view_frameworks: [
      { principals: some('guest'), users: some('www') },
      { principals: some('guest'), users: NONE },
    ],
    view_roles: [
      { principals: some('guest'), roles: some('web', '*') },
      { principals: some('guest'), roles: NONE },
    ],
  });
  const seen = filterState(state, { value: 'guest' });
  expect(
    [...getExecutors(seen).executors].map(({ executor_info }) => executor_info.executor_id?.value),
  ).toEqual(['e-www']);
  expect([...getOperations(seen).operations]).toHaveLength(1);
  const [agent] = getAgents(seen).agents ?? [];
  expect(agent?.total_resources?.map(({ reservations }) => reservations?.[0]?.role)).toEqual(['web']);
  expect(filterState(state, { value: 'other' })).toBe(state);
});

test('a read filter hides single executors by the user of their command', () => {
  const state = master({ view_executors: [{ principals: ANY, users: some('www') }], permissive: false });
  expect([...getExecutors(filterState(state, { value: 'guest' })).executors]).toEqual([]);
  const open = master({
    view_executors: [
      { principals: ANY, users: some('www') },
      { principals: ANY, users: NONE },
    ],
  });
  expect([...getExecutors(filterState(open, undefined)).executors]).toHaveLength(1);
});

test('a principal that the first rules allow everything is not restricted', () => {
  const rules = (principal: string) => ({ principals: some(principal), users: ANY });
  const state = master({ view_tasks: [rules('ops'), { principals: ANY, users: NONE }] });
  expect(isRestricted(state, { value: 'ops' })).toBe(false);
  expect(isRestricted(state, { value: 'guest' })).toBe(true);
  expect(isRestricted(state, undefined)).toBe(true);
  expect(isRestricted(initMaster(BOOT), undefined)).toBe(false);
});

describe('the key of shared pages', () => {
  const acls = {
    view_frameworks: [
      { principals: some('ops'), users: ANY },
      { principals: ANY, users: some('www') },
    ],
  };

  it('is one for all principals that see everything, and never that of a restricted one', () => {
    const state = master(acls);
    expect(viewerKey(state, { value: 'ops' })).toBe('');
    expect(viewerKey(master({}), { claims: { cid: '1' } })).toBe('');
    const restricted = [{ claims: { cid: '1' } }, undefined, { value: 'web' }, { value: '' }];
    for (const sender of restricted) expect(viewerKey(state, sender)).not.toBe('');
    expect(viewerKey(state, { value: 'web' })).not.toBe(viewerKey(state, { claims: { cid: 'web' } }));
  });
});

it('the whole state is printed for nobody by mistake', () => {
  const state = initMaster(BOOT);
  // @ts-expect-error views accept only what filterState, or unfiltered, returned
  expect([...getExecutors(state).executors]).toEqual([]);
});
