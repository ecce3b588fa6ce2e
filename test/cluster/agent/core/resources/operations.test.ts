import type { AgentEffect } from '../../../../../cluster/agent/core/state/effects';
import type { AgentState } from '../../../../../cluster/agent/core/state/state';
import { agentMachine } from '../../../../../cluster/agent/core/step';
import type { Offer } from '../../../../../cluster/api/generated/mesos';
import { printResources, readResources } from '../../../../../cluster/model/resources';
import { resources, taskInfo } from '../../../master/builders';
import { readOperation } from '../../../master/operation-words';
import { numberedUuid } from '../../../numbered-uuid';
import { AGENT_BOOT } from '../../interpreter';

const MASTER = 'master@m:5050';
const uuid = (number: number) => ({ value: numberedUuid(number) });

class Agent {
  readonly state: AgentState = agentMachine.init({
    ...AGENT_BOOT,
    agentId: 'S0',
    resources: resources({ cpus: '4', disk: '1000' }),
  });

  constructor() {
    this.step({ kind: 'master.detected', at: 0, pid: MASTER });
    this.step({ kind: 'master.reregistered', at: 0, from: MASTER, message: { slave_id: { value: 'S0' } } });
  }

  step(event: Parameters<typeof agentMachine.step>[1]): AgentEffect[] {
    const effects = agentMachine.step(this.state, event);
    const [commit] = effects.flatMap((effect) => (effect.kind === 'checkpoint' ? [effect.commit] : []));
    return commit === undefined
      ? effects
      : [...effects, ...this.step({ kind: 'checkpointed', at: event.at, commit })];
  }

  /** The states that are told. */
  apply(number: number, operation: Offer.Operation): (string | undefined)[] {
    const message = {
      framework_id: { value: 'web' },
      operation_info: operation,
      operation_uuid: uuid(number),
      resource_version_uuid: { uuid: uuid(0) },
    };
    return this.step({ kind: 'master.applyOperation', at: 0, from: MASTER, message }).flatMap((effect) =>
      effect.kind === 'send' && effect.name === 'mesos.internal.UpdateOperationStatusMessage'
        ? [effect.message.status.state]
        : [],
    );
  }

  kept(): string {
    return printResources(readResources(this.state.checkpointed));
  }
}

it('applies each kind of operation on the resources of the machine', () => {
  const agent = new Agent();
  const steps: readonly [string, string][] = [
    ['RESERVE=disk(web):100', 'disk(web):100'],
    ['CREATE=disk(web)[v1]:60', 'disk(web)[v1:data]:60; disk(web):40'],
    ['GROW_VOLUME=disk(web)[v1]:60+10', 'disk(web)[v1:data]:70; disk(web):30'],
    ['SHRINK_VOLUME=disk(web)[v1]:70-30', 'disk(web)[v1:data]:40; disk(web):60'],
    ['DESTROY=disk(web)[v1]:40', 'disk(web):100'],
    ['UNRESERVE=disk(web):100', ''],
  ];
  for (const [index, [word, kept]] of steps.entries()) {
    expect([word, agent.apply(index, readOperation(word, 'S0', 'web'))]).toEqual([
      word,
      ['OPERATION_FINISHED'],
    ]);
    expect([word, agent.kept()]).toEqual([word, kept]);
  }
});

it('changes nothing by an operation that does not fit, or that only a resource provider can carry out', () => {
  const agent = new Agent();
  expect(agent.apply(1, readOperation('RESERVE=mem(web):1', 'S0', 'web'))).toEqual(['OPERATION_ERROR']);
  expect(agent.apply(2, { type: 'CREATE_DISK' })).toEqual(['OPERATION_ERROR']);
  expect(agent.kept()).toBe('');
  expect(agent.apply(1, readOperation('RESERVE=cpus(web):1', 'S0', 'web'))).toEqual([]);
});

it('drains until the last status is acknowledged', () => {
  const agent = new Agent();
  agent.apply(1, readOperation('RESERVE=cpus(web):1', 'S0', 'web'));
  agent.step({ kind: 'master.drain', at: 0, from: MASTER, config: {} });
  const status_uuid = agent.state.operations.get(numberedUuid(1))?.operation.latest_status.uuid ?? uuid(0);
  agent.step({
    kind: 'master.acknowledgeOperation',
    at: 0,
    from: MASTER,
    message: { operation_uuid: uuid(1), status_uuid },
  });
  expect(agent.state.operations.size).toBe(0);
  expect(agent.state.drain).toBeUndefined();
});

it('drops tasks that are launched for other resources than those of now', () => {
  const agent = new Agent();
  const framework = { name: 'web', user: 'root', id: { value: 'web' } };
  const launch = (task: string, version: string): string[] => {
    const resource_version_uuids = [{ uuid: { value: version } }];
    const message = { framework, task: taskInfo(task, 'S0'), resource_version_uuids };
    return agent.step({ kind: 'master.runTask', at: 0, from: MASTER, message }).flatMap((effect) => {
      if (effect.kind === 'launch') return ['launched'];
      const isUpdate = effect.kind === 'send' && effect.name === 'mesos.internal.StatusUpdateMessage';
      return isUpdate
        ? [`${effect.message.update.status.reason} ${effect.message.update.status.message}`]
        : [];
    });
  };
  expect(launch('t1', numberedUuid(7))).toEqual([
    'REASON_INVALID_OFFERS Task assumes outdated resource state',
  ]);
  expect(launch('t2', agent.state.resourceVersion)).toEqual(['launched']);
});
