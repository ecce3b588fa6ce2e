import { existsSync } from 'node:fs';
import { GarbageRemover } from '../../../../../cluster/agent/edge/work-folder/garbage';
import type { Call } from '../../../../../cluster/api/generated/agent';
import type { ContainerID } from '../../../../../cluster/api/generated/mesos';
import { holderProgram } from '../../../../../cluster/runtime/holder/held-program';
import type { HttpServer } from '../../../../../cluster/runtime/http/server';
import { silentLogger } from '../../../../../cluster/runtime/log';
import { Place } from '../../containerizer/place';
import { AgentScript } from '../../interpreter';
import { dataOf, OperatorClient, sizeOf } from './operator-client';
import { operatorContainers, serve } from './running';

const held = holderProgram() === undefined ? describe.skip : describe;
const FORMS = ['application/json', 'application/x-protobuf'] as const;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

held.each(FORMS)('containers of the operator API, in %s (skipped without a C compiler)', (form) => {
  const place = new Place();
  const containerizer = place.containerizer();
  const garbage = new GarbageRemover({
    workDir: place.workDir,
    isContainer: () => false,
    post: () => undefined,
    now: () => 0,
    log: silentLogger,
  });
  let server: HttpServer;
  let client: OperatorClient;
  let count = 0;

  beforeAll(async () => {
    const containers = operatorContainers(containerizer, {
      workDir: place.workDir,
      discard: (root, way) => garbage.discard(root, way),
    });
    server = await serve(new AgentScript(), undefined, {
      all: () => containerizer.all(),
      containers,
      heartbeatMs: 20,
    });
    client = new OperatorClient(server.url, form);
  });
  afterAll(async () => {
    await Promise.all(containerizer.all().map(({ id }) => containerizer.destroy(id)));
    await server.close();
    await garbage.stop();
    await place.close();
  });

  const id = (): ContainerID => ({ value: `c${count++}` });
  const launch = (container_id: ContainerID, value: string, more: Partial<Call.LaunchContainer> = {}) =>
    client.call({
      type: 'LAUNCH_CONTAINER',
      launch_container: { container_id, command: { value }, ...more },
    });
  const wait = (container_id: ContainerID) =>
    client.call({ type: 'WAIT_CONTAINER', wait_container: { container_id } });
  const session = (container_id: ContainerID, value: string, terminal = false) =>
    client.output({
      type: 'LAUNCH_NESTED_CONTAINER_SESSION',
      launch_nested_container_session: {
        container_id,
        command: { value },
        ...(terminal && {
          container: { type: 'MESOS', tty_info: { window_size: { rows: 24, columns: 80 } } },
        }),
      },
    });
  const input = (container_id: ContainerID) => client.input({ type: 'CONTAINER_ID', container_id });

  it('a standalone container runs, is listed, and its end is known until it is removed', async () => {
    const container_id = id();
    const sandbox = `${place.workDir}/containers/${container_id.value}`;
    expect(await launch(container_id, 'pwd; exec sleep 1000')).toEqual({ status: 200, text: '' });
    expect(await launch(container_id, 'exit 1')).toEqual({ status: 202, text: '' });
    const shown = async (filter: object) => {
      const { response } = await client.call({ type: 'GET_CONTAINERS', get_containers: filter });
      return response?.get_containers?.containers?.map(({ container_id: { value } }) => value) ?? [];
    };
    expect(await shown({ show_standalone: true })).toEqual([container_id.value]);
    expect(await shown({})).toEqual([]);
    expect(await client.call({ type: 'REMOVE_CONTAINER', remove_container: { container_id } })).toMatchObject(
      { status: 500, text: 'Container has not terminated yet' },
    );
    const waiting = wait(container_id);
    expect(
      await client.call({ type: 'KILL_CONTAINER', kill_container: { container_id, signal: 15 } }),
    ).toEqual({ status: 200, text: '' });
    expect((await waiting).response?.wait_container?.exit_status).toBe(15);
    expect(await client.call({ type: 'KILL_CONTAINER', kill_container: { container_id } })).toEqual({
      status: 404,
      text: `Container '${container_id.value}' cannot be found (or is already killed)`,
    });
    expect((await wait(container_id)).response?.wait_container?.exit_status).toBe(15);
    expect(existsSync(`${sandbox}/stdout`)).toBe(true);
    expect(await client.call({ type: 'REMOVE_CONTAINER', remove_container: { container_id } })).toEqual({
      status: 200,
      text: '',
    });
    expect(existsSync(sandbox)).toBe(false);
    expect(await wait(container_id)).toEqual({
      status: 404,
      text: `Container ${container_id.value} cannot be found`,
    });
  });

  it('containers nest, end with what is around them, and are removed one by one', async () => {
    const parent = id();
    const child = { value: 'child', parent };
    const grandchild = { value: 'grandchild', parent: child };
    expect(await launch(child, 'true')).toEqual({
      status: 400,
      text: `Parent container ${parent.value} does not exist`,
    });
    await launch(parent, 'exec sleep 1000', { command: { value: 'exec sleep 1000' } });
    expect(
      await client.call({
        type: 'LAUNCH_NESTED_CONTAINER',
        launch_nested_container: { container_id: child, command: { value: 'exec sleep 1000' } },
      }),
    ).toEqual({ status: 200, text: '' });
    expect(await launch(grandchild, 'test "$PWD" = "$MESOS_SANDBOX" && exit 7')).toMatchObject({
      status: 200,
    });
    const waited = await client.call({
      type: 'WAIT_NESTED_CONTAINER',
      wait_nested_container: { container_id: grandchild },
    });
    expect(waited.response?.wait_nested_container?.exit_status).toBe(7 << 8);
    const sandbox = `${place.workDir}/containers/${parent.value}/containers/child/containers/grandchild`;
    expect(existsSync(sandbox)).toBe(true);
    const remove = (container_id: ContainerID) =>
      client.call({ type: 'REMOVE_NESTED_CONTAINER', remove_nested_container: { container_id } });
    expect(await remove(grandchild)).toEqual({ status: 200, text: '' });
    expect(await remove(grandchild)).toEqual({ status: 200, text: '' });
    expect(existsSync(sandbox)).toBe(false);
    expect(await remove(child)).toEqual({ status: 500, text: 'Nested container has not terminated yet' });
    const end = wait(child);
    await client.call({ type: 'KILL_CONTAINER', kill_container: { container_id: parent } });
    expect((await end).response?.wait_container?.exit_status).toBe(9);
  });

  it('what cannot be launched is refused with the reason', async () => {
    const docker = { container: { type: 'DOCKER', docker: { image: 'i' } } } as const;
    expect(await launch(id(), 'true', docker)).toEqual({
      status: 400,
      text: 'The provided ContainerInfo is not supported',
    });
    const missing = await client.call({
      type: 'LAUNCH_CONTAINER',
      launch_container: { container_id: id(), command: { shell: false, value: '/nonexistent' } },
    });
    expect(missing.status).toBe(400);
    expect(missing.text).toContain('/nonexistent');
    const none = await client.call({ type: 'LAUNCH_CONTAINER', launch_container: { container_id: id() } });
    expect(none).toEqual({ status: 400, text: 'Shell command is not specified' });
  });

  it('a session without a terminal shares what is around it, streams its output, and takes input', async () => {
    const parent = id();
    const command = { value: 'exec sleep 1000', environment: { variables: [{ name: 'A', value: '1' }] } };
    await launch(parent, '', { command });
    const container_id = { value: 'session', parent };
    const stream = await session(container_id, 'echo "$A $PWD"; cat; echo problem >&2; exit 4');
    expect(stream.headers['content-type']).toBe(form);
    const sent = input(container_id);
    sent.data('typed\n');
    await until(() => stream.text().includes('typed'));
    expect(await input(container_id).answered).toEqual({
      status: 409,
      text: 'Multiple input connections are not allowed',
    });
    sent.send({
      type: 'PROCESS_IO',
      process_io: { type: 'CONTROL', control: { type: 'HEARTBEAT', heartbeat: {} } },
    });
    await until(() => stream.messages.some(({ control }) => control?.type === 'HEARTBEAT'));
    sent.data('');
    await stream.ended;
    expect(stream.text()).toBe(`1 ${place.workDir}/containers/${parent.value}\ntyped\n`);
    expect(stream.text('STDERR')).toBe('problem\n');
    expect(await sent.answered).toEqual({ status: 200, text: '' });
    expect((await wait(container_id)).response?.wait_container?.exit_status).toBe(4 << 8);
  });

  it('a session ends with its connection', async () => {
    const parent = id();
    await launch(parent, 'exec sleep 1000');
    const container_id = { value: 'session', parent };
    const stream = await session(container_id, 'echo begun; exec sleep 1000');
    await until(() => stream.text() !== '');
    stream.close();
    expect((await wait(container_id)).response?.wait_container?.exit_status).toBe(9);
  });

  it('the output of a session waits for a slow reader, and comes whole', async () => {
    const parent = id();
    await launch(parent, 'exec sleep 1000');
    const stream = await session({ value: 'session', parent }, 'seq 1 300000');
    await stream.ended;
    expect(stream.text().trimEnd().split('\n')).toHaveLength(300_000);
  });

  it('a terminal is attached to by several readers and one writer, and changes its size', async () => {
    const container_id = id();
    const container = { type: 'MESOS', tty_info: { window_size: { rows: 24, columns: 80 } } } as const;
    await launch(container_id, 'stty -echo; echo ready; while read l; do echo "$l:"; stty size; done', {
      container,
    });
    const output = () =>
      client.output(
        { type: 'ATTACH_CONTAINER_OUTPUT', attach_container_output: { container_id } },
        { accept: 'application/recordio', 'message-accept': form },
      );
    const [one, two] = [await output(), await output()];
    expect(one.headers).toMatchObject({
      'content-type': 'application/recordio',
      'message-content-type': form,
    });
    const sent = input(container_id);
    sent.send(sizeOf(50, 132));
    sent.data('hello\r');
    await until(() => one.text().includes('50 132') && two.text().includes('hello:'));
    one.close();
    sent.data('\u0004');
    await two.ended;
    expect(await sent.answered).toEqual({ status: 200, text: '' });
  });

  it('messages of input that are wrong are refused in the words of the original', async () => {
    const container_id = id();
    await launch(container_id, 'exec sleep 1000');
    const refused = async (value: Call.AttachContainerInput, ...more: Call.AttachContainerInput[]) => {
      const stream = client.input(value);
      for (const message of more) stream.send(message);
      stream.end();
      return await stream.answered;
    };
    expect(await refused({ type: 'CONTAINER_ID', container_id: { value: 'other' } })).toEqual({
      status: 404,
      text: 'Container other cannot be found',
    });
    expect(await refused(dataOf('x'))).toEqual({
      status: 400,
      text: "Expecting 'attach_container_input.type' to be CONTAINER_ID",
    });
    expect(await refused({ type: 'CONTAINER_ID', container_id })).toEqual({
      status: 500,
      text: 'I/O switchboard server was disabled for this container',
    });
    const parent = container_id;
    const nested = { value: 'session', parent };
    const stream = await session(nested, 'cat');
    expect(await refused({ type: 'CONTAINER_ID', container_id: nested }, sizeOf(1, 1))).toEqual({
      status: 400,
      text: 'Unable to set the window size: Inappropriate ioctl for device',
    });
    expect(await refused({ type: 'CONTAINER_ID', container_id: nested }, { type: 'PROCESS_IO' })).toEqual({
      status: 400,
      text: "Expecting 'attach_container_input.process_io' to be present",
    });
    stream.close();
  });

  it('calls and streams go by their media types', async () => {
    const container_id = id();
    const read = { type: 'GET_HEALTH' } as const;
    const streamed = { accept: 'application/recordio' };
    expect(await client.call(read, streamed)).toEqual({
      status: 406,
      text: 'Streaming response is not supported for GET_HEALTH call',
    });
    expect(
      await client.call({
        type: 'ATTACH_CONTAINER_INPUT',
        attach_container_input: { type: 'CONTAINER_ID', container_id },
      }),
    ).toEqual({
      status: 415,
      text: "Expecting 'Content-Type' to be application/recordio for ATTACH_CONTAINER_INPUT call",
    });
  });
});
