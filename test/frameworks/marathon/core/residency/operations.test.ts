import {
  applyConversions,
  conversionsOf,
  type ResourceOperation,
} from '../../../../../cluster/model/conversions';
import { printResources, type WireResource } from '../../../../../cluster/model/resources';
import {
  releaseOperations,
  reserveOperations,
} from '../../../../../frameworks/marathon/core/residency/operations';
import { scalar, wire } from '../../volume-cluster';

const HOLDER = { frameworkId: 'F1', instanceId: 'db.instance-1', role: 'web', principal: 'marathon' };
const MOUNT = { disk: { source: { type: 'MOUNT', mount: { root: '/m' } } as never } };
const PROVIDER = { provider_id: { value: 'p' } };
const AGENT = [scalar('cpus', 2), scalar('disk', 50), scalar('disk', 20, { ...MOUNT, ...PROVIDER })];

const OPERATIONS = reserveOperations(HOLDER, wire([scalar('cpus', 1)]), [
  { containerPath: 'a', disk: first(scalar('disk', 10)), persistenceId: 'db#a#1' },
  { containerPath: 'b', disk: first(scalar('disk', 20, { ...MOUNT, ...PROVIDER })), persistenceId: 'db#b#1' },
]);

function first(resource: WireResource) {
  const [only] = wire([resource]);
  if (!only) throw new Error('no resource');
  return only;
}

/** The agent's resources after operations. */
function after(operations: typeof OPERATIONS, before = wire(AGENT)) {
  let resources = before;
  for (const { reserve, create, destroy, unreserve } of operations) {
    const named: ResourceOperation = reserve
      ? { type: 'RESERVE', resources: read(reserve.resources), source: [] }
      : create
        ? { type: 'CREATE', volumes: read(create.volumes) }
        : destroy
          ? { type: 'DESTROY', volumes: read(destroy.volumes) }
          : { type: 'UNRESERVE', resources: read(unreserve?.resources) };
    const result = applyConversions(resources, conversionsOf(named));
    if ('error' in result) throw new Error(result.error);
    resources = result;
  }
  return resources;
}

function read(resources: unknown) {
  return wire(resources as WireResource[]);
}

test('resources are reserved and volumes made on them, with one operation for each provider', () => {
  expect(OPERATIONS.map(({ type }) => type)).toEqual(['RESERVE', 'RESERVE', 'CREATE', 'CREATE']);
  expect(printResources(after(OPERATIONS))).toBe(
    'cpus(web):1; cpus:1; disk(web)[db#a#1:a]:10; disk(web)[MOUNT,db#b#1:b]:20; disk:40',
  );
});

test('freeing them leads back to what there was', () => {
  const own = after(OPERATIONS).filter(({ meta }) => meta.reservations);
  const operations = releaseOperations(own);
  expect(operations.map(({ type }) => type)).toEqual(['DESTROY', 'DESTROY', 'UNRESERVE', 'UNRESERVE']);
  expect(after(operations, after(OPERATIONS))).toEqual(wire(AGENT));
});
