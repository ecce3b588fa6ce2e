/**
 * An agent with a plain master: it is killed and started again, its executors die, its disk fails, its machine is restarted.
 * Whatever happens, each task starts at most once, has one end, and leaves nothing.
 */

import { nextInteger, nextRandom, type Random, randomFrom } from '../../../cluster/model/random';
import { VirtualClock } from '../../../cluster/runtime/clock';
import { AgentNode } from '../agent-node';
import { checkEnds, checkRunOnce, leftOf } from '../checkers/agent-clean';
import { MACHINES, type Machines } from '../machines';
import { Network } from '../network';
import { PlainMaster } from '../plain-master';

const STEP_MS = 100;
const LIMIT_MS = 3_600_000;

class AgentWorld {
  readonly clock = new VirtualClock(Date.UTC(2026, 0, 1));
  readonly random: Random;
  readonly network: Network;
  readonly master: PlainMaster;
  readonly agent: AgentNode;
  /** Part of the commits that fail, and of the updates that are not acknowledged at once. */
  readonly faults = { commits: 0, acknowledgements: 0 };
  private error: Error | undefined;
  private tasks = 0;

  constructor(
    private readonly seed: number,
    { agent: machine }: Pick<Machines, 'agent'>,
  ) {
    this.random = randomFrom(seed);
    this.network = new Network(this.clock, this.random, { delayMs: 30, dropped: 0, repeated: 0 });
    const { clock, network } = this;
    const broken = (error: Error): void => {
      this.error ??= error;
    };
    this.master = new PlainMaster({
      network,
      agent: () => this.agent,
      isSlow: () => this.chance(this.faults.acknowledgements),
      isPartitionAware: this.chance(0.5),
      broken,
    });
    const { master } = this;
    const failsCommit = (): boolean => this.chance(this.faults.commits);
    this.agent = new AgentNode(
      { machine, clock, network, master, delivered: master.delivered, broken, failsCommit },
      1,
    );
    this.agent.start();
  }

  chance(part: number): boolean {
    return nextRandom(this.random) < part;
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[nextInteger(this.random, Math.max(1, list.length))];
  }

  launch(): void {
    this.master.launch(`t${this.tasks++}`);
  }

  run(ms: number): void {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      this.clock.advance(STEP_MS);
      if (this.error) throw new Error(`seed ${this.seed}: ${this.error.stack}`);
      checkRunOnce(this.agent);
    }
  }

  /** Without faults any more, all tasks are killed until nothing is left. */
  settle(): void {
    Object.assign(this.faults, { commits: 0, acknowledgements: 0 });
    Object.assign(this.network.faults, { dropped: 0, repeated: 0 });
    if (!this.agent.isUp) this.run(60_000);
    for (let passed = 0; passed < LIMIT_MS; passed += 5000) {
      if (this.problems().length === 0) return checkEnds(this.agent, this.master);
      for (const taskId of this.master.running()) this.master.kill(taskId);
      this.run(5000);
    }
    throw new Error(`seed ${this.seed}: ${this.problems().join('; ')}`);
  }

  private problems(): string[] {
    return [...this.master.running().map((taskId) => `${taskId} has no end`), ...leftOf(this.agent)];
  }
}

/** Everything goes wrong, again and again. */
export function breakTheAgent(seed: number, machines: Machines = MACHINES): void {
  const world = new AgentWorld(seed, machines);
  const { agent, master, network } = world;
  world.run(2000);
  Object.assign(network.faults, { dropped: 0.05, repeated: 0.1, delayMs: 100 });
  world.faults.acknowledgements = 0.2;
  for (let round = 0; round < 25; round++) {
    for (let count = network.someMs(4) - 1; count > 0; count--) world.launch();
    world.run(network.someMs(1500));
    const killed = world.pick(master.running());
    if (killed !== undefined && world.chance(0.4)) master.kill(killed);
    const died = world.pick(agent.runningTasks());
    if (died !== undefined && world.chance(0.4)) agent.killProcess(died);
    world.faults.commits = world.chance(0.2) ? 0.3 : 0;
    if (world.chance(0.3)) agent.restart(network.someMs(20_000));
    if (world.chance(0.2)) agent.effectsLeft = network.someMs(30);
    if (world.chance(0.05) && agent.isUp) {
      agent.crash();
      network.after(network.someMs(60_000), () => agent.isUp || agent.start());
    }
    world.run(network.someMs(15_000));
  }
  world.settle();
}

/** Three tasks run, end and are killed, and the agent is killed after this number of effects. */
export function killAfter(effects: number, seed: number, machines: Machines = MACHINES): void {
  const world = new AgentWorld(seed, machines);
  const { agent, master } = world;
  agent.effectsLeft = effects;
  world.run(1000);
  for (let count = 0; count < 3; count++) world.launch();
  world.run(1000);
  master.kill('t0');
  agent.killProcess('t1');
  world.run(20_000);
  world.settle();
}
