/** Drains over restarts: what an earlier load balancer took out stays out until Marathon tells that its task has ended. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { FileRecorder, readRecording } from '../../../cluster/runtime/recording/recording';
import { replay } from '../../../cluster/runtime/recording/replay';
import { createRenderer } from '../../../lb/core/render/render';
import { lbMachine } from '../../../lb/core/step';
import { Balancer, type BalancerOptions } from '../../../lb/edge/balancer';
import { Drains } from '../../../lb/edge/drains';
import { Handover } from '../../../lb/edge/handover';
import { LbMachine } from '../../../lb/edge/machine';
import type { OldWorkers } from '../../../lb/edge/old-workers';
import { Resolver } from '../../../lb/edge/resolver';
import { loadTemplates } from '../../../lb/edge/templates';
import { appJson, lbBoot, plainOptions, taskJson } from '../builders';

const MINUTE = 60_000;
const START = 1_000 * MINUTE;
/** When the earlier run took the task out. */
const OUT_AT = START - 10 * MINUTE;

const folder = mkdtempSync(join(tmpdir(), 'lb-drains-'));
const path = join(folder, 'memory.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const listOf = (...tasks: string[]) => ({
  apps: [
    appJson(
      '/web',
      10_001,
      tasks.map((id, index) => taskJson(id, [31_000 + index])),
    ),
  ],
});

/** A HAProxy that obeys, and that has no connections. */
const haproxy = {
  restarts: 0,
  startedWith: '',
  worker: async () => undefined,
  oldWorkers: {
    list: async () => [],
    gone: async () => undefined,
    ask: async () => [],
    takeOut: async () => undefined,
  } as unknown as OldWorkers,
  reload: async () => ({ ok: true }),
  write: () => true,
};

/** The next load balancer of a work folder in which `old` is out; `onRead` is what reading Marathon at once does. */
function restarted(outAt = OUT_AT, onRead?: (balancer: Balancer) => Promise<void>) {
  const handover = new Handover(path, silentLogger);
  handover.keep({ drained: [['old', outAt]] });
  const clock = new VirtualClock(START);
  const commands: string[] = [];
  const runtime = {
    ask: async (command: string) => {
      commands.push(command);
      return '';
    },
    perform: async () => ({ ok: true }),
    forget: () => undefined,
  };
  const file = join(folder, 'lb.rec');
  const boot = { ...lbBoot, startedAt: START, drained: [...handover.drained] };
  const recorder = new FileRecorder(file, { machine: lbMachine.name, boot });
  const machine = new LbMachine({
    boot,
    clock,
    log: silentLogger,
    recorder,
    isStrict: true,
  });
  const balancer = new Balancer({
    options: plainOptions,
    render: createRenderer(loadTemplates()),
    haproxy: haproxy as unknown as BalancerOptions['haproxy'],
    runtime: runtime as unknown as BalancerOptions['runtime'],
    capabilities: { servers: true, maps: true },
    version: '3.0',
    handover,
    resolver: new Resolver(clock, silentLogger),
    log: silentLogger,
    skipValidation: true,
    machine,
  });
  const drains = new Drains({
    machine,
    balancer,
    haproxy: haproxy as unknown as BalancerOptions['haproxy'],
    runtime: runtime as unknown as BalancerOptions['runtime'],
    follower: { readNow: async () => await onRead?.(balancer) },
    handover,
  });
  /** What is out after another request to take something out, which is when old drains are forgotten. */
  const outAfterRequest = async (): Promise<string[]> => {
    await drains.takeOut('other', 0);
    const drained = machine.read((state) => [...state.drains.drained.keys()]);
    return drained.filter((task) => task !== 'other');
  };
  const draining = (): string[] =>
    balancer.model.backends.flatMap(({ servers }) =>
      servers.flatMap((server) => (server.draining ? [server.taskId] : [])),
    );
  /** Ends the recording and replays it. */
  const replayed = async () => {
    await machine.stop();
    return replay(readRecording(readFileSync(file, 'utf8')), lbMachine);
  };
  return { balancer, drains, clock, commands, outAfterRequest, draining, replayed };
}

test('a task that an earlier run took out gets no request again, however late Marathon can be read', async () => {
  const { balancer, clock, outAfterRequest, draining } = restarted();
  for (let minute = 0; minute < 5; minute++) {
    clock.advance(2 * MINUTE);
    expect(await outAfterRequest()).toEqual(['old']);
  }
  await balancer.update(listOf('old', 'new'));
  expect(draining()).toEqual(['old']);
  expect(await outAfterRequest()).toEqual(['old']);
  expect([...new Handover(path, silentLogger).drained][0]).toEqual(['old', OUT_AT]);
});

test('a task that Marathon does not name is forgotten a minute after the first list, not after later ones', async () => {
  const { balancer, clock, outAfterRequest } = restarted();
  clock.advance(30 * MINUTE);
  await balancer.update(listOf('new'));
  clock.advance(MINUTE - 1);
  await balancer.update(listOf('new'));
  expect(await outAfterRequest()).toEqual(['old']);
  clock.advance(1);
  expect(await outAfterRequest()).toEqual([]);
  expect(new Handover(path, silentLogger).drained.has('old')).toBe(false);
});

test('a task that was served after the restart is forgotten once it has ended', async () => {
  const { balancer, outAfterRequest } = restarted();
  await balancer.update(listOf('old', 'new'));
  expect(await outAfterRequest()).toEqual(['old']);
  await balancer.update(listOf('new'));
  expect(await outAfterRequest()).toEqual([]);
});

test.each([
  ['counts from when the task went out, in the earlier run', OUT_AT, 50 * MINUTE],
  ['counts from the start when the clock was set back meanwhile', START + 1000 * MINUTE, 60 * MINUTE],
])('the hour that a task may be out %s', async (_name, outAt, leftMs) => {
  const { balancer, clock, outAfterRequest } = restarted(outAt);
  await balancer.update(listOf('old', 'new'));
  clock.advance(leftMs - 1);
  expect(await outAfterRequest()).toEqual(['old']);
  clock.advance(1);
  expect(await outAfterRequest()).toEqual([]);
});

test('who asks again after a restart is answered with connections that were counted, not before the apps are read', async () => {
  const { drains, commands } = restarted(OUT_AT, (balancer) => balancer.update(listOf('old', 'new')));
  expect(await drains.takeOut('old', MINUTE)).toEqual({ task: 'old', state: 'out', connections: 0 });
  expect(commands.filter((command) => command.startsWith('show servers conn'))).toHaveLength(1);
});

test('a recording of a reload, a drain and what was put back ends in the same state again', async () => {
  const { balancer, drains, clock, replayed } = restarted(OUT_AT, (next) =>
    next.update(listOf('old', 'new')),
  );
  await balancer.update(listOf('old', 'new'));
  expect(await drains.takeOut('new', MINUTE)).toMatchObject({ task: 'new', state: 'out' });
  clock.advance(MINUTE);
  expect(await drains.putBack('new')).toMatchObject({ state: 'in' });
  balancer.setWeight('/web', 5);
  await balancer.refresh();
  const { same, effects } = await replayed();
  expect(same).toBe(true);
  const counts = ['reload', 'command', 'count', 'answer-drain', 'keep-weights'].map((kind) =>
    effects.get(kind),
  );
  expect(counts).toEqual([1, 3, 1, 2, 1]);
});
