import type { ContainerIo } from '../../../../cluster/agent/containerizer/container-io';
import type { MesosContainerizer } from '../../../../cluster/agent/containerizer/containerizer';
import type { Isolator } from '../../../../cluster/agent/containerizer/isolators/isolator';
import { pidIsolator } from '../../../../cluster/agent/containerizer/isolators/namespaces-pid';
import type { Container } from '../../../../cluster/agent/containerizer/port';
import type { ContainerSpec } from '../../../../cluster/agent/core/state/container-spec';
import { holderProgram } from '../../../../cluster/runtime/holder/held-program';
import { Place, runtime } from './place';

/** Makes every container one of the runtime, and changes nothing else. */
const bare: Isolator = { name: 'bare', needsRuntime: true };

/** Each way to run containers on this machine; those that are missing here are skipped by name. */
const ways: readonly [string, readonly Isolator[], boolean][] = [
  ['a holder', [], holderProgram() !== undefined],
  ['the runtime', [bare], 'path' in runtime],
  ['the runtime, in a pid namespace,', [pidIsolator({ disallowSharingAgent: false })], 'path' in runtime],
];

const asRoot = process.getuid?.() === 0;

/** All that a container writes from now on. */
async function follow(container: Container | undefined) {
  const io = (await container?.attach?.()) as ContainerIo;
  let text = '';
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const attachment = io.read({
    write: (name, data) => {
      text += name === 'stdout' ? data.toString() : `!${data.toString()}`;
      return true;
    },
    ended: () => end(),
  });
  return { io, ended, attachment, text: () => text };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const TERMINAL = { type: 'MESOS', tty_info: { window_size: { rows: 24, columns: 80 } } } as const;

describe.each(ways)('sessions in containers under %s', (_name, isolators, isThere) => {
  const check = isThere ? it : it.skip;
  let place: Place;
  beforeEach(() => {
    place = new Place();
  });
  afterEach(() => place.close());

  const sessionIn = (parent: ContainerSpec, value: string, more: Partial<ContainerSpec> = {}) => {
    const containerId = `${parent.containerId}.${more.containerId ?? 'session'}`;
    const directory = `${parent.directory}/containers/${containerId.split('.').at(-1)}`;
    const environment = { OWN: 'yes' };
    return {
      ...place.spec(value, { parent: parent.containerId, directory, environment, isSession: true }),
      ...more,
      containerId,
    };
  };

  const endOf = async (containers: MesosContainerizer, container: Container) => {
    const { status } = await container.ended;
    await containers.destroy(container.id);
    return status;
  };

  check('share the processes, folder and environment of what is around them', async () => {
    const containers = place.containerizer(isolators);
    const parent = place.spec('echo $$ > pid; echo ready; exec sleep 1000');
    const around = await containers.launch(parent);
    await until(() => place.output(parent) === 'ready\n');
    const script = 'echo "$OWN $MESOS_SANDBOX $PWD"; kill -0 $(cat pid) && echo sees; exit 3';
    const spec = sessionIn(parent, script);
    const session = await containers.launch(spec);
    const { ended, text } = await follow(session);
    await ended;
    expect(text()).toBe(`yes ${parent.directory} ${parent.directory}\nsees\n`);
    expect(place.output(spec)).toBe(text());
    expect(await endOf(containers, session)).toEqual({ code: 3 });
    await around.signal('SIGKILL');
    expect(await endOf(containers, around)).toEqual({ signal: 'SIGKILL' });
  });

  check('have a terminal that they control, and input by it', async () => {
    const containers = place.containerizer(isolators);
    const parent = place.spec('exec sleep 1000');
    await containers.launch(parent);
    const script = 'ps -o tpgid= -p $$ | grep -qx " *$$" && echo controls; read l; stty size; exit 5';
    const session = await containers.launch(sessionIn(parent, script, { container: TERMINAL }));
    const { io, ended, text } = await follow(session);
    await until(() => text().includes('controls'));
    const input = io.takeInput();
    expect(io.takeInput()).toBeUndefined();
    await input?.resize({ rows: 50, columns: 132 });
    await input?.write(Buffer.from('go\r'));
    await ended;
    expect(text()).toContain('50 132');
    expect((await session.ended).status).toEqual({ code: 5 });
    await containers.destroy(parent.containerId);
  });

  (isThere && asRoot ? it : it.skip)('run as a user of their own, or as that of the container', async () => {
    const containers = place.containerizer(isolators);
    const parent = place.spec('exec sleep 1000', { user: 'nobody' });
    await containers.launch(parent);
    for (const user of [undefined, 'daemon']) {
      const name = user ?? 'nobody';
      const session = await containers.launch(sessionIn(parent, 'id -un', { user, containerId: name }));
      const { ended, text } = await follow(session);
      await ended;
      expect(text()).toBe(`${name}\n`);
    }
    await containers.destroy(parent.containerId);
  });

  check(
    'end with the container around them, also in another session, and the container goes on',
    async () => {
      const containers = place.containerizer(isolators);
      const parent = place.spec('exec sleep 1000');
      const around = await containers.launch(parent);
      const first = sessionIn(parent, 'exec sleep 1000');
      const outer = await containers.launch(first);
      const inner = await containers.launch(sessionIn(first, 'exec sleep 1000', { containerId: 'inner' }));
      for (const session of [outer, inner]) await follow(session);
      await outer.signal('SIGKILL');
      expect((await outer.ended).status).toEqual({ signal: 'SIGKILL' });
      expect((await inner.ended).status).toEqual({ signal: 'SIGKILL' });
      expect(around.pid).toBeDefined();
      await containers.destroy(parent.containerId);
      expect(containers.all()).toEqual([]);
    },
  );

  check('do not outlive a restart; standalone containers do, and are attached to again', async () => {
    const containers = place.containerizer(isolators);
    const directory = `${place.workDir}/containers/alone`;
    const options = { containerId: 'alone', isStandalone: true, directory, container: TERMINAL };
    const parent = place.spec('echo ready; read l; echo "got $l"; exit 6', options);
    await containers.launch(parent);
    await follow(await containers.launch(sessionIn(parent, 'exec sleep 1000')));
    await until(() => place.output(parent).includes('ready'));

    const later = place.containerizer(isolators);
    expect((await later.recover([])).map(({ id }) => id)).toEqual(['alone']);
    const { io, ended, text } = await follow(later.get('alone'));
    await io.takeInput()?.write(Buffer.from('x\r'));
    await ended;
    expect(text()).toContain('got x');
    expect((await later.wait('alone'))?.status).toEqual({ code: 6 });
    const last = place.containerizer(isolators);
    expect((await last.recover([])).map(({ id }) => id)).toEqual(['alone']);
    expect((await last.wait('alone'))?.status).toEqual({ code: 6 });
    await last.destroy('alone');
  });

  check('are all that can be attached to, beside containers with a terminal', async () => {
    const containers = place.containerizer(isolators);
    const spec = place.spec('exec sleep 1000');
    const container = await containers.launch(spec);
    await expect(container.attach?.()).rejects.toThrow('I/O switchboard server was disabled');
    await containers.destroy(spec.containerId);
    await expect(container.attach?.()).rejects.toThrow('I/O switchboard server was disabled');
  });
});

it('a session needs a holder', async () => {
  const place = new Place();
  const containers = place.containerizer([], { hasHolder: false });
  const parent = place.spec('exec sleep 1000');
  await containers.launch(parent);
  const session = place.spec('true', {
    containerId: `${parent.containerId}.s`,
    parent: parent.containerId,
    directory: `${parent.directory}/containers/s`,
    isSession: true,
  });
  await expect(containers.launch(session)).rejects.toThrow('A session needs a holder');
  await containers.destroy(parent.containerId);
  await place.close();
});
