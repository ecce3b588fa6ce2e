/** From the apps to the running HAProxy, on a clock that is moved: servers at once, a structure when a reload may come. */

import { VirtualClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { hashOf } from '../../../cluster/runtime/recording/canonical';
import { createRenderer } from '../../../lb/core/render/render';
import type { LbState } from '../../../lb/core/state';
import { lbMachine } from '../../../lb/core/step';
import { Balancer, type BalancerOptions } from '../../../lb/edge/balancer';
import type { Handover } from '../../../lb/edge/handover';
import { LbMachine } from '../../../lb/edge/machine';
import { Resolver } from '../../../lb/edge/resolver';
import { loadTemplates } from '../../../lb/edge/templates';
import { appJson, lbBoot, plainOptions, taskJson } from '../builders';

const WAIT = 3000;
const LINGER = 5000;

const app = (id: string, servicePort: number, ports: readonly number[]) =>
  appJson(
    id,
    servicePort,
    ports.map((port) => taskJson(`${id}.${port}`, [port])),
  );
const A = app('/a', 10_001, [31_001]);
const B = app('/b', 10_002, [31_002]);

/** A balancer over a HAProxy that does as it is told, `world` apart. */
function stand() {
  const world = {
    old: [] as number[],
    long: false,
    outcome: { ok: true } as { ok: boolean; why?: string },
    broken: false,
  };
  const done: string[] = [];
  let gone: () => void = () => undefined;
  const clock = new VirtualClock(1000);
  const haproxy = {
    restarts: 0,
    startedWith: '',
    worker: async () => undefined,
    oldWorkers: {
      list: async () => {
        if (world.broken) throw new Error('EACCES: /proc');
        return world.old;
      },
      gone: (limitMs: number) => {
        done.push(`wait ${limitMs}`);
        return new Promise<void>((resolve) => {
          gone = () => {
            world.old = [];
            resolve();
          };
        });
      },
      takeOut: async () => undefined,
    },
    reload: async () => {
      done.push(world.outcome.ok ? 'reload' : 'refused');
      return world.outcome;
    },
    write: () => true,
  };
  const runtime = {
    perform: async (commands: readonly { kind: string }[]) => {
      done.push(...commands.map(({ kind }) => kind));
      return { ok: true };
    },
    hasLong: async () => world.long,
    forget: () => undefined,
  };
  const keep = (): void => {
    if (world.broken) throw new Error('ENOSPC: no space left');
  };
  const boot = { ...lbBoot, reloadWaitMs: WAIT, lingerMs: LINGER };
  const events: unknown[] = [];
  let end: unknown;
  const recorder = {
    event: (event: unknown) => void events.push(structuredClone(event)),
    end: async (state: unknown) => {
      end = state;
    },
  };
  const machine = new LbMachine({ boot, clock, log: silentLogger, recorder, isStrict: true });
  const balancer = new Balancer({
    options: { ...plainOptions, portRange: undefined },
    render: createRenderer(loadTemplates()),
    haproxy: haproxy as unknown as BalancerOptions['haproxy'],
    runtime: runtime as unknown as BalancerOptions['runtime'],
    capabilities: { servers: true, maps: true },
    version: '3.0',
    handover: { drained: new Map(), weights: new Map(), keep } as unknown as Handover,
    resolver: new Resolver(clock, silentLogger),
    machine,
    log: silentLogger,
    skipValidation: true,
  });
  const took = (): string[] => done.splice(0);
  /** Serves these apps and tells what HAProxy had to do. */
  const serve = async (...apps: readonly object[]): Promise<string[]> => {
    await balancer.update({ apps });
    return took();
  };
  /** Moves the clock, and lets what came due end. */
  const pass = async (ms: number): Promise<string[]> => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
    await balancer.refresh();
    return took();
  };
  const workerGone = async (): Promise<void> => {
    gone();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const recorded = async () => {
    await machine.stop();
    return { boot, events, end };
  };
  return { world, balancer, serve, pass, workerGone, recorded };
}

test('what nobody waits for may fail: a reload goes on without a look at old workers, and a weight is set unkept', async () => {
  const { world, serve, pass, balancer } = stand();
  world.broken = true;
  expect(await serve(A)).toEqual(['reload']);
  balancer.setWeight('/a', 7);
  expect(await pass(0)).toEqual(['weight']);
  expect(await serve(A, B)).toEqual(['reload']);
});

test('servers of a running structure change by commands, while the structure waits for the worker of a reload', async () => {
  const { world, serve, pass, workerGone, balancer } = stand();
  expect(await serve(A)).toEqual(['reload']);
  world.old = [7];
  expect(await serve(app('/a', 10_001, [31_003]), B)).toEqual(['add', 'remove', `wait ${WAIT}`]);
  expect(await pass(WAIT - 1)).toEqual([]);
  await workerGone();
  expect(await pass(0)).toEqual(['reload']);
  expect(balancer.model.backends.map(({ name }) => name)).toEqual(['a_10001', 'b_10002']);
});

test('a worker that does not go is waited for no longer than --reload-wait', async () => {
  const { world, serve, pass } = stand();
  await serve(A);
  world.old = [7];
  expect(await serve(A, B)).toEqual([`wait ${WAIT}`]);
  expect(await pass(WAIT)).toEqual(['reload']);
});

test('a service that is gone lingers without servers, and the reload that removes it comes by itself', async () => {
  const { serve, pass, balancer } = stand();
  await serve(A, B);
  expect(await serve(A)).toEqual(['remove']);
  expect(await pass(LINGER - 1)).toEqual([]);
  expect(await pass(1)).toEqual(['reload']);
  expect(balancer.model.backends.map(({ name }) => name)).toEqual(['a_10001']);
});

test('a service lingers on while a long session would end by the reload', async () => {
  const { world, serve, pass } = stand();
  await serve(A, B);
  await serve(A);
  world.long = true;
  expect(await pass(LINGER)).toEqual([]);
  world.long = false;
  expect(await pass(LINGER)).toEqual(['reload']);
});

test('a refused configuration is not tried again for five seconds, and is told meanwhile', async () => {
  const { world, serve, pass, balancer } = stand();
  await serve(A);
  world.outcome = { ok: false, why: 'no' };
  expect(await serve(A, B)).toEqual(['refused']);
  expect([balancer.refusal, balancer.retryAfterMs()]).toEqual(['no', 5000]);
  expect(await pass(4999)).toEqual([]);
  world.outcome = { ok: true };
  expect(await pass(1)).toEqual(['reload']);
  expect([balancer.refusal, balancer.retryAfterMs()]).toEqual([undefined, undefined]);
});

test('after a stop nothing is reloaded any more', async () => {
  const { world, serve, pass, balancer } = stand();
  await serve(A);
  world.old = [7];
  await serve(A, B);
  balancer.stop();
  expect(await pass(WAIT)).toEqual([]);
});

test('the recorded events lead to the same state again', async () => {
  const { world, serve, pass, workerGone, recorded } = stand();
  await serve(A);
  world.old = [7];
  await serve(A, B);
  await workerGone();
  await pass(0);
  await serve(A);
  const { boot, events, end } = await recorded();
  const state: LbState = lbMachine.init(boot);
  for (const event of events) lbMachine.step(state, event as Parameters<typeof lbMachine.step>[1]);
  expect(events.length).toBeGreaterThan(8);
  expect(hashOf(state)).toBe(hashOf(end));
});
