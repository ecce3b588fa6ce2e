import type * as mesos from '../../../../../cluster/api/generated/mesos';
import {
  allocatedRole,
  readOversubscribed,
  readReport,
  readReportedTask,
} from '../../../../../cluster/master/core/read/agent-report';
import { readResources } from '../../../../../cluster/model/resources';
import { readWords } from '../../operation-words';

const slave_id = { value: 'S0' };

it('a registration has the resources of the machine and the checkpointed ones as values', () => {
  const message = {
    slave: { hostname: 'a', resources: readWords('cpus:2;mem:64') },
    checkpointed_resources: readWords('cpus:1'),
  };
  expect(readReport('agent@a:1', message)).toEqual({
    pid: 'agent@a:1',
    message,
    version: '',
    machine: readResources(message.slave.resources),
    checkpointed: readResources(message.checkpointed_resources),
  });
});

it('a reported task has unallocated resources, and the role that they were allocated to', () => {
  const task = (resources: readonly mesos.Resource[]): mesos.Task => ({
    name: 't',
    task_id: { value: 't' },
    framework_id: { value: 'f' },
    agent_id: slave_id,
    state: 'TASK_RUNNING',
    resources,
  });
  const plain = readWords('cpus:1');
  const allocated = plain.map((resource) => ({ ...resource, allocation_info: { role: 'web' } }));
  expect(readReportedTask(task(allocated))).toMatchObject({ resources: readResources(plain), role: 'web' });
  expect(readReportedTask(task(plain)).role).toBeUndefined();
  expect(allocatedRole(undefined)).toBeUndefined();
});

describe('the oversubscribed resources of an update', () => {
  const lent = readWords('cpus:1').map((resource) => ({ ...resource, revocable: {} }));

  it('are the revocable ones', () => {
    const oversubscribed_resources = [...lent, ...readWords('mem:1')];
    expect(readOversubscribed({ slave_id, oversubscribed_resources })).toEqual(readResources(lent));
    expect(readOversubscribed({ slave_id })).toEqual([]);
  });

  it('stay when the update is not about them', () => {
    const update = { slave_id, update_oversubscribed_resources: false, oversubscribed_resources: lent };
    expect(readOversubscribed(update)).toBeUndefined();
  });

  it('may have an error in their form', () => {
    const update = { slave_id, oversubscribed_resources: [{ name: 'cpus', type: 'SCALAR' } as const] };
    expect(readOversubscribed(update)).toEqual({ error: expect.stringContaining('Invalid scalar resource') });
  });
});
