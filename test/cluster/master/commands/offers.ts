/** Commands of master scripts: what frameworks do with offers, tasks and operations. */

import { taskInfo } from '../builders';
import { readOperation } from '../operation-words';
import type { Commands, Stage } from '../stage';
import { UUID } from '../words';

export function offersCommands(script: Stage): Commands {
  return {
    accept: ([name = '', offerIds = '', ...tasks], given) => {
      const ids = offerIds.split(',').map((number) => ({ value: `${script.state.boot.id}-${number}` }));
      const [first] = ids;
      const agentId = script.state.offers.get(first?.value ?? '')?.agentId ?? 'M-S0';
      const task_infos = tasks
        .filter((word) => !word.includes('='))
        .map((id) => taskInfo(id, given['agent'] ?? agentId, given));
      const filters = given['refuse'] === undefined ? undefined : { refuse_seconds: Number(given['refuse']) };
      const operations = [{ type: 'LAUNCH' as const, launch: { task_infos } }];
      script.call(name, { type: 'ACCEPT', accept: { offer_ids: ids, operations, filters } });
    },
    operate: ([name = '', offers = '', ...words]) => {
      const offer_ids = offers.split(',').map((offer) => ({ value: `${script.state.boot.id}-${offer}` }));
      const agentId = script.state.offers.get(offer_ids[0]?.value ?? '')?.agentId ?? 'M-S0';
      const operations = words.map((word) => readOperation(word, agentId, script.frameworkId(name)));
      script.call(name, {
        type: 'ACCEPT',
        accept: { offer_ids, operations, filters: { refuse_seconds: 1000 } },
      });
    },
    decline: ([name = '', offer = ''], given) => {
      const filters = given['refuse'] === undefined ? undefined : { refuse_seconds: Number(given['refuse']) };
      script.call(name, {
        type: 'DECLINE',
        decline: { offer_ids: [{ value: `${script.state.boot.id}-${offer}` }], filters },
      });
    },
    kill: ([name = '', task = '', agent]) => {
      const agent_id = agent === undefined ? undefined : { value: agent };
      script.call(name, { type: 'KILL', kill: { task_id: { value: task }, agent_id } });
    },
    reconcile: ([name = '', ...tasks]) => {
      const asked = tasks.map((word) => {
        const [task = '', agent] = word.split('@');
        return { task_id: { value: task }, ...(agent !== undefined && { agent_id: { value: agent } }) };
      });
      script.call(name, { type: 'RECONCILE', reconcile: { tasks: asked } });
    },
    acknowledge: ([name = '', task = '', agent = '', number = String(script.updates)]) => {
      const acknowledge = {
        task_id: { value: task },
        agent_id: { value: agent },
        uuid: UUID(Number(number)),
      };
      script.call(name, { type: 'ACKNOWLEDGE', acknowledge });
    },
    acknowledgeOperation: ([name = '', id = '', agent = '']) => {
      const acknowledge_operation_status = {
        operation_id: { value: id },
        agent_id: { value: agent },
        uuid: UUID(script.updates),
      };
      script.call(name, { type: 'ACKNOWLEDGE_OPERATION_STATUS', acknowledge_operation_status });
    },
    reconcileOperations: ([name = '', ...ids]) => {
      const operations = ids.map((word) => {
        const [id = '', agent = ''] = word.split('@');
        return { operation_id: { value: id }, agent_id: { value: agent } };
      });
      script.call(name, { type: 'RECONCILE_OPERATIONS', reconcile_operations: { operations } });
    },
  };
}
