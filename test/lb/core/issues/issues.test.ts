/** Issues in one line. */

import { printIssue } from '../../../../lb/core/issues/issues';

test.each([
  [{ app: '/web', text: 'x' }, '/web: x'],
  [{ app: '/web', label: 'HAPROXY_0_PORT', text: 'x' }, '/web HAPROXY_0_PORT: x'],
  [{ app: '/web', label: 'HAPROXY_0_PORT', column: 3, text: 'x' }, '/web HAPROXY_0_PORT:3: x'],
])('%j', (issue, line) => {
  expect(printIssue(issue)).toBe(line);
});
