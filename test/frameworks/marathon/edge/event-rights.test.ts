import { aclAuthorizer } from '../../../../frameworks/kit/edge/access/acls';
import { rightsOf } from '../../../../frameworks/kit/edge/access/authorizer';
import type { BusEvent, EventType } from '../../../../frameworks/marathon/api/events';
import type { MarathonState } from '../../../../frameworks/marathon/core/state/state';
import { seesEvent } from '../../../../frameworks/marathon/edge/event-rights';

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
])('%s with %o is seen by a reader of /a: %s', (eventType, members, seen) => {
  const event: BusEvent = { eventType, timestamp: '', ...members };
  expect(seesEvent(rights, state, event)).toBe(seen);
});
