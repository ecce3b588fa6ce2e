import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Isolator } from '../../../../../cluster/agent/containerizer/isolators/isolator';
import { isFetching } from '../../../../../cluster/agent/containerizer/run-folder';
import { findProcesses } from '../../../../../cluster/runtime/processes';
import { until } from '../../../runtime/eventually';
import { Place, runtime } from '../place';
import { FetchPlace, isBuilt } from './fetch-place';
import { type HttpPages, httpServer } from './servers';

const atWork: Isolator = { name: 'at work', needsRuntime: true, isolate: () => Promise.resolve() };
/** A container without a runtime, and one of a runtime whose process waits while URIs are fetched. */
const ways: readonly (readonly [name: string, isolators: readonly Isolator[]])[] = [
  ['a holder', []],
  ...('path' in runtime ? ([['a runtime', [atWork]]] as const) : []),
];
const maybe = isBuilt ? describe : describe.skip;

maybe('a container with URIs', () => {
  let place: Place;
  let fetches: FetchPlace;
  let web: HttpPages;

  beforeAll(async () => {
    place = new Place();
    fetches = new FetchPlace();
    web = await httpServer({
      '/script': 'cat fetched; echo more >&2',
      '/fetched': 'by the fetcher',
      '/silent': (_request, response) => void response.writeHead(200).write('a'),
    });
  });

  afterAll(async () => {
    await web.close();
    await place.close();
    await fetches.close();
  });

  const containerizer = (isolators: readonly Isolator[] = []) =>
    place.containerizer(isolators, { fetcher: fetches.fetcher({ workDir: place.workDir }) });
  const uris = (...paths: readonly string[]) => paths.map((path) => ({ value: `${web.url}${path}` }));

  test.each(ways)(
    'runs once all is there, and writes where the fetcher has written: %s',
    async (_way, isolators) => {
      const containers = containerizer(isolators);
      const command = { value: 'sh script', uris: uris('/script', '/fetched') };
      const spec = place.spec('', { command });
      const { ended } = await containers.launch(spec);
      expect(await ended).toMatchObject({ status: { code: 0 } });
      expect(place.output(spec)).toBe('by the fetcher');
      expect(place.output(spec, 'stderr')).toMatch(/Successfully fetched all URIs into .*\nmore\n$/);
      expect(statSync(join(spec.directory, 'stdout')).mode & 0o777).toBe(0o640);
      await containers.destroy(spec.containerId);
    },
  );

  test('fails with the reason, and its sandbox tells it, too', async () => {
    const containers = containerizer();
    const spec = place.spec('', { command: { value: 'true', uris: uris('/missing') } });
    await expect(containers.launch(spec)).rejects.toThrow(
      `Failed to fetch all URIs for container '${spec.containerId}': exited with status 1`,
    );
    expect(place.output(spec, 'stderr')).toContain('received HTTP return code 404');
    expect(readdirSync(spec.directory).sort()).toEqual(['stderr', 'stdout']);
  });

  test('is destroyed while it fetches, and others do not wait for it', async () => {
    const containers = place.containerizer([], {
      fetcher: fetches.fetcher({ workDir: place.workDir }),
      launchesMax: 1,
    });
    const spec = place.spec('', { command: { value: 'true', uris: uris('/silent') } });
    const launched = containers.launch(spec).catch((error: Error) => error.message);
    await until(() => existsSync(join(spec.directory, 'silent')));
    const other = place.spec('true');
    await containers.launch(other);
    await containers.destroy(other.containerId);
    const ended = await containers.destroy(spec.containerId);
    expect(ended).toMatchObject({ message: 'Container destroyed while fetching' });
    expect(await launched).toBe('Container destroyed while fetching');
    expect(readdirSync(spec.directory).sort()).toEqual(['stderr', 'stdout']);
  });

  test.each(ways)('never ran when the agent ends while it fetches: %s', async (_way, isolators) => {
    const spec = place.spec('', { command: { value: 'true', uris: uris('/silent') } });
    const before = containerizer(isolators);
    const launched = before.launch(spec).catch(() => undefined);
    await until(() => existsSync(join(spec.directory, 'silent')));
    const folder = join(place.runtimeDir, 'containers', spec.containerId);
    expect(isFetching(folder)).toBe(true);
    const fetching = (): number[] => findProcesses('MESOS_SANDBOX', (sandbox) => sandbox === spec.directory);
    expect(fetching()).toHaveLength(1);
    const containers = containerizer(isolators);
    const [container] = await containers.recover([spec.containerId]);
    expect(container?.neverRan).toBe(true);
    expect(await containers.destroy(spec.containerId)).toMatchObject({ neverRan: true });
    await launched;
    expect(fetching()).toEqual([]);
  });
});
