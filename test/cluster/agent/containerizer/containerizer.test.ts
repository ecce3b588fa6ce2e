import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HURRY_MS, START_MS } from '../../../../cluster/agent/containerizer/core/launch';
import { holderFolder } from '../../../../cluster/agent/containerizer/held';
import type { Isolator } from '../../../../cluster/agent/containerizer/isolators/isolator';
import { pidIsolator } from '../../../../cluster/agent/containerizer/isolators/namespaces-pid';
import { runFolder } from '../../../../cluster/agent/containerizer/run-folder';
import { VirtualClock } from '../../../../cluster/runtime/clock';
import { holderProgram } from '../../../../cluster/runtime/holder/held-program';
import { expectNothingLeft, leftovers } from '../../../leftovers';
import { Place, runtime } from './place';

/** Makes every container one of the runtime, and changes nothing else. */
const bare: Isolator = { name: 'bare', needsRuntime: true };

/** Makes every holder wait for ever before it starts its program, as one does that is stopped. */
const hanging: Isolator = {
  name: 'hanging',
  needsRuntime: false,
  prepare: ({ folder }) => {
    mkdirSync(holderFolder(folder));
    // It waits for a reader.
    execFileSync('mkfifo', [join(holderFolder(folder), 'processes.new')]);
    return Promise.resolve({});
  },
};

/** Each way to run containers on this machine; those that are missing here are skipped by name. */
const ways: readonly [string, readonly Isolator[], boolean][] = [
  ['a holder', [], holderProgram() !== undefined],
  ['the runtime', [bare], 'path' in runtime],
  ['the runtime, in a pid namespace,', [pidIsolator({ disallowSharingAgent: false })], 'path' in runtime],
];

describe.each(ways)('containers under %s', (_name, isolators, isThere) => {
  const check = isThere ? it : it.skip;
  let place: Place;
  beforeEach(() => {
    place = new Place();
  });
  afterEach(() => place.close());

  check('run, and tell how they ended, with plain output in the sandbox', async () => {
    const containers = place.containerizer(isolators);
    const spec = place.spec('echo out; echo err >&2; exit 7');
    const container = await containers.launch(spec);
    expect(await container.ended).toEqual({ status: { code: 7 }, message: '' });
    expect(place.output(spec)).toBe('out\n');
    expect(place.output(spec, 'stderr')).toBe('err\n');
    expect(statSync(join(spec.directory, 'stdout')).mode & 0o777).toBe(0o640);
    expect(statSync(spec.directory).mode & 0o777).toBe(0o750);
    await containers.destroy(spec.containerId);
    expect(await containers.wait(spec.containerId)).toBeUndefined();
  });

  check.each(['exit 0', 'kill -TERM $$', 'kill -9 $$', 'exec sleep 0'])(
    'that run `%s` tell their end',
    async (command) => {
      const containers = place.containerizer(isolators);
      const spec = place.spec(command);
      const { status } = await (await containers.launch(spec)).ended;
      const signals: Readonly<Record<string, string>> = {
        'kill -TERM $$': 'SIGTERM',
        'kill -9 $$': 'SIGKILL',
      };
      const signal = signals[command];
      expect(status).toEqual(signal === undefined ? { code: 0 } : { signal });
      await containers.destroy(spec.containerId);
    },
  );

  check('have the environment of their spec, a folder and a umask, and no open file of ours', async () => {
    const containers = place.containerizer(isolators);
    const spec = place.spec('env | sort; pwd; umask; ls /proc/self/fd | wc -l');
    await (await containers.launch(spec)).ended;
    const lines = place.output(spec).trim().split('\n');
    const added = lines.filter((line) => !/^(PWD|HOME|_|SHLVL|OLDPWD)=/.test(line));
    expect(added).toEqual([
      `MESOS_SANDBOX=${spec.directory}`,
      'PATH=/usr/local/bin:/usr/bin:/bin',
      spec.directory,
      '0022',
      '4',
    ]);
    await containers.destroy(spec.containerId);
  });

  check('have a terminal when they ask for one, whose output is in stdout', async () => {
    const containers = place.containerizer(isolators);
    const tty_info = { window_size: { rows: 33, columns: 99 } };
    const script =
      'tty; stty size; echo err >&2; ps -o tpgid= -p $$ | grep -qx " *$$" && echo controls; exit 5';
    const spec = place.spec(script, { user: 'nobody', container: { type: 'MESOS', tty_info } });
    expect((await (await containers.launch(spec)).ended).status).toEqual({ code: 5 });
    expect(place.output(spec)).toMatch(/^\/dev\/pts\/\d+\r\n33 99\r\nerr\r\ncontrols\r\n$/);
    expect(place.output(spec, 'stderr')).toBe('');
    await containers.destroy(spec.containerId);
  });

  check('lose nothing of a terminal, though they write much and end at once', async () => {
    const containers = place.containerizer(isolators);
    const spec = place.spec('seq 1 50000', { container: { type: 'MESOS', tty_info: {} } });
    expect((await (await containers.launch(spec)).ended).status).toEqual({ code: 0 });
    expect(place.output(spec).split('\r\n')).toEqual([...numbersTo(50_000), '']);
    await containers.destroy(spec.containerId);
  });

  check('end by signals at a terminal, too', async () => {
    const containers = place.containerizer(isolators);
    const spec = place.spec('exec sleep 1000', { container: { type: 'MESOS', tty_info: {} } });
    const container = await containers.launch(spec);
    await container.signal('SIGTERM');
    expect((await container.ended).status).toEqual({ signal: 'SIGTERM' });
    await containers.destroy(spec.containerId);
  });

  check('get signals with all of their processes', async () => {
    const containers = place.containerizer(isolators);
    const trap = 'trap "echo got usr1; exit 3" USR1; touch ready; while :; do sleep 0.01; done';
    const spec = place.spec(trap);
    const container = await containers.launch(spec);
    await exists(join(spec.directory, 'ready'));
    await container.signal('SIGUSR1');
    expect((await container.ended).status).toEqual({ code: 3 });
    expect(place.output(spec)).toBe('got usr1\n');
    await containers.destroy(spec.containerId);
  });

  check('are destroyed with what they have started, also what has left its session', async () => {
    const containers = place.containerizer(isolators);
    const spec = place.spec('setsid sh -c "sleep 1000; true" & touch ready; wait');
    await containers.launch(spec);
    await exists(join(spec.directory, 'ready'));
    expect(await containers.destroy(spec.containerId)).toEqual({
      status: { signal: 'SIGKILL' },
      message: '',
    });
    expect(leftovers(place)).toEqual([]);
  });

  check('run commands in their environment, which end with them', async () => {
    const containers = place.containerizer(isolators);
    const spec = place.spec('sleep 1000');
    const container = await containers.launch(spec);
    const sh = (script: string) => ({
      file: '/bin/sh',
      arguments: ['sh', '-c', script],
      environment: { OWN: 'x' },
    });
    const good = await container.exec(sh('echo $OWN $MESOS_SANDBOX > seen; exit 5'));
    expect(await good.ended).toEqual({ code: 5 });
    expect(readFileSync(join(spec.directory, 'seen'), 'utf8')).toBe(`x ${spec.directory}\n`);
    const long = await container.exec(sh('sleep 1000 & wait'));
    await long.destroy();
    expect(await long.ended).toEqual({ signal: 'SIGKILL' });
    const left = await container.exec(sh('sleep 1000'));
    await containers.destroy(spec.containerId);
    expect(await left.ended).toEqual({ signal: 'SIGKILL' });
  });

  check('go on when the agent is killed, and are adopted by the next one', async () => {
    const spec = place.spec('touch ready; while [ ! -e go ]; do sleep 0.01; done; echo on; exit 4');
    const other = place.spec('exit 6');
    const before = place.containerizer(isolators);
    await before.launch(spec);
    await (await before.launch(other)).ended;
    await exists(join(spec.directory, 'ready'));
    const after = place.containerizer(isolators);
    const [first, second] = await after.recover([spec.containerId, other.containerId]);
    expect(first?.id).toBe(spec.containerId);
    expect(first?.pid).toBeGreaterThan(1);
    expect((await second?.ended)?.status).toEqual({ code: 6 });
    writeFileSync(join(spec.directory, 'go'), '');
    expect((await first?.ended)?.status).toEqual({ code: 4 });
    expect(place.output(spec)).toBe('on\n');
    await after.destroy(spec.containerId);
    await after.destroy(other.containerId);
  });

  check('without a run folder are destroyed by a recovery', async () => {
    const spec = place.spec('setsid sleep 1000 & touch ready; wait');
    await place.containerizer(isolators).launch(spec);
    await exists(join(spec.directory, 'ready'));
    rmSync(join(place.runtimeDir, 'containers', spec.containerId), { recursive: true });
    expect(await place.containerizer(isolators).recover([spec.containerId])).toEqual([]);
    await expectNothingLeft(place);
  });

  check('are destroyed when a task has stopped its holder', async () => {
    const containers = place.containerizer(isolators);
    const spec = place.spec('sleep 1000');
    await containers.launch(spec);
    const [holder = 0] = readFileSync(
      join(holderFolder(runFolder(place.runtimeDir, spec.containerId)), 'processes'),
      'utf8',
    )
      .split(' ')
      .map(Number);
    process.kill(holder, 'SIGSTOP');
    expect((await containers.destroy(spec.containerId))?.status).toEqual({ signal: 'SIGKILL' });
    await expectNothingLeft(place);
  });

  async function launchHanging() {
    const clock = new VirtualClock();
    const containers = place.containerizer([hanging, ...isolators], { clock });
    const launching = containers.launch(place.spec('sleep 1000'));
    launching.catch(() => undefined);
    await exists(join(place.runtimeDir, 'containers/c1/holder/alive'));
    return { clock, containers, launching };
  }

  check('whose holder does not start the program in time are cleaned up, and the launch fails', async () => {
    const { clock, launching } = await launchHanging();
    const failed = expect(launching).rejects.toThrow('The program was not started within 1mins');
    clock.advance(START_MS);
    await failed;
    expect(leftovers(place)).toEqual([]);
  });

  check('whose holder hangs in their launch are destroyed', async () => {
    const { clock, containers, launching } = await launchHanging();
    const failed = expect(launching).rejects.toThrow('Container destroyed while');
    const destroyed = containers.destroy('c1');
    clock.advance(HURRY_MS);
    await failed;
    expect(await destroyed).toMatchObject({ reason: 'REASON_CONTAINER_LAUNCH_FAILED' });
    expect(leftovers(place)).toEqual([]);
  });

  check('wait for their turn, and are destroyed meanwhile without a program', async () => {
    const clock = new VirtualClock();
    const containers = place.containerizer([hanging, ...isolators], { clock, launchesMax: 1 });
    const first = expect(containers.launch(place.spec('true'))).rejects.toThrow('not started within');
    const second = place.spec('touch ran');
    const waiting = expect(containers.launch(second)).rejects.toThrow(
      'Container destroyed while provisioning',
    );
    await exists(join(place.runtimeDir, 'containers/c1/holder/alive'));
    await containers.destroy(second.containerId);
    await waiting;
    clock.advance(START_MS);
    await first;
    expect(existsSync(join(second.directory, 'ran'))).toBe(false);
    expect(leftovers(place)).toEqual([]);
  });

  check.each(['processes', 'status', 'alive'])(
    'are destroyed by the next agent though a folder is in the place of their file %s',
    async (name) => {
      const spec = place.spec('setsid sleep 1000 & touch ready; wait');
      const { folder } = await place.containerizer(isolators).launch(spec);
      await exists(join(spec.directory, 'ready'));
      rmSync(join(folder, 'holder', name), { force: true });
      mkdirSync(join(folder, 'holder', name));
      const after = place.containerizer(isolators);
      const [container] = await after.recover([spec.containerId]);
      expect(container?.neverRan).toBe(false);
      await after.destroy(spec.containerId);
      await expectNothingLeft(place);
    },
  );

  check('of nobody are destroyed by a recovery', async () => {
    const spec = place.spec('sleep 1000');
    await place.containerizer(isolators).launch(spec);
    expect(await place.containerizer(isolators).recover([])).toEqual([]);
    await expectNothingLeft(place);
  });

  check('of which the files are damaged are cleaned up by their id, and have run', async () => {
    const spec = place.spec('sleep 1000');
    const { folder } = await place.containerizer(isolators).launch(spec);
    writeFileSync(join(folder, 'spec.json'), '{"containerId": "c');
    const after = place.containerizer(isolators);
    const [container] = await after.recover([spec.containerId]);
    expect(container?.neverRan).toBe(false);
    expect(await container?.ended).toEqual({
      status: undefined,
      state: 'TASK_FAILED',
      reason: 'REASON_EXECUTOR_TERMINATED',
      message: 'The container ran before the agent was restarted, and how it ended is not known',
    });
    await after.destroy(spec.containerId);
    await expectNothingLeft(place);
  });

  check('whose pipe is gone are adopted, and files beside them are no containers', async () => {
    const spec = place.spec('while [ ! -e go ]; do sleep 0.01; done; exit 4');
    const { folder } = await place.containerizer(isolators).launch(spec);
    rmSync(join(folder, 'holder/alive'));
    writeFileSync(join(place.runtimeDir, 'containers/junk'), '');
    const after = place.containerizer(isolators);
    const [container, ...others] = await after.recover([spec.containerId]);
    expect(others).toEqual([]);
    writeFileSync(join(spec.directory, 'go'), '');
    expect((await container?.ended)?.status).toEqual({ code: 4 });
    await after.destroy(spec.containerId);
    rmSync(join(place.runtimeDir, 'containers/junk'));
  });

  check('of before a restart of the machine are gone, and no process is looked for', async () => {
    const spec = place.spec('exit 3');
    const before = place.containerizer(isolators);
    const { folder, ended } = await before.launch(spec);
    await ended;
    await before.destroy(spec.containerId);
    mkdirSync(join(folder, 'holder'), { recursive: true });
    writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec));
    // The pid of a process of today, in a file of before.
    writeFileSync(join(folder, 'holder/processes'), `${process.pid} 1 ${process.pid}\n`);
    writeFileSync(join(place.runtimeDir, 'boot_id'), 'of before');
    const after = place.containerizer(isolators);
    const [container] = await after.recover([spec.containerId]);
    expect(await container?.ended).toEqual({
      status: undefined,
      message: 'The machine of the agent was restarted',
    });
    await after.destroy(spec.containerId);
  });

  check('that cannot keep what they need, as on a full disk, are refused', async () => {
    const containers = place.containerizer(isolators);
    const spec = place.spec('true');
    // No folder can be made where a file is.
    rmSync(join(place.runtimeDir, 'containers'), { recursive: true, force: true });
    writeFileSync(join(place.runtimeDir, 'containers'), '');
    await expect(containers.launch(spec)).rejects.toThrow('ENOTDIR');
    rmSync(join(place.runtimeDir, 'containers'));
  });

  check('whose holder was killed are gone, and told as killed', async () => {
    const containers = place.containerizer(isolators);
    const spec = place.spec('setsid sleep 1000 & touch ready; wait');
    const container = await containers.launch(spec);
    await exists(join(spec.directory, 'ready'));
    const [holder] = readFileSync(join(container.folder, 'holder/processes'), 'utf8').split(' ');
    process.kill(Number(holder), 'SIGKILL');
    expect((await container.ended).status).toEqual({ signal: 'SIGKILL' });
    expect(leftovers({ ...place, empty: [] })).toEqual([]);
    await containers.destroy(spec.containerId);
  });

  check('without a program have others nested in them, which end with them', async () => {
    const containers = place.containerizer(isolators);
    const pod = place.spec(undefined, { containerId: 'pod' });
    await containers.launch(pod);
    const directory = join(pod.directory, 'containers/a');
    const nested = place.spec('sleep 1000', { containerId: 'pod.a', parent: 'pod', directory });
    const child = await containers.launch(nested);
    expect(child.folder).toBe(join(place.runtimeDir, 'containers/pod/containers/a'));
    const after = place.containerizer(isolators);
    expect((await after.recover(['pod', 'pod.a'])).map(({ id }) => id)).toEqual(['pod', 'pod.a']);
    await after.destroy('pod');
    expect(await after.wait('pod.a')).toBeUndefined();
  });

  check('that cannot be started are a reason, and leave nothing but their sandbox', async () => {
    const containers = place.containerizer(isolators);
    const spec = place.spec('true');
    mkdirSync(spec.directory, { recursive: true });
    writeFileSync(join(spec.directory, 'stderr'), 'of somebody');
    await expect(containers.launch(spec)).rejects.toThrow('something else is there');
    // Only root runs tasks of other users.
    const unknown = containers.launch(place.spec('x', { user: 'nobody-knows' }));
    if (process.getuid?.() === 0) await expect(unknown).rejects.toThrow('no such user');
    else await containers.destroy((await unknown).id);
    const wrong = place.spec('', { command: { shell: false, value: '/no/such' } });
    await expect(containers.launch(wrong)).rejects.toThrow('/no/such');
    await expect(containers.launch(place.spec('', { command: {} }))).rejects.toThrow('not specified');
    expect(await containers.wait(spec.containerId)).toBeUndefined();
  });

  check('have the name that their arguments give them', async () => {
    const containers = place.containerizer(isolators);
    const command = {
      shell: false,
      value: '/bin/sh',
      arguments: ['named', '-c', 'echo "$0"; cat /proc/$$/cmdline'],
    };
    const spec = place.spec('', { command });
    await (await containers.launch(spec)).ended;
    expect(place.output(spec)).toContain('named\nnamed\0');
    await containers.destroy(spec.containerId);
  });
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;
asRoot.each(ways.filter(([, , isThere]) => isThere))(
  'containers of another user under %s have its groups and own their output',
  async (_name, isolators) => {
    const place = new Place();
    const containers = place.containerizer(isolators);
    const spec = place.spec('id -u; id -G; touch mine', { user: 'nobody' });
    await (await containers.launch(spec)).ended;
    const ids = (flag: string): string => execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' });
    expect(place.output(spec)).toBe(ids('-u') + ids('-G'));
    expect(statSync(join(spec.directory, 'stdout')).uid).toBe(Number(ids('-u')));
    await containers.destroy(spec.containerId);
    await place.close();
  },
);

it('containers of a level are recovered at once, and those nested in them after that', async () => {
  const place = new Place();
  const specs = ['a', 'a.nested', 'b'].map((containerId) => place.spec(undefined, { containerId }));
  for (const spec of specs) {
    const folder = runFolder(place.runtimeDir, spec.containerId);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec));
  }
  const begun: string[] = [];
  let open = (): void => undefined;
  const both = new Promise<void>((resolve) => {
    open = resolve;
  });
  const waiting: Isolator = {
    name: 'waiting',
    needsRuntime: false,
    recover: async ({ spec }) => {
      begun.push(spec.containerId);
      if (begun.includes('a') && begun.includes('b')) open();
      await both;
    },
  };
  await place.containerizer([waiting]).recover([]);
  expect(begun).toEqual(['a', 'b', 'a.nested']);
  await place.close();
});

it('without a holder, a terminal is refused with the reason', async () => {
  const place = new Place();
  const spec = place.spec('tty', { container: { type: 'MESOS', tty_info: {} } });
  const containers = place.containerizer([], { hasHolder: false });
  await expect(containers.launch(spec)).rejects.toThrow('A terminal (ContainerInfo.tty_info) needs a holder');
  await place.close();
});

it('without a holder, containers are children, and the next run kills them', async () => {
  const place = new Place();
  const spec = place.spec('setsid sleep 1000 & touch ready; wait');
  await place.containerizer([], { hasHolder: false }).launch(spec);
  await exists(join(spec.directory, 'ready'));
  const [recovered] = await place.containerizer([], { hasHolder: false }).recover([spec.containerId]);
  expect(await recovered?.ended).toMatchObject({ reason: 'REASON_EXECUTOR_TERMINATED' });
  expect(leftovers({ ...place, empty: [] })).toEqual([]);
  await place.containerizer().recover([]);
  await place.close();
});

async function exists(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 5));
}

function numbersTo(last: number): string[] {
  return Array.from({ length: last }, (_none, index) => String(index + 1));
}
