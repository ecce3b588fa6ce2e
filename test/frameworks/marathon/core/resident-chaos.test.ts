/** Random lives of an app with persistent volumes: crashes, lost calls, agents that are away, changes and kills. */

import { nextInteger, type Random, randomFrom } from '../../../../cluster/model/random';
import { persistenceId } from '../../../../frameworks/marathon/core/residency/reservations';
import type { Instance } from '../../../../frameworks/marathon/core/state/state';
import { database, VolumeCluster } from '../volume-cluster';

const SEEDS = Array.from({ length: 15 }, (_unused, index) => index + 1);
const STEPS = 60;
const AGENTS = ['S1', 'S2'];

class Life {
  readonly cluster = new VolumeCluster();
  private readonly random: Random;
  private command = 0;
  private instances = 1;
  private isLosing = false;

  constructor(seed: number) {
    this.random = randomFrom(seed);
    this.cluster.loses = () => this.isLosing && this.chance(3);
    this.put();
  }

  private chance(count: number): boolean {
    return nextInteger(this.random, count) === 0;
  }

  private pick<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : list[nextInteger(this.random, list.length)];
  }

  private put(): void {
    const { instances, command } = this;
    this.cluster.change({ put: [database({ instances, cmd: `sleep ${command}`, backoffSeconds: 1 })] }, true);
  }

  private instance(): Instance | undefined {
    return this.pick(this.cluster.instances());
  }

  private readonly happenings: readonly (() => void)[] = [
    () => {
      this.instances = nextInteger(this.random, 5);
      this.put();
    },
    () => {
      this.command++;
      this.put();
    },
    () => {
      this.cluster.change({ remove: ['/db'] }, true);
      this.cluster.advance(nextInteger(this.random, 20));
      this.put();
    },
    () => this.cluster.kill(this.instance()),
    () => this.cluster.kill(this.instance(), { wipe: true }),
    () => this.cluster.end(this.instance()?.task?.id ?? '', this.chance(2) ? 'TASK_FAILED' : 'TASK_FINISHED'),
    () => this.cluster.crash(),
    () => this.cluster.setAway(this.pick(AGENTS) ?? '', this.chance(2)),
    () => {
      this.isLosing = this.chance(2);
    },
  ];

  step(): void {
    this.pick(this.happenings)?.();
    this.cluster.advance(nextInteger(this.random, 400) / 10);
  }

  /** All agents are there, and nothing gets lost any more. */
  calm(): void {
    this.isLosing = false;
    for (const id of AGENTS) this.cluster.setAway(id, false);
    this.cluster.advance(900);
  }

  get wanted(): number {
    return this.cluster.state.apps.get('/db')?.instances ?? 0;
  }
}

test.each(SEEDS)('life %i comes to rest, and no volume is lost, shared or left behind', (seed) => {
  const life = new Life(seed);
  const { cluster } = life;
  for (let step = 0; step < STEPS; step++) life.step();
  life.calm();
  expect([cluster.running().length, cluster.state.deployments.size]).toEqual([life.wanted, 0]);
  // Another app has offers of all agents come, with what is left behind.
  cluster.change({ put: [database({ id: '/other', instances: 2, constraints: [['hostname', 'UNIQUE']] })] });
  cluster.advance(60);
  const made = cluster.reserved().flatMap(({ meta }) => meta.disk?.persistence?.id ?? []);
  const known = ['/db', '/other'].flatMap((id) =>
    cluster.instances(id).flatMap((instance) => volumesOf(instance)),
  );
  expect(made.sort()).toEqual(known.sort());
});

function volumesOf(instance: Instance): string[] {
  return (instance.reservation?.volumes ?? []).map((volume) => persistenceId(instance, volume));
}
