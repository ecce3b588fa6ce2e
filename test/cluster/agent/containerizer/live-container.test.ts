import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containerMachine } from '../../../../cluster/agent/containerizer/core/step';
import { LiveContainer } from '../../../../cluster/agent/containerizer/live-container';
import type {
  ProgramLauncher,
  StartedProgram,
} from '../../../../cluster/agent/containerizer/program-launcher';
import { makeRunFolder, readRecord } from '../../../../cluster/agent/containerizer/run-folder';
import type { ContainerSpec } from '../../../../cluster/agent/core/state/container-spec';
import type { ExitStatus } from '../../../../cluster/model/exit-status';
import { systemClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'live-container-'));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true });
});

/** Makes the machine of every container throw at events of this kind. */
function breakAt(kind: string): void {
  const { step } = containerMachine;
  jest.spyOn(containerMachine, 'step').mockImplementation((state, event) => {
    if (event.kind === kind) throw new Error('a broken state');
    return step(state, event);
  });
}

/** A container whose program runs until it is killed; its cleanup and its kills are told. */
async function setUp({ failingKills = 0, whileStarting = (): unknown => undefined } = {}) {
  const done: string[] = [];
  let exit: (status: ExitStatus) => void = () => undefined;
  let lose: (error: Error) => void = () => undefined;
  const ended = new Promise<ExitStatus>((resolve, reject) => {
    exit = resolve;
    lose = reject;
  });
  const program: StartedProgram = { pid: 7, ended, signal: () => undefined, pids: () => [7] };
  let kills = 0;
  const launcher = {
    create: () => Promise.resolve(undefined),
    start: async () => {
      whileStarting();
      await new Promise((resolve) => setImmediate(resolve));
      done.push('start');
      return program;
    },
    destroy: async () => {
      if (++kills <= failingKills) throw new Error('it is still there');
      done.push('kill');
      exit({ signal: 'SIGKILL' });
    },
  } as unknown as ProgramLauncher;
  const spec: ContainerSpec = {
    containerId: 'c',
    frameworkId: 'f',
    executorId: 'e',
    directory: join(root, 'sandbox'),
    user: undefined,
    command: { value: 'sleep 1000' },
    environment: {},
    container: undefined,
    resources: [],
    limits: {},
  };
  const folder = join(root, 'run');
  await makeRunFolder(folder, spec);
  const container = new LiveContainer(
    { spec, parent: undefined, folder, cgroup: '/c' },
    { mode: 'launch' },
    {
      isolators: [{ name: 'plain', needsRuntime: false, cleanup: async () => void done.push('cleanup') }],
      launcherFor: () => launcher,
      launcherOf: () => launcher,
      workDir: root,
      clock: systemClock(),
      log: silentLogger,
      nestedPids: () => [],
      destroyNested: async () => void done.push('destroy nested'),
    },
  );
  return { container, folder, done, lose };
}

it('tells its pid in its status also when a short program has ended, and no signal goes there any more', async () => {
  const { container } = await setUp();
  container.begin();
  await container.launched;
  expect((await container.status()).executor_pid).toBe(7);
  await container.destroy();
  expect([(await container.status()).executor_pid, container.pid]).toEqual([7, undefined]);
});

const BROKEN = { state: 'TASK_FAILED', message: 'The machine of the container broke: a broken state' };

describe('a container whose machine breaks', () => {
  it('is killed and cleaned up, and its end has the reason', async () => {
    const { container, folder, done } = await setUp();
    container.begin();
    await container.launched;
    breakAt('destroy');
    const end = { status: { signal: 'SIGKILL' }, ...BROKEN };
    expect(await container.destroy()).toEqual(end);
    expect(done).toEqual(['start', 'destroy nested', 'kill', 'cleanup']);
    expect(readRecord(folder, 'termination')).toEqual(end);
    expect(container.pids()).toEqual([]);
    expect(await container.destroy()).toEqual(end);
  });

  it('is killed again when a kill fails', async () => {
    const { container, done } = await setUp({ failingKills: 1 });
    container.begin();
    await container.launched;
    breakAt('destroy');
    expect(await container.destroy()).toMatchObject(BROKEN);
    expect(done).toEqual(['start', 'destroy nested', 'destroy nested', 'kill', 'cleanup']);
  });

  it('in its launch fails the launch, and leaves nothing', async () => {
    const { container, folder, done } = await setUp();
    breakAt('done');
    container.begin();
    await expect(container.launched).rejects.toThrow(BROKEN.message);
    expect(await container.ended).toMatchObject(BROKEN);
    expect(done).not.toContain('start');
    expect(existsSync(folder)).toBe(false);
  });

  it('while its program is about to start is killed after the start', async () => {
    const { container, done } = await setUp({ whileStarting: () => void container.destroy() });
    breakAt('destroy');
    container.begin();
    await expect(container.launched).rejects.toThrow(BROKEN.message);
    expect(done).toEqual(['start', 'destroy nested', 'kill', 'cleanup']);
  });
});

describe('a container whose program is lost', () => {
  it('has ended without a status, and is killed', async () => {
    const { container, done, lose } = await setUp();
    container.begin();
    await container.launched;
    lose(new Error('lost'));
    expect(await container.ended).toEqual({ status: undefined, message: '' });
    expect(done).toEqual(['start', 'destroy nested', 'kill', 'cleanup']);
  });
});
