/**
 * Resources that are given away once more: offered as revocable ones, and taken back under load.
 */

import type { Offer } from '../../cluster/api/generated/mesos';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';
import { scalar, TaskScheduler, taskOn } from './task-scheduler';

const FIXED = 'org_apache_mesos_FixedResourceEstimator';
const LOAD = 'org_apache_mesos_LoadQoSController';

let machine: OneMachine;
let scheduler: TaskScheduler;
beforeEach(() => {
  machine = new OneMachine();
});
afterEach(async () => {
  scheduler.stop();
  await machine.stop();
});

const modules = (name: string, key: string, value: string): object => ({
  name,
  parameters: [{ key, value }],
});

const web = { allocation_info: { role: 'web' } };

it.each([
  ['PARTITION_AWARE', 'TASK_GONE'],
  ['MULTI_ROLE', 'TASK_LOST'],
])(
  'a task on revocable resources is preempted when the load is too high (%s: %s)',
  async (capability, state) => {
    const master = await machine.startMaster(['--allocation_interval=50ms']);
    // The load of a machine that runs this test is above a negative one.
    const list = [modules(FIXED, 'resources', 'cpus:2'), modules(LOAD, 'load_threshold_5min', '-1')];
    const agent = await machine.startAgent('agent', [
      '--resources=cpus:1;mem:100;disk:10',
      `--modules=${JSON.stringify({ libraries: [{ modules: list }] })}`,
      ...[`--resource_estimator=${FIXED}`, `--qos_controller=${LOAD}`, '--qos_correction_interval_min=2secs'],
    ]);
    const capabilities = [...new Set([capability, 'MULTI_ROLE', 'REVOCABLE_RESOURCES'])].map((type) => ({
      type,
    }));
    scheduler = new TaskScheduler(master.http.url, { roles: ['web'], capabilities });
    await scheduler.subscribe();
    const lent = await scheduler.offer(({ revocable }) => revocable !== undefined);
    const resources = [scalar('cpus', 2, { ...web, revocable: {} }), scalar('mem', 32, web)];
    // Memory may come with another offer of the agent.
    const offer_ids = scheduler.events.flatMap((event) => event.offers?.offers ?? []).map(({ id }) => id);
    const task = taskOn(lent, 't', 'sleep 1000', { resources });
    const operations: Offer.Operation[] = [{ type: 'LAUNCH', launch: { task_infos: [task] } }];
    await scheduler.call({ type: 'ACCEPT', accept: { offer_ids, operations } });
    // It may be preempted before it has started.
    const status = await scheduler.states('t', state);
    expect([status.reason, status.message]).toEqual([
      'REASON_CONTAINER_PREEMPTED',
      'Container preempted by QoS correction',
    ]);
    await eventually('the metric', async () => {
      const answer = await fetch(`${agent.http.url}/metrics/snapshot`);
      const metrics = (await answer.json()) as Record<string, number>;
      return metrics['slave/executors_preempted'] === 1 && metrics['slave/cpus_revocable_total'] === 2;
    });
  },
);
