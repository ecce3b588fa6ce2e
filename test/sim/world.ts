/**
 * A whole cluster in one process: master, agents with executors, Marathon; one seeded generator, a virtual clock. A failure
 * prints the seed; `npm run sim -- --seed 4711` plays that one again.
 */

import { nextInteger, nextRandom, type Random, randomFrom } from '../../cluster/model/random';
import { VirtualClock } from '../../cluster/runtime/clock';
import { AgentNode } from './agent-node';
import { MACHINES, type Machines } from './machines';
import { MarathonNode } from './marathon-node';
import { MASTER_PID, MasterNode } from './master-node';
import { Network } from './network';

const START = Date.UTC(2026, 0, 1);

export class World {
  readonly clock = new VirtualClock(START);
  readonly random: Random;
  readonly network: Network;
  readonly master: MasterNode;
  readonly agents: AgentNode[];
  readonly marathon: MarathonNode;
  private error: Error | undefined;

  constructor(
    readonly seed: number,
    agentCount = 2,
    machines: Machines = MACHINES,
  ) {
    this.random = randomFrom(seed);
    this.network = new Network(this.clock, this.random, { delayMs: 30, dropped: 0, repeated: 0 });
    const broken = (error: Error): void => {
      this.error ??= error;
    };
    const { clock, network } = this;
    this.master = new MasterNode({
      machine: machines.master,
      clock,
      network,
      peer: (pid) => this.agents.find((agent) => agent.pid === pid),
      broken,
    });
    this.marathon = new MarathonNode({
      machine: machines.marathon,
      clock,
      network,
      master: this.master,
      answers: (host, port) => this.answers(host, port),
      broken,
    });
    const { delivered } = this.marathon;
    this.agents = Array.from({ length: agentCount }, (_none, index) => {
      const outside = { machine: machines.agent, clock, network, master: this.master, delivered, broken };
      return new AgentNode(outside, index + 1);
    });
  }

  start(): void {
    this.master.start();
    for (const agent of this.agents) agent.start();
    this.marathon.start();
  }

  /** Lets time pass in small steps; `check` looks after each. */
  run(ms: number, check: () => void = () => undefined, stepMs = 250): void {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.advance(stepMs);
      if (this.error) throw this.error;
      check();
    }
  }

  /** Runs until the condition holds; fails when it does not within the limit. */
  runUntil(what: string, holds: () => boolean, limitMs = 600_000, check?: () => void): void {
    for (let passed = 0; passed < limitMs; passed += 250) {
      if (holds()) return;
      this.run(250, check);
    }
    throw new Error(`seed ${this.seed}: ${what} did not come true within ${limitMs / 1000} s`);
  }

  /** The master goes down and comes back after a while; agents notice by their broken connections. */
  restartMaster(downMs: number): void {
    this.master.crash();
    for (const agent of this.agents) {
      this.network.after(this.network.someMs(20), () => agent.linkBroke(MASTER_PID));
    }
    this.network.after(downMs, () => this.master.start());
  }

  restartMarathon(downMs: number): void {
    this.marathon.crash();
    this.network.after(downMs, () => this.marathon.start());
  }

  loseAgent(agent: AgentNode, downMs?: number): void {
    agent.crash();
    if (downMs !== undefined) this.network.after(downMs, () => agent.start());
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[nextInteger(this.random, Math.max(1, items.length))];
  }

  chance(part: number): boolean {
    return nextRandom(this.random) < part;
  }

  /** All tasks whose process runs on an agent that is up. */
  processes(): string[] {
    return this.agents.flatMap((agent) => (agent.isUp ? agent.runningTasks() : []));
  }

  private answers(host: string, port: number): boolean {
    const agent = this.agents.find((one) => one.host === host && one.isUp);
    return [...(agent?.containers.values() ?? [])].some(
      ({ running, task }) =>
        running &&
        (task?.resources ?? []).some(
          ({ name, ranges }) =>
            name === 'ports' &&
            (ranges?.range ?? []).some(({ begin, end }) => Number(begin) <= port && port <= Number(end)),
        ),
    );
  }
}
