import { LaunchQueue } from '../../../../cluster/agent/containerizer/launch-queue';

/** Launches by name, each of which ends when it is told to. */
function setUp(limit: number) {
  const queue = new LaunchQueue(limit);
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const launch = (name: string): Promise<void> =>
    queue.run(() => {
      begun.push(name);
      return new Promise<void>((resolve, reject) => {
        ends.set(name, (error) => (error ? reject(error) : resolve()));
      });
    });
  return { begun, ends, launch };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('so many launches are under way at a time, and the others follow in their order', async () => {
  const { begun, ends, launch } = setUp(2);
  const all = ['a', 'b', 'c', 'd'].map(launch);
  await settled();
  expect(begun).toEqual(['a', 'b']);
  ends.get('b')?.();
  await settled();
  expect(begun).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'c']) ends.get(name)?.();
  await settled();
  ends.get('d')?.();
  await Promise.all(all);
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

it('a launch that fails gives its turn to the next one', async () => {
  const { begun, ends, launch } = setUp(1);
  const all = ['a', 'b'].map(launch);
  await settled();
  ends.get('a')?.(new Error('no holder'));
  await settled();
  expect(begun).toEqual(['a', 'b']);
  ends.get('b')?.();
  await Promise.all(all);
});
