/**
 * Resources that are given away once more: offered as revocable ones, and taken back under load.
 */

import type { Offer, Resource } from '../../cluster/api/generated/mesos';
import { eventually } from './eventually';
import { JsonScheduler } from './json-scheduler';
import { OneMachine } from './one-machine';

jest.setTimeout(60_000);

const FIXED = 'org_apache_mesos_FixedResourceEstimator';
const LOAD = 'org_apache_mesos_LoadQoSController';

let machine: OneMachine;
let scheduler: JsonScheduler;
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

const revocable = (name: string, value: number): Resource => ({
  name,
  type: 'SCALAR',
  scalar: { value },
  revocable: {},
  allocation_info: { role: 'web' },
});

/** Acknowledges all updates so far: one that is not keeps the next ones from coming. */
async function acknowledgeAll(): Promise<void> {
  for (const { update } of scheduler.events) if (update) await scheduler.acknowledge(update.status);
}

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
    scheduler = new JsonScheduler(master.http.url, { roles: ['web'], capabilities });
    await scheduler.subscribe();
    const hasRevocable = ({ resources }: Offer): boolean =>
      resources?.some((resource) => resource.revocable) ?? false;
    const { offers } = await scheduler.event(
      'OFFERS',
      (event) => event.offers?.offers?.some(hasRevocable) ?? false,
    );
    const lent = (offers?.offers ?? []).filter(hasRevocable);
    const resources = [revocable('cpus', 2), { ...revocable('mem', 32), revocable: undefined }];
    const info = {
      name: 't',
      task_id: { value: 't' },
      agent_id: lent[0]?.agent_id ?? { value: '' },
      command: { value: 'sleep 1000' },
      resources,
    };
    // Memory may come with another offer of the agent.
    const offer_ids = scheduler.events.flatMap((event) => event.offers?.offers ?? []).map(({ id }) => id);
    const operations: Offer.Operation[] = [{ type: 'LAUNCH', launch: { task_infos: [info] } }];
    await scheduler.call({ type: 'ACCEPT', accept: { offer_ids, operations } });
    // It may be preempted before it has started.
    const acknowledging = setInterval(() => void acknowledgeAll(), 50);
    const status = await scheduler.update('t', state).finally(() => clearInterval(acknowledging));
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
