import { readStatistics } from '../../../../../cluster/agent/containerizer/network/interface-statistics';

const TEXT = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     900       9    0    0    0     0          0         0      900       9    0    0    0     0       0          0
  eth0:     100      10    1    2    0     0          0         0      200      20    3    4    0     0       0          0
  eth1:1000 11    0    0    0     0          0         0     2000      21    0    0    0     0       0          0
`;

it('sums the traffic of the interfaces of networks, without the loopback', () => {
  expect(readStatistics(TEXT, ['eth0', 'eth1'])).toEqual({
    net_rx_bytes: 1100,
    net_rx_packets: 21,
    net_rx_errors: 1,
    net_rx_dropped: 2,
    net_tx_bytes: 2200,
    net_tx_packets: 41,
    net_tx_errors: 3,
    net_tx_dropped: 4,
  });
});
