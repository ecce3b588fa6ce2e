import { capabilitiesOf } from '../../../../../cluster/agent/containerizer/oci/capabilities';

test.each([
  ['CapBnd:\t0000000000000000\n', []],
  ['Name:\tx\nCapBnd:\t0000000000000001\nCapAmb:\t1\n', ['CAP_CHOWN']],
  ['CapBnd:\t0000000000200080\n', ['CAP_SETUID', 'CAP_SYS_ADMIN']],
  ['CapBnd:\t0000010000000000\n', ['CAP_CHECKPOINT_RESTORE']],
])('the capabilities of %j are %j', (status, names) => {
  expect(capabilitiesOf(status)).toEqual(names);
});
