import { keptState } from '../../../lb/core/server-state';

const header = '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight';

test('kept is what health checks saw down, and nothing of servers switched off by order or up', () => {
  const rows = [
    '3 b 1 up 1.1.1.1 2 0 1',
    '3 b 2 down 1.1.1.1 0 0 1',
    '3 b 3 out 1.1.1.1 0 1 1',
    '3 b 4 on 1.1.1.1 1 0 1',
  ];
  expect(keptState(`1\n${header}\n${rows.join('\n')}\n\n`)).toBe(
    `1\n${header}\n3 b 2 down 1.1.1.1 0 0 1\n3 b 4 on 1.1.1.1 1 0 1\n`,
  );
});

test('without an answer the file is empty, but one that HAProxy reads', () => {
  expect(keptState('')).toMatch(/^1\n# be_id be_name .*\n$/);
});
