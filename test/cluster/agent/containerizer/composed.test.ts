import {
  ComposedContainerizer,
  type ContainerTable,
  NoContainerizer,
} from '../../../../cluster/agent/containerizer/composed';
import type { Container } from '../../../../cluster/agent/containerizer/port';
import type { ContainerSpec } from '../../../../cluster/agent/core/state/container-spec';
import { specOf } from './isolators/builders';

/** A containerizer in memory that says what is done with it. */
function table(name: string, done: string[]): ContainerTable {
  const containers = new Map<string, Container>();
  const say = (what: string, id: string): void => void done.push(`${name} ${what} ${id}`);
  return {
    launch: (spec) => {
      say('launch', spec.containerId);
      const container = { id: spec.containerId, spec } as Container;
      containers.set(spec.containerId, container);
      return Promise.resolve(container);
    },
    update: (id) => Promise.resolve(say('update', id)),
    wait: (id) => Promise.resolve({ status: { code: 3 }, message: `${name} ${id}` }),
    destroy: (id) => {
      say('destroy', id);
      containers.delete(id);
      return Promise.resolve({ status: undefined, message: '' });
    },
    recover: (wanted) => {
      say('recover', wanted.join());
      return Promise.resolve([...containers.values()]);
    },
    all: () => [...containers.values()],
    get: (id) => containers.get(id),
  };
}

const spec = (containerId: string, more: Partial<ContainerSpec> = {}): ContainerSpec =>
  specOf({ containerId, ...more });

function setUp() {
  const done: string[] = [];
  const takes = (type: string | undefined) => (asked: ContainerSpec) => asked.container?.type === type;
  const composed = new ComposedContainerizer([
    { name: 'docker', containerizer: table('docker', done), takes: takes('DOCKER') },
    { name: 'mesos', containerizer: table('mesos', done), takes: takes(undefined) },
  ]);
  return { composed, done };
}

const DOCKER = { container: { type: 'DOCKER' } } as const;

test('each container belongs to the first containerizer that takes it, until its end', async () => {
  const { composed, done } = setUp();
  await composed.launch(spec('a'));
  await composed.launch(spec('b', DOCKER));
  await composed.update('b', { resources: [], limits: {} });
  expect(await composed.wait('b')).toEqual({ status: { code: 3 }, message: 'docker b' });
  expect(composed.get('a')?.spec.containerId).toBe('a');
  expect(composed.all().map(({ id }) => id)).toEqual(['b', 'a']);
  await composed.destroy('b');
  expect(await composed.wait('b')).toBeUndefined();
  expect(await composed.destroy('b')).toBeUndefined();
  await expect(composed.update('b', { resources: [], limits: {} })).rejects.toThrow("Unknown container 'b'");
  expect(done).toEqual(['mesos launch a', 'docker launch b', 'docker update b', 'docker destroy b']);
});

test('nested containers belong to the containerizer of their parent', async () => {
  const { composed, done } = setUp();
  await composed.launch(spec('b', DOCKER));
  await composed.launch(spec('b.c', { parent: 'b' }));
  expect(done).toEqual(['docker launch b', 'docker launch b.c']);
});

test('a container that nobody takes is refused in the words of the original', async () => {
  const { composed, done } = setUp();
  const refused = composed.launch(spec('x', { container: { type: 'MESOS' } }));
  await expect(refused).rejects.toThrow(NoContainerizer);
  await expect(refused).rejects.toThrow(
    'None of the enabled containerizers (docker,mesos) could create a container for the provided',
  );
  expect(done).toEqual([]);
});

test('all containerizers recover what is wanted', async () => {
  const { composed, done } = setUp();
  await composed.launch(spec('a'));
  await composed.launch(spec('b', DOCKER));
  expect((await composed.recover(['a', 'b'])).map(({ id }) => id)).toEqual(['b', 'a']);
  expect(done.slice(2)).toEqual(['docker recover a,b', 'mesos recover a,b']);
});
