/** Which apps an event of Marathon is about. */

import { appsOfEvent } from '../../../../lb/core/apps/event-apps';

const events: [string, string[] | 'all'][] = [
  ['{"appId":"/a"}', ['/a']],
  ['{"runSpecId":"/a/b"}', ['/a/b']],
  ['{"appDefinition":{"id":"/c"}}', ['/c']],
  ['{"plan":{"steps":[{"actions":[{"app":"/a"},{"app":"/b"},{"pod":"/p"}]}]}}', ['/a', '/b']],
  ['{"plan":{"steps":[{"actions":"x"},7]}}', 'all'],
  ['{"eventType":"x"}', 'all'],
  ['{"appId":"a"}', 'all'],
  ['null', 'all'],
  ['no json', 'all'],
];

test.each(events)('the event %s is about %j', (data, wanted) => {
  expect(appsOfEvent(data)).toEqual(wanted);
});
