/**
 * Operators at work while all else goes on: maintenance windows, drains, agents given up, and masters that fail over meanwhile.
 */

import { app } from '../../frameworks/marathon/fake-cluster';
import type { AgentNode } from '../agent-node';
import { checkAllocation } from '../checkers/allocation';
import { checkPromises } from '../checkers/promises';
import { isSettled, unsettled } from '../checkers/settled';
import { checkStored } from '../checkers/stored';
import { HolderNode } from '../holder-node';
import type { Machines } from '../machines';
import { OperatorNode } from '../operator-node';
import { World } from '../world';

const WEB = { id: '/web', cmd: 'serve', instances: 3, cpus: 0.5, mem: 64 };
const WANTED = { '/web': 3 };

class Scene {
  readonly world: World;
  readonly operator: OperatorNode;

  constructor(seed: number, agents: number, machines: Machines | undefined) {
    this.world = new World(seed, agents, machines);
    this.operator = new OperatorNode(this.world);
    this.world.start();
    new HolderNode(this.world).subscribe();
    this.world.run(2000);
    this.world.marathon.change({ put: [app(WEB)] });
    this.settle('in the beginning');
  }

  readonly check = (): void => {
    checkAllocation(this.world);
    checkPromises(this.world, this.operator);
  };

  settle(when: string): void {
    try {
      this.world.runUntil('what was wished', () => isSettled(this.world, WANTED), 900_000, this.check);
    } catch (error) {
      throw new Error(`${(error as Error).message} ${when}: ${unsettled(this.world, WANTED).join('; ')}`);
    }
  }

  until(what: string, holds: () => boolean): void {
    this.world.runUntil(what, holds, 900_000, this.check);
  }

  state() {
    return this.world.master.mailbox?.state;
  }

  isRegistered(agent: AgentNode): boolean {
    return this.state()?.agents.get(agent.agentId ?? '')?.connected ?? false;
  }
}

/** A machine is scheduled, taken down and brought up, over two masters. */
export function maintain(seed: number, machines?: Machines): World {
  const scene = new Scene(seed, 3, machines);
  const { world, operator } = scene;
  const [agent] = world.agents.filter((one) => one.runningTasks().length > 0);
  if (!agent) throw new Error('no agent runs anything');
  operator.schedule([agent]);
  world.run(world.network.someMs(3000), scene.check);
  if (world.chance(0.5)) world.restartMaster(world.network.someMs(2000));
  scene.until('the machine is known to drain', () => {
    const { machines } = scene.state()?.registry ?? {};
    return world.master.isLeading && [...(machines?.values() ?? [])].some(({ mode }) => mode === 'DRAINING');
  });
  operator.takeDown(agent);
  if (world.chance(0.5)) world.restartMaster(world.network.someMs(2000));
  scene.until('the agent ends', () => !agent.isUp);
  agent.start();
  scene.until('it is told to end again', () => !agent.isUp);
  scene.settle('with a machine down');
  expect(scene.isRegistered(agent)).toBe(false);
  operator.bringUp(agent);
  expect(operator.machines.size).toBe(0);
  agent.start();
  scene.until('the agent is back', () => scene.isRegistered(agent));
  scene.settle('in the end');
  checkStored(world);
  return world;
}

/** Operators, lost messages, lost agents and new masters, again and again. */
export function operate(seed: number, machines?: Machines): World {
  const scene = new Scene(seed, 4, machines);
  const { world, operator } = scene;
  operator.mastersFail = true;
  const { network } = world;
  Object.assign(network.faults, { dropped: 0.03, repeated: 0.03, delayMs: 100 });
  for (let round = 0; round < 15; round++) {
    const agent = world.pick(world.agents);
    if (agent) disturb(scene, agent);
    if (world.chance(0.2) && world.master.isLeading) world.restartMaster(network.someMs(3000));
    if (world.chance(0.2)) {
      const victim = world.pick(world.agents.filter(({ isUp }) => isUp));
      if (victim) world.loseAgent(victim, network.someMs(120_000));
    }
    if (world.chance(0.2) && world.marathon.isUp) world.marathon.breakStream();
    world.run(network.someMs(20_000), scene.check);
  }
  Object.assign(network.faults, { dropped: 0, repeated: 0 });
  operator.mastersFail = false;
  world.run(130_000, scene.check);
  scene.until('a master leads', () => world.master.isLeading);
  repair(scene);
  scene.settle('in the end');
  for (const agent of world.agents) expect(scene.isRegistered(agent)).toBe(true);
  expect(scene.state()?.registry).toMatchObject({ deactivated: new Set(), drains: new Map() });
  checkStored(world);
  return world;
}

/** One thing that an operator may do now. */
function disturb({ world, operator }: Scene, agent: AgentNode): void {
  const { agentId } = agent;
  const what = world.pick(['drain', 'away', 'back', 'schedule', 'down', 'up', 'gone', 'nothing'] as const);
  if (what === 'schedule') operator.schedule(world.agents.filter(() => world.chance(0.3)));
  if (what === 'down' && downCount(operator) < 2) operator.takeDown(agent);
  if (what === 'up') operator.bringUp(agent);
  if (agentId === undefined) return;
  if (what === 'drain') operator.drain(agentId, world.chance(0.3));
  if (what === 'away') operator.deactivate(agentId);
  if (what === 'back') operator.reactivate(agentId);
  if (what === 'gone' && world.chance(0.3)) operator.markGone(agentId);
}

function downCount({ machines }: OperatorNode): number {
  return [...machines.values()].filter((mode) => mode === 'DOWN').length;
}

/** Operators bring everything back: machines up, agents emptied to the end and in again, gone ones as new ones. */
function repair(scene: Scene): void {
  const { world, operator } = scene;
  for (const agent of world.agents) operator.bringUp(agent);
  operator.schedule([]);
  for (const agent of world.agents) {
    const { gone = new Map() } = scene.state()?.registry ?? {};
    if (gone.has(agent.agentId ?? '')) agent.forget();
    if (!agent.isUp) agent.start();
  }
  scene.until('the agents are back', () =>
    world.agents.every((agent) => isNewlyGone(scene, agent) || scene.isRegistered(agent)),
  );
  const { registry } = scene.state() ?? {};
  for (const [id, { state, config }] of registry?.drains ?? []) {
    if (state === 'DRAINING') operator.drain(id, config.mark_gone ?? false);
  }
  scene.until('nothing drains', () =>
    [...(scene.state()?.registry.drains.values() ?? [])].every(({ state }) => state === 'DRAINED'),
  );
  for (const id of [...(scene.state()?.registry.deactivated ?? [])]) operator.reactivate(id);
  for (const agent of world.agents) {
    if (!scene.state()?.registry.gone.has(agent.agentId ?? '')) continue;
    scene.until('the agent that is gone ends', () => !agent.isUp);
    agent.forget();
    agent.start();
  }
  scene.until('all agents are back', () => world.agents.every((agent) => scene.isRegistered(agent)));
}

function isNewlyGone(scene: Scene, agent: AgentNode): boolean {
  return scene.state()?.registry.gone.has(agent.agentId ?? '') ?? false;
}
