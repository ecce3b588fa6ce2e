/**
 * Master, two agents and Marathon through the loss of an agent and a restart of the master, on a network that delays and drops.
 */

import { app } from '../frameworks/marathon/fake-cluster';
import { checkAllocation } from './checkers/allocation';
import { isSettled, unsettled } from './checkers/settled';
import { checkStored } from './checkers/stored';
import { seeds } from './seeds';
import { World } from './world';

jest.setTimeout(300_000);

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

function settle(world: World, wanted: Record<string, number>): void {
  try {
    world.runUntil(
      'what was wished',
      () => isSettled(world, wanted),
      900_000,
      () => checkAllocation(world),
    );
  } catch (error) {
    throw new Error(`${(error as Error).message}: ${unsettled(world, wanted).join('; ')}`);
  }
}

test.each(seeds())(
  'seed %i: an agent is lost, the master restarts, and all that was wished runs once',
  (seed) => {
    const world = new World(seed);
    world.start();
    world.run(2000);
    world.marathon.change({ put: [app(WEB)] });
    settle(world, { '/web': 3 });
    expect(world.marathon.events.map(({ eventType }) => eventType)).toContain('deployment_success');

    world.network.faults.dropped = 0.1;
    world.network.faults.delayMs = 200;
    const lost = world.pick(world.agents.filter((agent) => agent.runningTasks().length > 0));
    if (!lost) throw new Error('no agent runs anything');
    world.loseAgent(lost);
    world.run(world.network.someMs(60_000), () => checkAllocation(world));
    world.restartMaster(world.network.someMs(5000));
    world.run(30_000, () => checkAllocation(world));
    world.network.faults.dropped = 0;
    settle(world, { '/web': 3 });
    checkStored(world);
  },
);

test.each(seeds())(
  'seed %i: tasks are killed, apps scaled, processes and connections broken, again and again',
  (seed) => {
    const world = new World(seed, 3);
    world.start();
    world.run(2000);
    const wanted: Record<string, number> = { '/web': 3, '/db': 1 };
    world.marathon.change({ put: [app(WEB), app({ ...WEB, id: '/db', instances: 1 })] });
    settle(world, wanted);
    world.network.faults.dropped = 0.05;
    world.network.faults.delayMs = 100;
    for (let round = 0; round < 12; round++) {
      if (world.chance(0.5)) {
        const victim = world.pick(world.agents.filter(({ isUp }) => isUp));
        const task = world.pick(victim?.runningTasks() ?? []);
        if (task !== undefined) victim?.killProcess(task);
      }
      if (world.chance(0.3) && world.marathon.isUp) {
        const count = world.network.someMs(4);
        wanted['/web'] = count;
        world.marathon.change({ put: [app({ ...WEB, instances: count })] });
      }
      if (world.chance(0.2) && world.marathon.isUp) world.marathon.breakStream();
      if (world.chance(0.15) && world.master.isLeading) world.restartMaster(world.network.someMs(3000));
      if (world.chance(0.15) && world.marathon.isUp) {
        // What was asked for and not yet stored is not wished: wait for the answer before the process goes.
        world.run(500);
        world.restartMarathon(world.network.someMs(3000));
      }
      if (world.chance(0.15)) {
        const victim = world.pick(world.agents.filter(({ isUp }) => isUp));
        if (victim) world.loseAgent(victim, world.network.someMs(120_000));
      }
      world.run(world.network.someMs(20_000), () => checkAllocation(world));
    }
    world.network.faults.dropped = 0;
    world.run(130_000, () => checkAllocation(world));
    settle(world, wanted);
    checkStored(world);
  },
);
