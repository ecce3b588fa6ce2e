import { hasHealthChecks, stateFileText } from '../../../../lb/core/reload/server-state';
import { serverLine } from '../../builders';

const header = '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight';

test('kept is what health checks saw down, and nothing of servers switched off by order or up', () => {
  const rows = [
    '3 b 1 up 1.1.1.1 2 0 1',
    '3 b 2 down 1.1.1.1 0 0 1',
    '3 b 3 out 1.1.1.1 0 1 1',
    '3 b 4 on 1.1.1.1 1 0 1',
  ];
  expect(stateFileText(`1\n${header}\n${rows.join('\n')}\n\n`)).toBe(
    `1\n${header}\n3 b 2 down 1.1.1.1 0 0 1\n3 b 4 on 1.1.1.1 1 0 1\n`,
  );
});

test('without an answer the file is empty, but one that HAProxy reads', () => {
  expect(stateFileText('')).toMatch(/^1\n# be_id be_name .*\n$/);
});

test.each([
  { config: 'backend b\n  server t 127.0.0.1:1 check inter 10s\n', checks: true },
  { config: 'backend b\n  server t 127.0.0.1:1 id 1 check\n', checks: true },
  { config: 'defaults\n  default-server check\n', checks: true },
  { config: 'backend b\n  server t 127.0.0.1:1\n', checks: false },
  { config: 'backend b\n  server t 127.0.0.1:1 check-ssl\n', checks: false },
  { config: '# a check\nbackend b\n  option httpchk\n  http-check expect status 200\n', checks: false },
  { config: '', checks: false },
])('an adopted configuration is read for health checks: $config', ({ config, checks }) => {
  expect(hasHealthChecks({ config, blocks: [], maps: undefined })).toBe(checks);
});

test.each([
  { options: 'check', checks: true },
  { options: 'id 1 check inter 3s', checks: true },
  { options: '', checks: false },
  { options: 'check-ssl', checks: false },
])('blocks are read for health checks: $options', ({ options, checks }) => {
  const blocks = [{ text: 'backend b\n', servers: [serverLine('t', '127.0.0.1:1', options)] }];
  expect(hasHealthChecks({ config: '', blocks, maps: undefined })).toBe(checks);
});
