import {
  MASTER_CAPABILITIES,
  missingCapabilities,
} from '../../../../../cluster/master/core/state/capabilities';

test('a registry that needs what this master has is taken over', () => {
  expect(missingCapabilities([])).toEqual([]);
  expect(missingCapabilities(MASTER_CAPABILITIES)).toEqual([]);
});

test('a registry of a newer master names what is missing, in its order', () => {
  expect(missingCapabilities(['X', 'QUOTA_V2', 'AGENT_DRAINING', 'A'])).toEqual(['X', 'A']);
});
