/**
 * An operator in the simulation: takes machines and agents in and out at random, and remembers what the master promised.
 *
 * Always true: `promised` has only what was answered 200; a call that was not answered may have been carried out or not.
 */

import type { Call } from '../../cluster/api/generated/master';
import type { AgentNode } from './agent-node';
import type { World } from './world';

export class OperatorNode {
  /** Agents the master said are deactivated, drained or not. */
  readonly deactivated = new Set<string>();
  readonly gone = new Set<string>();
  /** Machines in the schedule by host, and whether they are down. */
  readonly machines = new Map<string, 'DRAINING' | 'DOWN'>();
  /** Calls that got no answer: what they asked for may hold or not. */
  unsure = false;
  /** Masters go down while they are asked, now and then. */
  mastersFail = false;

  constructor(private readonly world: World) {}

  /** Asks, and takes the answer into account; `done` sees only a promise. */
  ask(call: Call, done: () => void): void {
    const { master, network } = this.world;
    if (!master.isLeading) return;
    if (this.unsure) this.look();
    if (this.mastersFail && this.world.chance(0.1))
      network.after(
        network.someMs(8),
        () => master.isLeading && this.world.restartMaster(network.someMs(3000)),
      );
    const epoch = master.mailbox;
    let answered = false;
    this.unsure = true;
    master.operator(call, (status) => {
      answered = true;
      // REACTIVATE of an agent that is away is carried out, and answered 409.
      if (status === 200 || (status === 409 && call.type === 'REACTIVATE_AGENT')) done();
      this.unsure = false;
    });
    // A store takes some milliseconds: an operator waits for the answer before asking for something else.
    this.world.run(50, undefined, 5);
    if (!answered && master.mailbox === epoch)
      throw new Error(`seed ${this.world.seed}: ${call.type} is not answered`);
  }

  /** Looks at what holds, after a call without an answer. */
  private look(): void {
    const registry = this.world.master.mailbox?.state.registry;
    if (!registry) return;
    this.deactivated.clear();
    this.machines.clear();
    for (const id of registry.deactivated) this.deactivated.add(id);
    for (const id of registry.gone.keys()) this.gone.add(id);
    for (const { id, mode } of registry.machines.values())
      if (id.hostname !== undefined && (mode === 'DRAINING' || mode === 'DOWN'))
        this.machines.set(id.hostname, mode);
    this.unsure = false;
  }

  drain(agentId: string, gone: boolean): void {
    const drain_agent = { agent_id: { value: agentId }, mark_gone: gone, max_grace_period: { seconds: 1 } };
    this.ask({ type: 'DRAIN_AGENT', drain_agent }, () => this.deactivated.add(agentId));
  }

  deactivate(agentId: string): void {
    this.ask({ type: 'DEACTIVATE_AGENT', deactivate_agent: { agent_id: { value: agentId } } }, () =>
      this.deactivated.add(agentId),
    );
  }

  reactivate(agentId: string): void {
    this.ask({ type: 'REACTIVATE_AGENT', reactivate_agent: { agent_id: { value: agentId } } }, () =>
      this.deactivated.delete(agentId),
    );
  }

  markGone(agentId: string): void {
    this.ask({ type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id: { value: agentId } } }, () => {
      this.gone.add(agentId);
      this.deactivated.delete(agentId);
    });
  }

  /** Schedules these machines; those that are down stay in. */
  schedule(agents: readonly AgentNode[]): void {
    const { master, clock, agents: all } = this.world;
    if (this.unsure && master.isLeading) this.look();
    const down = all.filter(({ host }) => this.machines.get(host) === 'DOWN');
    const machines = [...new Set([...down, ...agents])];
    const start = { nanoseconds: BigInt(Math.round(clock.now())) * 1_000_000n };
    const windows = machines.map(({ machine }) => ({ machine_ids: [machine], unavailability: { start } }));
    if (!master.isLeading) return;
    this.ask(
      { type: 'UPDATE_MAINTENANCE_SCHEDULE', update_maintenance_schedule: { schedule: { windows } } },
      () => {
        for (const host of [...this.machines.keys()]) {
          if (!machines.some((one) => one.host === host)) this.machines.delete(host);
        }
        for (const { host } of machines) if (!this.machines.has(host)) this.machines.set(host, 'DRAINING');
      },
    );
  }

  takeDown(agent: AgentNode): void {
    this.ask({ type: 'START_MAINTENANCE', start_maintenance: { machines: [agent.machine] } }, () =>
      this.machines.set(agent.host, 'DOWN'),
    );
  }

  bringUp(agent: AgentNode): void {
    this.ask({ type: 'STOP_MAINTENANCE', stop_maintenance: { machines: [agent.machine] } }, () =>
      this.machines.delete(agent.host),
    );
  }
}
