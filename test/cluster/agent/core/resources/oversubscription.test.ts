import type { AgentEffect } from '../../../../../cluster/agent/core/state/effects';
import type { AgentBoot } from '../../../../../cluster/agent/core/state/events';
import type { OversubscriptionSettings } from '../../../../../cluster/agent/core/state/oversubscription-settings';
import type { AgentState } from '../../../../../cluster/agent/core/state/state';
import { agentMachine } from '../../../../../cluster/agent/core/step';
import type { Resource } from '../../../../../cluster/api/generated/mesos';
import { printResources, readResources } from '../../../../../cluster/model/resources';
import { taskInfo } from '../../../master/builders';
import { AGENT_BOOT } from '../../interpreter';

const MASTER = 'master@m:5050';
const scalar = (name: string, value: number, more: object = {}): Resource => ({
  name,
  type: 'SCALAR',
  scalar: { value },
  ...more,
});

const FIXED: OversubscriptionSettings = {
  estimator: { kind: 'fixed', resources: [scalar('cpus', 4)] },
  controller: { kind: 'load', fiveMax: 8, fifteenMax: undefined },
  estimateMs: 15_000,
  correctMs: 1000,
};

class Agent {
  readonly state: AgentState;

  constructor(oversubscription: OversubscriptionSettings) {
    const boot: AgentBoot = {
      ...AGENT_BOOT,
      agentId: 'S0',
      settings: { ...AGENT_BOOT.settings, oversubscription },
    };
    this.state = agentMachine.init(boot);
  }

  step(event: Parameters<typeof agentMachine.step>[1]): AgentEffect[] {
    const effects = agentMachine.step(this.state, event);
    const [checkpoint] = effects.flatMap((effect) => (effect.kind === 'checkpoint' ? [effect.commit] : []));
    if (checkpoint === undefined) return effects;
    return [...effects, ...this.step({ kind: 'checkpointed', at: event.at, commit: checkpoint })];
  }

  register(): AgentEffect[] {
    this.step({ kind: 'master.detected', at: 0, pid: MASTER });
    const message = { slave_id: { value: 'S0' } };
    return this.step({ kind: 'master.reregistered', at: 0, from: MASTER, message });
  }

  run(id: string, resources: readonly Resource[], aware = false): void {
    const capabilities = aware ? [{ type: 'PARTITION_AWARE' as const }] : [];
    const framework = { name: 'web', user: 'root', id: { value: 'web' }, capabilities };
    const task = { ...taskInfo(id, 'S0'), resources };
    this.step({ kind: 'master.runTask', at: 0, from: MASTER, message: { framework, task } });
  }

  /** The totals that are told to the master. */
  estimate(at: number): string[] {
    return this.step({ kind: 'woke', at, timer: 'estimate' }).flatMap((effect) =>
      effect.kind === 'send' && effect.name === 'mesos.internal.UpdateSlaveMessage'
        ? [printResources(readResources(effect.message.oversubscribed_resources))]
        : [],
    );
  }
}

const lent = { revocable: {}, allocation_info: { role: 'web' } };

it('tells the master what is given away once more, and again only when that changes', () => {
  const agent = new Agent(FIXED);
  agent.register();
  expect(agent.estimate(0)).toEqual(['cpus{REV}:4']);
  expect(agent.estimate(15_000)).toEqual([]);
  agent.run('t1', [scalar('cpus', 1, lent)]);
  expect(agent.estimate(30_000)).toEqual([]);
  agent.run('t2', [scalar('cpus', 5, lent)]);
  expect(agent.estimate(45_000)).toEqual(['cpus{REV}:6']);
});

it('tells a new master at once', () => {
  const agent = new Agent(FIXED);
  agent.register();
  agent.estimate(0);
  const names = agent.register().flatMap((effect) => (effect.kind === 'send' ? [effect.name] : []));
  expect(names).toContain('mesos.internal.UpdateSlaveMessage');
});

it.each([
  { load: { five: 8, fifteen: 99 }, aware: true, killed: false, state: undefined },
  { load: { five: 8.1, fifteen: 0 }, aware: true, killed: true, state: 'TASK_GONE' },
  { load: { five: 8.1, fifteen: 0 }, aware: false, killed: true, state: 'TASK_LOST' },
])(
  'under a load of $load.five the executors with revocable resources go: $killed',
  ({ load, aware, killed, state }) => {
    const agent = new Agent(FIXED);
    agent.register();
    agent.run('lent', [scalar('cpus', 1, lent)], aware);
    agent.run('own', [scalar('cpus', 1, { allocation_info: { role: 'web' } })], aware);
    expect(agent.step({ kind: 'woke', at: 1000, timer: 'correct' }).map(({ kind }) => kind)).toEqual([
      'wake',
      'measureLoad',
    ]);
    const effects = agent.step({ kind: 'load.measured', at: 1000, ...load });
    const executor = agent.state.frameworks.get('web')?.executors.get('lent');
    const destroyed = effects.flatMap((effect) => (effect.kind === 'destroy' ? [effect.containerId] : []));
    expect(destroyed).toEqual(killed ? [executor?.containerId] : []);
    expect(executor?.pendingTermination?.state).toBe(state);
    expect(agent.state.counters.get('slave/executors_preempted')).toBe(killed ? 1 : undefined);
    expect(
      agent.step({ kind: 'load.measured', at: 1001, ...load }).filter(({ kind }) => kind === 'destroy'),
    ).toEqual([]);
  },
);
