/** Keys of what HAProxy refused. */

import { appOfRefusal, refusalKey, templateLabelKey } from '../../../../lb/core/issues/refusals';

test.each([
  [refusalKey('/a/b'), '/a/b'],
  [refusalKey('/a/b', 'listener', 0), 'listener 0 /a/b'],
  [refusalKey('/a/b', 'hosts', 12), 'hosts 12 /a/b'],
  [templateLabelKey('/a/b', 'HAPROXY_0_BACKEND_HEAD'), 'HAPROXY_0_BACKEND_HEAD /a/b'],
])('the key %s tells its app', (key, expected) => {
  expect([key, appOfRefusal(key)]).toEqual([expected, '/a/b']);
});
