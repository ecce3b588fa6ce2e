import { createServer } from 'node:net';
import {
  listeningPorts,
  readListeners,
} from '../../../../../cluster/agent/containerizer/isolators/listening-ports';
import {
  isolatedPorts,
  networkPorts,
  portsLimitation,
} from '../../../../../cluster/agent/containerizer/isolators/network-ports';
import type { Ranges } from '../../../../../cluster/model/ranges';
import { VirtualClock } from '../../../../../cluster/runtime/clock';
import { contextOf, runOf } from './builders';

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0
   1: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 12346 1 0000000000000000 20 4 30 10 -1
`;
const TCP6 = `   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0000000000000000 100 0 0 10 0
`;
const FLAGS = { check_agent_port_range_only: false, container_ports_isolated_range: undefined };

describe('network/ports', () => {
  it('reads listening sockets alone', () => {
    expect([...readListeners(TCP + TCP6)]).toEqual([
      ['12345', 8080],
      ['777', 80],
    ]);
  });

  it('finds the ports of a process', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { readonly port: number };
    const ranges = listeningPorts([process.pid, 999_999_999]);
    expect(ranges.some(([begin, end]) => begin <= port && port <= end)).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });

  it.each<[string, Ranges, Ranges | undefined, Ranges, string | undefined]>([
    ['its own ports', [[31_000, 31_001]], undefined, [[31_000, 31_005]], undefined],
    ['none', [], undefined, [], undefined],
    [
      'another one',
      [[80, 80]],
      undefined,
      [[31_000, 31_005]],
      'Container C is listening on unallocated port(s): [80-80]',
    ],
    ['another one that is not watched', [[80, 80]], [[31_000, 32_000]], [], undefined],
    [
      'one that is watched, and another one',
      [
        [80, 80],
        [31_009, 31_009],
      ],
      [[31_000, 32_000]],
      [[31_000, 31_005]],
      'Container C is listening on unallocated port(s): [31009-31009]',
    ],
  ])('a container that listens on %s', (_what, listening, isolated, ports, message) => {
    expect(portsLimitation('C', { listening, isolated, ports })?.message).toBe(message);
  });

  it('watches all ports, those that the agent offers, or a range', () => {
    expect(isolatedPorts(FLAGS, [[1, 2]])).toBeUndefined();
    expect(isolatedPorts({ ...FLAGS, check_agent_port_range_only: true }, [[1, 2]])).toEqual([[1, 2]]);
    expect(isolatedPorts({ ...FLAGS, container_ports_isolated_range: [[3, 4]] }, [[1, 2]])).toEqual([[3, 4]]);
    expect(() =>
      isolatedPorts({ check_agent_port_range_only: true, container_ports_isolated_range: [] }, []),
    ).toThrow(/^Only one of/);
  });

  it('leaves nested containers to their parent, and those on a network of their own alone', () => {
    const clock = new VirtualClock();
    const isolator = networkPorts(contextOf({ clock }));
    isolator.watch?.(runOf({ parent: 'P' }), () => undefined);
    isolator.watch?.(
      runOf({ container: { type: 'MESOS', network_infos: [{ name: 'net' }] } }),
      () => undefined,
    );
    expect(clock.next()).toBeUndefined();
    isolator.watch?.(runOf(), () => undefined);
    expect(clock.next()).toBe(30_000);
    isolator.stop?.();
    expect(clock.next()).toBeUndefined();
  });
});
