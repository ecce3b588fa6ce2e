import type { Call } from '../../../../../cluster/api/generated/scheduler';
import { callError } from '../../../../../cluster/master/core/scheduler-calls/list';
import { numberedUuid } from '../../../numbered-uuid';

const framework_id = { value: 'F' };
const task_id = { value: 't' };
const agent_id = { value: 'S' };
const uuid = numberedUuid(1);
const info = { user: 'root', name: 'web' };

describe('the error in a call of a scheduler', () => {
  it.each<[string, Call, string | undefined]>([
    ['nothing', { type: 'TEARDOWN', framework_id }, undefined],
    ['no type', { framework_id }, "Expecting 'type' to be present"],
    ['no framework id, which comes first', { type: 'KILL' }, "Expecting 'framework_id' to be present"],
    ['no part', { type: 'KILL', framework_id }, "Expecting 'kill' to be present"],
    ['no subscription', { type: 'SUBSCRIBE' }, "Expecting 'subscribe' to be present"],
    [
      'an id in one place only',
      { type: 'SUBSCRIBE', framework_id, subscribe: { framework_info: info } },
      "'framework_id' differs from 'subscribe.framework_info.id'",
    ],
    [
      'a uuid that is none',
      { type: 'ACKNOWLEDGE', framework_id, acknowledge: { agent_id, task_id, uuid: 'AAAA' } },
      'Not a valid UUID',
    ],
    [
      'a uuid of no version',
      {
        type: 'ACKNOWLEDGE',
        framework_id,
        acknowledge: { agent_id, task_id, uuid: Buffer.alloc(16, 1).toString('base64') },
      },
      'Not a valid UUID',
    ],
    [
      'a good uuid',
      { type: 'ACKNOWLEDGE', framework_id, acknowledge: { agent_id, task_id, uuid } },
      undefined,
    ],
    [
      'an operation of nobody',
      {
        type: 'ACKNOWLEDGE_OPERATION_STATUS',
        framework_id,
        acknowledge_operation_status: { uuid, operation_id: { value: 'o' } },
      },
      "Expecting 'agent_id' to be present",
    ],
    [
      'an update of another framework',
      { type: 'UPDATE_FRAMEWORK', framework_id, update_framework: { framework_info: info } },
      "'framework_id' differs from 'update_framework.framework_info.id'",
    ],
    ['no roles to revive', { type: 'REVIVE', framework_id }, undefined],
  ])('%s', (_name, call, expected) => {
    expect(callError(call)).toBe(expected);
  });

  it('is a principal that is not that of the sender', () => {
    const call: Call = { type: 'SUBSCRIBE', subscribe: { framework_info: { ...info, principal: 'a' } } };
    expect(callError(call, 'a')).toBeUndefined();
    expect(callError(call, 'b')).toMatch(/^Authenticated principal 'b' does not match principal 'a'/);
  });
});
