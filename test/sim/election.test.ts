/**
 * Several masters over a model of ZooKeeper, on a clock that only we move: sessions end, wires are cut and slow, processes
 * die, nodes are taken away. The code of the election, the store and the master is the real one.
 */

import { nextInteger, nextRandom, type Random, randomFrom } from '../../cluster/model/random';
import { VirtualClock } from '../../cluster/runtime/clock';
import { resources } from '../cluster/master/builders';
import { ElectionChecker } from './checkers/election';
import { MasterProcess, type Outside, PATH, SESSION_MS } from './election-node';
import { seeds } from './seeds';
import { ModelServer } from './zookeeper/server';

jest.setTimeout(600_000);

const MASTERS = 3;
const STEP_MS = 100;
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Election {
  readonly random: Random;
  private readonly clock = new VirtualClock(1_000_000);
  readonly server = new ModelServer(() => this.clock.now());
  readonly checker = new ElectionChecker(this.server);
  readonly processes: (MasterProcess | undefined)[] = [];
  readonly reasons = new Map<string, number>();
  private error: Error | undefined;
  private agents = 0;
  private started = 0;
  private weight = 0;
  private requests = 0;
  private readonly wished = new Map<number, { role: string; weight: number }>();

  /** Somebody else takes nodes and sessions away: then two may believe for a moment that they lead, and one can write. */
  private readonly isRough: boolean;

  constructor(readonly seed: number) {
    this.isRough = seed % 2 === 0;
    this.random = randomFrom(seed);
    this.server.makePath(PATH);
    this.server.onTransaction = (session, steps) => this.guarded(() => this.checker.written(session, steps));
    for (let index = 0; index < MASTERS; index++) this.start(index);
  }

  start(index: number): void {
    const outside: Outside = {
      ...{ clock: this.clock, server: this.server, random: this.random },
      admitted: (id) => void this.checker.admitted.add(id),
      answered: (request, status) => this.answered(request, status),
      ended: (process, reason) => {
        const kind = reason.replace(/[:,(].*/s, '');
        this.reasons.set(kind, (this.reasons.get(kind) ?? 0) + 1);
        this.after(1000 + this.below(3000), () => {
          if (this.processes[index] === process) this.start(index);
        });
      },
      broken: (error) => {
        this.error ??= error;
      },
    };
    this.processes[index] = new MasterProcess(`m${index}-${++this.started}`, outside);
  }

  async run(ms: number, each: () => void = () => undefined): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      await this.clock.advanceSettled(STEP_MS, settle);
      this.server.endSilent();
      this.guarded(() => this.check());
      if (this.error) throw new Error(`seed ${this.seed}: ${this.error.message}`);
      each();
    }
  }

  /** Agents that register and operators who set weights, with whoever says that it leads. */
  readonly traffic = (): void => {
    for (const process of this.running()) {
      if (this.chance(0.3)) this.registerAgent(process);
      if (this.chance(0.1)) this.setWeight(process);
    }
  };

  readonly faults = (): void => {
    const process = this.pick(this.running());
    if (!process || !this.chance(0.04)) return;
    const { wire } = process.client;
    const [kind, ms] = [this.below(this.isRough ? 7 : 5), this.below(2 * SESSION_MS)];
    if (kind === 0) process.kill();
    else if (kind === 1) process.client.breakConnection();
    else if (kind === 2) {
      wire.delayMs = 1 + this.below(3000);
      this.after(ms, () => {
        wire.delayMs = 10;
      });
    } else if (kind < 5) {
      wire.cut = true;
      this.after(ms, () => {
        wire.cut = false;
      });
    } else if (kind === 5) this.removeNode();
    else if (process.client.sessionNumber !== undefined) this.server.end(process.client.sessionNumber);
  };

  /** Everybody can reach everybody again. */
  heal(): void {
    for (const { client } of this.running()) Object.assign(client.wire, { cut: false, delayMs: 10 });
  }

  running(): MasterProcess[] {
    return this.processes.flatMap((process) => (process?.isRunning ? [process] : []));
  }

  leaders(): MasterProcess[] {
    return this.running().filter((process) => process.leadership().kind === 'leading');
  }

  /** A test ends: nothing goes on behind it. */
  stop(): void {
    for (const process of this.running()) process.kill();
  }

  private check(): void {
    const leaders = this.leaders();
    if (leaders.length > 1 && !this.isRough)
      throw new Error(`${leaders.map(({ name }) => name).join(' and ')} both say that they lead`);
    for (const process of this.running())
      if (process.hasLed && process.leadership().kind !== 'leading' && process.client.sessionLeftMs() === 0)
        throw new Error(`${process.name} has led, does not any more, and goes on`);
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.error ??= error as Error;
    }
  }

  private registerAgent(process: MasterProcess): void {
    const name = `a${this.agents++}`;
    const slave = { hostname: name, resources: resources({ cpus: '1' }) };
    const message = { slave, version: '1.11.0', agent_capabilities: [] };
    process.receive({ kind: 'agent.register', pid: `slave(1)@${name}:5051`, message });
  }

  private setWeight(process: MasterProcess): void {
    const [request, wish] = [this.requests++, { role: `r${this.below(3)}`, weight: ++this.weight }];
    const call = { type: 'UPDATE_WEIGHTS', update_weights: { weight_infos: [wish] } } as const;
    this.wished.set(request, wish);
    process.receive({ kind: 'operator.call', request, call, principal: undefined });
  }

  private answered(request: number, status: number): void {
    const wish = this.wished.get(request);
    if (wish && status === 200) this.checker.weights.set(wish.role, wish.weight);
  }

  private removeNode(): void {
    const [first] = this.server.children(PATH).filter((name) => name.startsWith('json.info_'));
    if (first !== undefined) this.server.remove(`${PATH}/${first}`);
  }

  private after(ms: number, callback: () => void): void {
    this.clock.wakeAt(this.clock.now() + ms, callback);
  }

  private below(limit: number): number {
    return nextInteger(this.random, limit);
  }

  private chance(part: number): boolean {
    return nextRandom(this.random) < part;
  }

  private pick<T>(items: readonly T[]): T | undefined {
    return items[this.below(Math.max(1, items.length))];
  }
}

const all = { ended: 0, writes: 0, admitted: 0, weights: 0 };

describe('an election', () => {
  it.each(seeds())(
    'with seed %i: one writes, nothing promised is lost, who lost ends, and one leads in the end',
    async (seed) => {
      const election = new Election(seed);
      await election.run(3000);
      await election.run(60_000, () => {
        election.traffic();
        election.faults();
      });
      election.heal();
      await election.run(60_000, election.traffic);
      const [leader, ...others] = election.leaders();
      expect([leader?.state.electedAt !== undefined, others]).toEqual([true, []]);
      election.checker.checkPromises();
      const known = [
        ...(leader?.state.registry.agents.keys() ?? []),
        ...(leader?.state.registry.unreachable.keys() ?? []),
      ];
      expect(known).toEqual(expect.arrayContaining([...election.checker.admitted]));
      all.ended += [...election.reasons.values()].reduce((sum, count) => sum + count, 0);
      all.writes += election.checker.writes;
      all.admitted += election.checker.admitted.size;
      all.weights += election.checker.weights.size;
      election.stop();
    },
  );

  it('was about something', () => {
    expect(Object.values(all).every((count) => count > 0)).toBe(true);
  });
});
