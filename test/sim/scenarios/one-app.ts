/**
 * Master, agents and Marathon through lost agents, restarts and broken connections, on a network that delays and drops.
 */

import { app } from '../../frameworks/marathon/fake-cluster';
import { checkAllocation } from '../checkers/allocation';
import { isSettled, unsettled } from '../checkers/settled';
import { checkStored } from '../checkers/stored';
import type { Machines } from '../machines';
import { MASTER_PID } from '../master-node';
import { World } from '../world';

const WEB = {
  id: '/web',
  cmd: 'serve',
  instances: 3,
  cpus: 0.5,
  mem: 64,
  portDefinitions: [{ port: 0, name: 'http' }],
  healthChecks: [
    { protocol: 'HTTP', path: '/', gracePeriodSeconds: 20, intervalSeconds: 5, timeoutSeconds: 2 },
  ],
};

/** Six times what Marathon waits for a launch that was lost, which may happen to several in a row. */
const SETTLED_WITHIN_MS = 1_800_000;

function settle(world: World, wanted: Record<string, number>): void {
  try {
    world.runUntil(
      'what was wished',
      () => isSettled(world, wanted),
      SETTLED_WITHIN_MS,
      () => checkAllocation(world),
    );
  } catch (error) {
    throw new Error(`${(error as Error).message}: ${unsettled(world, wanted).join('; ')}`);
  }
}

/** An agent is lost, the master may restart meanwhile, and all that was wished runs once. */
export function loseAnAgent(seed: number, machines?: Machines): World {
  const world = new World(seed, 2, machines);
  world.start();
  world.run(2000);
  world.marathon.change({ put: [app(WEB)] });
  settle(world, { '/web': 3 });

  world.network.faults.dropped = 0.1;
  world.network.faults.delayMs = 200;
  const lost = world.pick(world.agents.filter((agent) => agent.runningTasks().length > 0));
  if (!lost) throw new Error('no agent runs anything');
  world.loseAgent(lost);
  world.run(world.network.someMs(60_000), () => checkAllocation(world));
  if (world.chance(0.7)) world.restartMaster(world.network.someMs(5000));
  world.run(30_000, () => checkAllocation(world));
  world.network.faults.dropped = 0;
  settle(world, { '/web': 3 });
  checkStored(world);
  return world;
}

/** An agent is cut off and goes on alone: its tasks are replaced, and when it is back each app runs as often as wished. */
export function cutAnAgentOff(seed: number, machines?: Machines): World {
  const world = new World(seed, 3, machines);
  const check = (): void => checkAllocation(world);
  world.start();
  world.run(2000);
  world.marathon.change({ put: [app(WEB)] });
  settle(world, { '/web': 3 });
  const alone = world.pick(world.agents.filter((agent) => agent.runningTasks().length > 0));
  if (!alone) throw new Error('no agent runs anything');
  world.network.setCut(alone.pid, MASTER_PID, true);
  const runElsewhere = (): boolean =>
    [...world.marathon.state.instances.values()].filter(
      ({ condition, agent }) => condition === 'Running' && agent?.host !== alone.host,
    ).length === 3;
  world.runUntil('the replacement of what was cut off', runElsewhere, 600_000, check);
  world.run(world.network.someMs(120_000), check);
  world.network.setCut(alone.pid, MASTER_PID, false);
  settle(world, { '/web': 3 });
  checkStored(world);
  return world;
}

/** An app is scaled up and down on a network that loses and repeats messages, and gets there each time. */
export function scaleUpAndDown(seed: number, machines?: Machines): World {
  const world = new World(seed, 3, machines);
  world.start();
  world.run(2000);
  Object.assign(world.network.faults, { dropped: 0.1, repeated: 0.2, delayMs: 100 });
  for (let round = 0; round < 6; round++) {
    const instances = world.network.someMs(6) - 1;
    world.marathon.change({ put: [app({ ...WEB, instances })] });
    settle(world, { '/web': instances });
  }
  checkStored(world);
  return world;
}

/** Tasks are killed, apps scaled, processes and connections broken, again and again. */
export function breakEverything(seed: number, machines?: Machines): World {
  const world = new World(seed, 3, machines);
  world.start();
  world.run(2000);
  const wanted: Record<string, number> = { '/web': 3, '/db': 1 };
  world.marathon.change({ put: [app(WEB), app({ ...WEB, id: '/db', instances: 1 })] });
  settle(world, wanted);
  Object.assign(world.network.faults, { dropped: 0.05, repeated: 0.05, delayMs: 100 });
  for (let round = 0; round < 12; round++) {
    disturb(world, wanted);
    world.run(world.network.someMs(20_000), () => checkAllocation(world));
  }
  Object.assign(world.network.faults, { dropped: 0, repeated: 0 });
  world.run(130_000, () => checkAllocation(world));
  settle(world, wanted);
  checkStored(world);
  return world;
}

function disturb(world: World, wanted: Record<string, number>): void {
  const { marathon, master, network } = world;
  if (world.chance(0.5)) {
    const victim = world.pick(world.agents.filter(({ isUp }) => isUp));
    const task = world.pick(victim?.runningTasks() ?? []);
    if (task !== undefined) victim?.killProcess(task);
  }
  if (world.chance(0.3) && marathon.isUp) {
    const count = network.someMs(4);
    wanted['/web'] = count;
    marathon.change({ put: [app({ ...WEB, instances: count })] });
  }
  if (world.chance(0.2) && marathon.isUp) marathon.breakStream();
  if (world.chance(0.15) && master.isLeading) world.restartMaster(network.someMs(3000));
  if (world.chance(0.15) && marathon.isUp) {
    // What was asked for and not yet stored is not wished: wait for the answer before the process goes.
    world.run(500);
    world.restartMarathon(network.someMs(3000));
  }
  if (world.chance(0.15)) {
    const victim = world.pick(world.agents.filter(({ isUp }) => isUp));
    if (victim) world.loseAgent(victim, network.someMs(120_000));
  }
  if (world.chance(0.2)) world.pick(world.agents.filter(({ isUp }) => isUp))?.restart(network.someMs(20_000));
}
