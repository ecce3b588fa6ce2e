import { aclAuthorizer } from '../../../../frameworks/kit/edge/access/acls';
import { rightsOf } from '../../../../frameworks/kit/edge/access/authorizer';
import type { BusEvent, EventType } from '../../../../frameworks/marathon/api/events';
import type { MarathonState } from '../../../../frameworks/marathon/core/state/state';
import { shownEvent } from '../../../../frameworks/marathon/edge/event-rights';

const rights = rightsOf(aclAuthorizer([{ principals: ['alice'], actions: ['view'], paths: ['/a'] }]), {
  value: 'alice',
});
const state = { apps: new Map(), pods: new Map() } as unknown as MarathonState;
const planOf = (...apps: string[]): object => ({ steps: [{ actions: apps.map((app) => ({ app })) }] });

test.each<[type: EventType, members: object, seen: boolean]>([
  ['status_update_event', { appId: '/a/web' }, true],
  ['status_update_event', { appId: '/b/db' }, false],
  ['instance_changed_event', { runSpecId: '/a/web' }, true],
  ['instance_changed_event', { runSpecId: '/ab' }, false],
  ['api_post_event', { uri: '/v2/apps/a/web', appDefinition: { id: '/b/db' } }, false],
  ['api_post_event', { appDefinition: { id: '/a/web' } }, true],
  ['group_change_success', { groupId: '/a' }, true],
  ['group_change_success', { groupId: '/b' }, false],
  ['group_change_success', { groupId: '/' }, true],
  ['group_change_failed', { groupId: '/', reason: 'of /b' }, false],
  ['deployment_info', { plan: planOf('/b/db', '/a/web') }, true],
  ['deployment_info', { plan: planOf('/b/db') }, false],
  ['deployment_success', { plan: planOf() }, false],
  ['scheduler_registered_event', {}, true],
  ['event_stream_attached', {}, true],
  ['health_storm_event', { appId: '/b/db' }, false],
  ['health_storm_event', {}, true],
  ['framework_message_event', { executorId: 'e', message: [1] }, false],
  ['subscribe_event', { callbackUrl: 'http://host' }, false],
  ['pod_updated_event', { uri: '/v2/pods/a/pod' }, false],
])('%s with %o is seen by a reader of /a: %s', (eventType, members, seen) => {
  const event: BusEvent = { eventType, timestamp: '', ...members };
  expect(shownEvent({ rights, state }, event) !== undefined).toBe(seen);
});

test.each<[pod: string, seen: boolean]>([
  ['/a/pod', true],
  ['/b/pod', false],
  ['/ab', false],
])(
  'the event of a request about the pod %s, which it does not name, is seen by a reader of /a: %s',
  (pod, seen) => {
    const event: BusEvent = {
      eventType: 'pod_created_event',
      timestamp: '',
      uri: '/v2/pods',
      clientIp: '10.0.0.1',
    };
    expect(shownEvent({ rights, state, pod }, event)).toBe(seen ? event : undefined);
  },
);

test('the plan of a deployment has what the reader sees, and a reason only where they see all of it', () => {
  const event = (...apps: string[]): BusEvent => ({
    eventType: 'deployment_failed',
    timestamp: '',
    plan: { id: 'd', steps: [{ actions: apps.map((app) => ({ action: 'Restart', app })) }, { actions: [] }] },
    currentStep: { actions: apps.map((app) => ({ action: 'Restart', app })) },
    reason: 'New instances of /b/db have failed',
  });
  const whole = event('/a/web', '/a/job');
  expect(shownEvent({ rights, state }, whole)).toBe(whole);
  const { reason: _reason, ...visible } = event('/a/web');
  expect(shownEvent({ rights, state }, event('/b/db', '/a/web'))).toEqual(visible);
});

test('a reader of the whole tree sees events whose subject is not known', () => {
  const rules = [{ principals: ['root'], actions: ['view' as const], paths: ['/'] }];
  const all = rightsOf(aclAuthorizer(rules), { value: 'root' });
  const event: BusEvent = { eventType: 'subscribe_event', timestamp: '', callbackUrl: 'http://host' };
  expect(shownEvent({ rights: all, state }, event)).toBe(event);
});
