import { readFirewall } from '../../../../cluster/runtime/http/firewall';

it('reads disabled paths', () => {
  expect(readFirewall(undefined)).toBeUndefined();
  expect([...(readFirewall('{}') ?? [])]).toEqual([]);
  expect([...(readFirewall('{"disabled_endpoints": {"paths": ["/files/browse"]}}') ?? [])]).toEqual([
    '/files/browse',
  ]);
});

it.each([
  '{',
  '[]',
  '{"disabled": {}}',
  '{"disabled_endpoints": {"paths": ["files"]}}',
  '{"disabled_endpoints": []}',
])('refuses %s and names the flag', (text) => {
  expect(() => readFirewall(text)).toThrow('--firewall_rules');
});
