import { ipNumber, printMasterInfo } from '../../../../../cluster/master/core/state/master-info';
import { initMaster } from '../../../../../cluster/master/core/state/state';
import { BOOT } from '../../builders';

test.each([
  ['127.0.0.1', 0x0100007f],
  ['10.0.0.1', 0x0100000a],
  ['255.255.255.255', 0xffffffff],
  ['0.0.0.128', 0x80000000],
])('the address %s is the number of its bytes from the last to the first', (ip, number) => {
  expect(ipNumber(ip)).toBe(number);
});

test('a master tells its address twice, in the old form and in the new one', () => {
  const info = printMasterInfo(initMaster({ ...BOOT, id: 'M7', ip: '10.0.0.1', port: 5050 }));
  expect(info).toMatchObject({
    id: 'M7',
    ip: 0x0100000a,
    port: 5050,
    pid: 'master@10.0.0.1:5050',
    address: { ip: '10.0.0.1', port: 5050, hostname: BOOT.hostname },
    capabilities: [{ type: 'AGENT_UPDATE' }, { type: 'AGENT_DRAINING' }, { type: 'QUOTA_V2' }],
  });
});
