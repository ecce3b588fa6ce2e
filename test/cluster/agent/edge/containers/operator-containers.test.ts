import { Place } from '../../containerizer/place';
import { operatorContainers } from '../http/running';

describe('containers of the operator API', () => {
  const place = new Place();
  const containerizer = place.containerizer();
  const begun: string[] = [];
  const ended: string[] = [];
  const discarded: string[] = [];
  const containers = operatorContainers(containerizer, {
    workDir: place.workDir,
    sandboxBegun: (directory) => begun.push(directory.slice(place.workDir.length)),
    sandboxEnded: (directory) => ended.push(directory.slice(place.workDir.length)),
    discard: (root, way) => discarded.push([root.slice(place.workDir.length), ...way].join(' ')),
  });
  afterAll(() => place.close());

  it('tell the use of their sandboxes, and where those are that are to be removed', async () => {
    const parent = { value: 'c' };
    const child = { value: 'n', parent };
    await containers.launch({ container_id: parent, command: { value: 'exec sleep 1000' } });
    await containers.launch({ container_id: child, command: { value: 'exit 0' } });
    await containers.wait(child);
    expect(begun).toEqual(['/containers/c', '/containers/c/containers/n']);
    expect(ended).toEqual(['/containers/c/containers/n']);
    await containers.remove(child);
    await containers.kill(parent);
    await containers.wait(parent);
    await containers.remove(parent);
    expect(discarded).toEqual(['/containers/c n', '/containers/c']);
  });

  it('have sandboxes that are garbage when their launch fails', async () => {
    const container_id = { value: 'f' };
    const user = 'nobody-of-this-name';
    const launch = { container_id, command: { value: 'exit 0', user } };
    expect(await containers.launch(launch)).toMatchObject({ status: 400 });
    expect([begun.at(-1), ended.at(-1)]).toEqual(['/containers/f', '/containers/f']);
  });

  it('are known for some time after their end, and the oldest is forgotten first', async () => {
    for (let index = 0; index <= 100; index++) {
      const container_id = { value: `e${index}` };
      await containers.launch({ container_id, command: { value: 'exit 0' } });
      await containers.wait(container_id);
    }
    while (containerizer.get('e0')) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await containers.wait({ value: 'e0' })).toMatchObject({ status: 404 });
    expect(await containers.wait({ value: 'e100' })).toEqual({ exit_status: 0 });
    for (const { id } of containerizer.all()) await containers.remove({ value: id });
  });

  it('are not launched in a container of Docker', async () => {
    const spec = place.spec('exec sleep 1000', { container: { type: 'DOCKER', docker: { image: 'i' } } });
    await containerizer.launch(spec);
    const container_id = { value: 'n', parent: { value: spec.containerId } };
    const text =
      'Nested containers are not supported in Docker containers: on the machine of the agent, ' +
      `'docker exec mesos-${spec.containerId} COMMAND' runs one`;
    const refusal = { status: 400, text };
    expect(await containers.launch({ container_id, command: { value: 'true' } })).toEqual(refusal);
    expect(await containers.launch({ container_id, command: { value: 'true' } }, true)).toEqual(refusal);
    await containerizer.destroy(spec.containerId);
  });

  it('run on when two calls at once launch them', async () => {
    const parent = { value: 'two' };
    const child = { value: 'n', parent };
    await containers.launch({ container_id: parent, command: { value: 'exec sleep 1000' } });
    const launch = { container_id: child, command: { value: 'exec sleep 1000' } };
    const answers = await Promise.all([containers.launch(launch), containers.launch(launch)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 202]);
    expect(await containers.kill(child)).toEqual({ status: 200, text: '' });
    await containerizer.destroy(parent.value);
  });

  it('get signals by their numbers', async () => {
    const container_id = { value: 'k' };
    await containers.launch({ container_id, command: { value: 'exec sleep 1000' } });
    expect(await containers.kill(container_id, 999)).toEqual({
      status: 500,
      text: 'Unable to send signal to container: Invalid argument',
    });
    await containers.kill(container_id, 2);
    expect(await containers.wait(container_id)).toMatchObject({ exit_status: 2 });
    await containers.remove(container_id);
  });
});
