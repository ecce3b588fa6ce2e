import fc from 'fast-check';
import { isTerminal } from '../../../../cluster/model/task-state';
import { hashOf } from '../../../../cluster/runtime/recording/canonical';
import type { Pod } from '../../../../frameworks/marathon/api/pod';
import { livingTasks } from '../../../../frameworks/marathon/core/instances/tasks';
import { specsOf } from '../../../../frameworks/marathon/core/state/run-spec';
import { marathonMachine } from '../../../../frameworks/marathon/core/step';
import { app, FakeCluster } from '../fake-cluster';
import { container, pod } from '../pods';

/** What may happen, and how long until the next thing. */
type Blow =
  | { kind: 'put'; id: number; instances: number; cmd: number; checks: boolean }
  | { kind: 'putPod'; id: number; instances: number; cmd: number }
  | { kind: 'remove' | 'removePod'; id: number }
  | { kind: 'fail' | 'finish' | 'lose' | 'stray'; pick: number }
  | { kind: 'disconnect' | 'restart' | 'removeFramework' };

const id = fc.integer({ min: 0, max: 2 });
const pick = fc.nat(100);
const blow: fc.Arbitrary<Blow> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      id,
      instances: fc.integer({ min: 0, max: 5 }),
      cmd: fc.nat(2),
      checks: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('putPod' as const),
      id,
      instances: fc.integer({ min: 0, max: 3 }),
      cmd: fc.nat(2),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('remove', 'removePod'), id }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('fail', 'finish', 'lose', 'stray'), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('disconnect', 'restart', 'removeFramework') }) },
);

/** A pod of two containers, the first of which differs between its configurations. */
function podOf({ id: number, instances, cmd }: Extract<Blow, { kind: 'putPod' }>): Pod {
  const containers = [container('web', { environment: { CMD: String(cmd) } }), container('side')];
  const backoff = { backoff: 1, backoffFactor: 1.15, maxLaunchDelay: 5 };
  const executorResources = { cpus: 0.1, mem: 32, disk: 0 };
  return pod({ id: `/pod${number}`, instances, containers, executorResources, scheduling: { backoff } });
}

class Life {
  cluster: FakeCluster;
  private frameworks = 1;

  constructor(private readonly storeMs: number) {
    this.cluster = new FakeCluster({ storeMs, recorder: () => this.recorder });
  }

  private events: unknown[] = [];
  private readonly recorder = {
    event: (event: unknown): void => void this.events.push(JSON.parse(JSON.stringify(event))),
    end: async (): Promise<void> => undefined,
  };

  strike(event: Blow): void {
    const { cluster } = this;
    switch (event.kind) {
      case 'put': {
        const { id: number, instances, cmd, checks } = event;
        const wanted = { id: `/app${number}`, instances, cmd: `run ${cmd}`, maxLaunchDelaySeconds: 5 };
        const healthChecks = checks ? [{ path: '/' }] : [];
        cluster.change({ put: [app({ ...wanted, healthChecks })] }, { force: true });
        return;
      }
      case 'putPod':
        cluster.change({ putPods: [podOf(event)] }, { force: true });
        return;
      case 'removePod':
        cluster.change({ removePods: [`/pod${event.id}`] }, { force: true });
        return;
      case 'remove':
        cluster.change({ remove: [`/app${event.id}`] }, { force: true });
        return;
      case 'fail':
        return this.end(event.pick, 'TASK_FAILED');
      case 'finish':
        return this.end(event.pick, 'TASK_FINISHED');
      case 'lose':
        return this.end(event.pick, 'TASK_UNREACHABLE');
      case 'stray':
        cluster.update(`stray.instance-${event.pick}._app.1`, 'TASK_RUNNING', { agent_id: { value: 'S1' } });
        return;
      case 'disconnect':
        cluster.disconnect();
        cluster.later(700, () => cluster === this.cluster && cluster.connect());
        return;
      case 'removeFramework':
        cluster.removeFramework(`F${++this.frameworks}`);
        cluster.later(300, () => cluster === this.cluster && cluster.connect());
        return;
      case 'restart':
        this.restart();
    }
  }

  private end(which: number, state: 'TASK_FAILED' | 'TASK_FINISHED' | 'TASK_UNREACHABLE'): void {
    const live = [...this.cluster.tasks].filter(([, task]) => task.state === 'TASK_RUNNING');
    const [taskId] = live[which % Math.max(1, live.length)] ?? [];
    if (taskId !== undefined) this.cluster.update(taskId, state);
  }

  /** The same events lead to the same state; then a new Marathon begins from what was stored. */
  private restart(): void {
    this.checkReplay();
    const { cluster } = this;
    this.events = [];
    for (const task of cluster.tasks.values()) if (task.state === 'TASK_STAGING') task.state = 'TASK_RUNNING';
    this.cluster = new FakeCluster({
      store: cluster.store,
      tasks: cluster.tasks,
      startAt: cluster.clock.now() + 500,
      frameworkId: `F${++this.frameworks}`,
      storeMs: this.storeMs,
      recorder: () => this.recorder,
    });
  }

  checkReplay(): void {
    const state = marathonMachine.init(this.cluster.boot);
    for (const event of this.events) marathonMachine.step(state, event as never);
    expect(hashOf(state)).toBe(hashOf(this.cluster.state));
  }

  /** After a quiet while everything is as wanted, and nothing else lives. */
  checkQuiet(): void {
    const { cluster } = this;
    cluster.advance(1_500_000);
    const { state } = cluster;
    expect(state.deployments.size).toBe(0);
    for (const wanted of specsOf(state).values()) {
      expect([wanted.id, cluster.running(wanted.id).length]).toEqual([wanted.id, wanted.instances]);
    }
    const live = [...cluster.tasks].filter(
      ([, task]) => !isTerminal(task.state) && task.state !== 'TASK_UNREACHABLE',
    );
    const known = [...state.instances.values()].flatMap(livingTasks);
    expect(live.map(([taskId]) => taskId).sort()).toEqual(known.map((task) => task.id).sort());
    expect(state.kills.size).toBe(0);
    expect(state.outbox).toMatchObject({ held: [], heldNext: [] });
    this.checkReplay();
  }
}

test('whatever happens, in the end as many run as are wanted and nothing else does', () => {
  const story = fc.array(fc.tuple(blow, fc.integer({ min: 1, max: 3000 })), { minLength: 1, maxLength: 25 });
  fc.assert(
    fc.property(story, fc.constantFrom(0, 40), (blows, storeMs) => {
      const life = new Life(storeMs);
      for (const [event, pause] of blows) {
        life.strike(event);
        life.cluster.advance(pause);
      }
      life.checkQuiet();
    }),
    { numRuns: 40 },
  );
});
