import { executorCallError } from '../../../../../cluster/agent/edge/http/executor-call';
import type { Call } from '../../../../../cluster/api/generated/executor';
import type { TaskStatus } from '../../../../../cluster/api/generated/mesos';
import { numberedUuid } from '../../../numbered-uuid';

const IDS = { framework_id: { value: 'F' }, executor_id: { value: 'E' } };
const STATUS: TaskStatus = {
  task_id: { value: 't' },
  state: 'TASK_RUNNING',
  source: 'SOURCE_EXECUTOR',
  uuid: numberedUuid(1),
};
const update = (status: Partial<TaskStatus>): Call => ({
  ...IDS,
  type: 'UPDATE',
  update: { status: { ...STATUS, ...status } },
});

test.each<[call: Call, error: string | undefined]>([
  [{ ...IDS }, "Expecting 'type' to be present"],
  [{ ...IDS, type: 'SUBSCRIBE' }, "Expecting 'subscribe' to be present"],
  [{ ...IDS, type: 'SUBSCRIBE', subscribe: {} }, undefined],
  [{ ...IDS, type: 'MESSAGE' }, "Expecting 'message' to be present"],
  [{ ...IDS, type: 'HEARTBEAT' }, undefined],
  [{ ...IDS, type: 'UPDATE' }, "Expecting 'update' to be present"],
  [update({}), undefined],
  [update({ uuid: undefined }), "Expecting 'uuid' to be present"],
  [update({ uuid: 'AAAA' }), 'Not a valid UUID'],
  [
    update({ executor_id: { value: 'other' } }),
    'ExecutorID in Call: E does not match ExecutorID in TaskStatus: other',
  ],
  [
    update({ source: 'SOURCE_AGENT' }),
    "Received Call from executor E of framework F with invalid source, expecting 'SOURCE_EXECUTOR'",
  ],
  [
    update({ state: 'TASK_STAGING' }),
    'Received TASK_STAGING from executor E of framework F which is not allowed',
  ],
  [update({ check_status: {} }), "CheckStatusInfo must specify 'type'"],
  [update({ check_status: { type: 'TCP' } }), "Expecting 'tcp' to be set for TCP check's status"],
  [update({ check_status: { type: 'UNKNOWN' } }), "'UNKNOWN' is not a valid check's status type"],
  [update({ check_status: { type: 'HTTP', http: {} } }), undefined],
])('the call %j is answered with the words of the original: %s', (call, error) => {
  expect(executorCallError(call)).toBe(error);
});
