import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import { eventOfNotice } from '../../../../frameworks/kit/edge/scheduler-events';

const status = { task_id: { value: 't' }, state: 'TASK_RUNNING' };
const ids = { agent_id: { value: 'a' }, executor_id: { value: 'e' } };

test('a subscription has the framework, the master and its region', () => {
  const domain = { fault_domain: { region: { name: 'north' }, zone: { name: 'n1' } } };
  const subscribed = { framework_id: { value: 'F1' }, master_info: { domain } };
  const notice = { kind: 'subscribed', url: 'http://10.0.0.1:5050', subscribed } as never;
  expect(eventOfNotice(notice)).toEqual({
    kind: 'scheduler.subscribed',
    frameworkId: 'F1',
    master: 'http://10.0.0.1:5050',
    masterRegion: 'north',
  });
});

test('a lost connection has its reason', () => {
  expect(eventOfNotice({ kind: 'disconnected', reason: 'silent' })).toEqual({
    kind: 'scheduler.disconnected',
    reason: 'silent',
  });
});

test.each<[string, object, unknown]>([
  ['OFFERS', { offers: { offers: [] } }, { kind: 'scheduler.offers', offers: [] }],
  ['RESCIND', { rescind: { offer_id: { value: 'o' } } }, { kind: 'scheduler.rescind', offerId: 'o' }],
  ['UPDATE', { update: { status } }, { kind: 'scheduler.update', status }],
  ['FAILURE', { failure: ids }, { kind: 'scheduler.failure', agentId: 'a', executorId: 'e' }],
  [
    'MESSAGE',
    { message: { ...ids, data: 'aGk=' } },
    { kind: 'scheduler.message', agentId: 'a', executorId: 'e', data: 'aGk=' },
  ],
  ['ERROR', { error: { message: 'gone' } }, { kind: 'scheduler.error', message: 'gone' }],
  ['HEARTBEAT', {}, undefined],
])('%s becomes an event of the core, or none', (type, members, expected) => {
  const event = { type, ...members } as unknown as scheduler.Event;
  expect(eventOfNotice({ kind: 'event', event })).toEqual(expected);
});
