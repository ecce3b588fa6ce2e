import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isFetching } from '../../../../../cluster/agent/containerizer/run-folder';
import { findProcesses } from '../../../../../cluster/runtime/processes';
import { until } from '../../../runtime/eventually';
import { Place } from '../place';
import { FetchPlace, isBuilt } from './fetch-place';
import { type HttpPages, httpServer } from './servers';

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

  const containerizer = () =>
    place.containerizer([], { fetcher: fetches.fetcher({ workDir: place.workDir }) });
  const uris = (...paths: readonly string[]) => paths.map((path) => ({ value: `${web.url}${path}` }));

  test('runs once all is there, and writes where the fetcher has written', async () => {
    const containers = containerizer();
    const command = { value: 'sh script', uris: uris('/script', '/fetched') };
    const spec = place.spec('', { command });
    const { ended } = await containers.launch(spec);
    expect(await ended).toMatchObject({ status: { code: 0 } });
    expect(place.output(spec)).toBe('by the fetcher');
    expect(place.output(spec, 'stderr')).toMatch(/Successfully fetched all URIs into .*\nmore\n$/);
    expect(statSync(join(spec.directory, 'stdout')).mode & 0o777).toBe(0o640);
    await containers.destroy(spec.containerId);
  });

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

  test('never ran when the agent ends while it fetches, and the fetch is killed', async () => {
    const spec = place.spec('', { command: { value: 'true', uris: uris('/silent') } });
    const before = containerizer();
    const launched = before.launch(spec).catch(() => undefined);
    await until(() => existsSync(join(spec.directory, 'silent')));
    const folder = join(place.runtimeDir, 'containers', spec.containerId);
    expect(isFetching(folder)).toBe(true);
    const fetching = (): number[] => findProcesses('MESOS_SANDBOX', (sandbox) => sandbox === spec.directory);
    expect(fetching()).toHaveLength(1);
    const containers = containerizer();
    const [container] = await containers.recover([]);
    expect(container).toBeUndefined();
    await launched;
    expect(fetching()).toEqual([]);
  });
});
