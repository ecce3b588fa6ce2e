import { isForAll, ownerLabels, ownerOf } from '../../../../../frameworks/marathon/core/residency/labels';
import { scalar, wire } from '../../volume-cluster';

const INSTANCE = 'db.instance-1b2c';

function reservedCpus(labels: ReturnType<typeof ownerLabels>) {
  const [cpus] = wire([scalar('cpus', 1, { reservations: [{ type: 'DYNAMIC', role: 'web', labels }] })]);
  if (!cpus) throw new Error('no resource');
  return cpus;
}

test.each<[name: string, label: string]>([
  ['an instance', INSTANCE],
  ['a task of it', `${INSTANCE}.container.2`],
  ['an app’s task of it', `${INSTANCE}._app.2`],
])('resources with the label of %s are for the instance', (_name, instanceId) => {
  const cpus = reservedCpus(ownerLabels({ frameworkId: 'F1', instanceId }));
  expect(ownerOf(cpus)).toEqual({ frameworkId: 'F1', instanceId: INSTANCE });
  expect(isForAll(cpus)).toBe(false);
});

test('resources without labels, and with those of others, are for all apps', () => {
  const cpus = reservedCpus({ labels: [{ key: 'owner', value: 'ops' }] });
  const [free] = wire([scalar('cpus', 1)]);
  expect([cpus, free].map((resource) => resource && [ownerOf(resource), isForAll(resource)])).toEqual([
    [undefined, true],
    [undefined, true],
  ]);
});
