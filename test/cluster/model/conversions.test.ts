import fc from 'fast-check';
import { applyConversions, conversionsOf, type ResourceOperation } from '../../../cluster/model/conversions';
import { isAllocatableTo } from '../../../cluster/model/reservations';
import {
  addResources,
  containsResources,
  milliOf,
  printResources,
  type Resources,
  readResources,
  subtractResources,
  type WireResource,
} from '../../../cluster/model/resources';
import { applyCheckpoint, checkpointedOf } from '../../../cluster/model/volumes';

const disk = (value: number, rest: Partial<WireResource> = {}): WireResource => ({
  name: 'disk',
  type: 'SCALAR',
  scalar: { value },
  ...rest,
});
const reserved = (...roles: string[]): Partial<WireResource> => ({
  reservations: roles.map((role) => ({ type: 'DYNAMIC', role })),
});
const volume = (id: string, value: number, rest: Partial<WireResource> = {}): WireResource =>
  disk(value, {
    ...reserved('db'),
    disk: { persistence: { id }, volume: { container_path: 'data', mode: 'RW' } },
    ...rest,
  });

const reserve = (
  resources: readonly WireResource[],
  source: readonly WireResource[] = [],
): ResourceOperation => ({
  type: 'RESERVE',
  resources: readResources(resources),
  source: readResources(source),
});

function carriedOut(before: readonly WireResource[], ...operations: ResourceOperation[]): Resources {
  let resources = readResources(before);
  for (const operation of operations) {
    const result = applyConversions(resources, conversionsOf(operation));
    if ('error' in result) throw new Error(result.error);
    resources = result;
  }
  return resources;
}

describe('operations on resources', () => {
  it('reserve, create, grow, shrink, destroy and unreserve, and all is as before', () => {
    const before = [disk(100)];
    const steps: [ResourceOperation, string][] = [
      [reserve([disk(60, reserved('db'))]), 'disk(db):60; disk:40'],
      [
        { type: 'CREATE', volumes: readResources([volume('v', 50)]) },
        'disk(db)[v:data]:50; disk(db):10; disk:40',
      ],
      [
        {
          type: 'GROW_VOLUME',
          volume: readResources([volume('v', 50)]),
          addition: readResources([disk(10, reserved('db'))]),
        },
        'disk(db)[v:data]:60; disk:40',
      ],
      [
        { type: 'SHRINK_VOLUME', volume: readResources([volume('v', 60)]), subtractMilli: 20_000 },
        'disk(db)[v:data]:40; disk(db):20; disk:40',
      ],
      [{ type: 'DESTROY', volumes: readResources([volume('v', 40)]) }, 'disk(db):60; disk:40'],
      [{ type: 'UNRESERVE', resources: readResources([disk(60, reserved('db'))]) }, 'disk:100'],
    ];
    let resources = readResources(before);
    for (const [operation, expected] of steps) {
      const result = applyConversions(resources, conversionsOf(operation));
      if ('error' in result) throw new Error(result.error);
      expect(printResources(result)).toBe(expected);
      resources = result;
    }
  });

  it('say what is lacking', () => {
    const conversions = conversionsOf(reserve([disk(60, reserved('db'))]));
    expect(applyConversions(readResources([disk(50)]), conversions)).toEqual({
      error: 'disk:50 does not contain disk:60',
    });
  });

  it('refine a reservation, and take only the refinement back', () => {
    const before = [disk(10, reserved('a'))];
    const refined = disk(4, reserved('a', 'a/b'));
    const after = carriedOut(before, reserve([refined]));
    expect(printResources(after)).toBe('disk(a/b):4; disk(a):6');
    const back = applyConversions(
      after,
      conversionsOf({ type: 'UNRESERVE', resources: readResources([refined]) }),
    );
    expect(back).toEqual(readResources(before));
  });

  it('change a reservation for another role in one step, when the source is named', () => {
    const source = [disk(5, reserved('a'))];
    const moved = carriedOut(source, reserve([disk(5, reserved('b'))], source));
    expect(printResources(moved)).toBe('disk(b):5');
  });

  it('do not destroy a shared volume while somebody has another copy', () => {
    const shared = volume('s', 10, { shared: {} });
    const twice = readResources([shared, shared]);
    expect(printResources(twice)).toBe('disk(db)[s:data]<SHARED x2>:10');
    const conversions = conversionsOf({ type: 'DESTROY', volumes: readResources([shared]) });
    expect(applyConversions(twice, conversions)).toEqual({
      error:
        'Persistent volume disk(db)[s:data]<SHARED>:10 cannot be removed due to additional shared copies',
    });
    expect(applyConversions(readResources([shared]), conversions)).toEqual(
      readResources([disk(10, reserved('db'))]),
    );
  });

  it('keep the amount of every resource, whatever is reserved of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 500 })), { maxLength: 6 }),
        (size, wishes) => {
          let resources = readResources([disk(size)]);
          for (const [role, value] of wishes) {
            const operation = reserve([disk(value, reserved(role))]);
            const result = applyConversions(resources, conversionsOf(operation));
            if (!('error' in result)) resources = result;
          }
          expect(milliOf(resources, 'disk')).toBe(size * 1000);
        },
      ),
    );
  });
});

describe('volumes and disks of their own', () => {
  const mount = disk(100, { disk: { source: { type: 'MOUNT' } } });

  it('are taken whole or not at all', () => {
    const single = readResources([mount]);
    const part = readResources([disk(50, { disk: { source: { type: 'MOUNT' } } })]);
    expect(containsResources(single, part)).toBe(false);
    expect(containsResources(single, single)).toBe(true);
    expect(containsResources(single, readResources([mount, mount]))).toBe(false);
    expect(addResources(single, single)).toHaveLength(2);
    expect(subtractResources(addResources(single, single), single)).toEqual(single);
    expect(subtractResources(single, part)).toEqual(single);
  });

  it('are given in copies when they are shared', () => {
    const shared = readResources([volume('s', 10, { shared: {} })]);
    const two = addResources(shared, shared);
    expect(two).toHaveLength(1);
    expect(containsResources(two, addResources(shared, shared))).toBe(true);
    expect(containsResources(shared, two)).toBe(false);
    expect(subtractResources(two, shared)).toEqual(shared);
    expect(subtractResources(shared, shared)).toEqual([]);
  });
});

describe('what an agent keeps', () => {
  it('is what was reserved and created at run time, and makes its total again from what the machine has', () => {
    const machine = readResources([disk(100), disk(50, { role: 'web' })]);
    const total = carriedOut([disk(100), disk(50, { role: 'web' })], reserve([disk(60, reserved('db'))]), {
      type: 'CREATE',
      volumes: readResources([volume('v', 20)]),
    });
    const checkpointed = checkpointedOf(total);
    expect(printResources(checkpointed)).toBe('disk(db)[v:data]:20; disk(db):40');
    expect(applyCheckpoint(machine, checkpointed)).toEqual(total);
  });

  it('does not fit a machine that has less now', () => {
    const checkpointed = readResources([disk(60, reserved('db'))]);
    expect(applyCheckpoint(readResources([disk(50)]), checkpointed)).toEqual({
      error: 'Incompatible agent resources: disk:50 does not contain disk:60',
    });
  });
});

describe('reservations', () => {
  it.each([
    ['nobody', [], 'web', true],
    ['the role itself', ['web'], 'web', true],
    ['a role above', ['web'], 'web/blue', true],
    ['a role below', ['web', 'web/blue'], 'web', false],
    ['another role', ['web'], 'db', false],
    ['a role that only begins alike', ['web'], 'website', false],
  ])('of %s can be used or not', (_name, roles, role, expected) => {
    const [resource] = readResources([disk(1, roles.length > 0 ? reserved(...roles) : {})]);
    expect(resource && isAllocatableTo(resource, role)).toBe(expected);
  });
});
