import type { App } from '../../../../../frameworks/marathon/api/app';
import {
  assignServicePorts,
  servicePortsOf,
} from '../../../../../frameworks/marathon/core/apps/service-ports';
import { app, FakeCluster } from '../../fake-cluster';

describe('service ports', () => {
  const range = { min: 100, max: 103 };
  const assign = (members: Record<string, unknown>, used: number[], old?: App) =>
    assignServicePorts(app(members), { old, used: new Set(used), range: { ...range } });
  const portsOf = (result: ReturnType<typeof assign>) =>
    'error' in result ? result.error : servicePortsOf(result);

  it('are the lowest free ones', () => {
    expect(portsOf(assign({ ports: [0, 5, 0] }, [100, 102]))).toEqual([101, 5, 103]);
  });

  it('are kept from the old definition, unless it named others', () => {
    const old = app({ ports: [102, 7] });
    expect(portsOf(assign({ ports: [0, 0] }, [102], old))).toEqual([102, 100]);
  });

  it('run out with a reason', () => {
    expect(portsOf(assign({ ports: [0] }, [100, 101, 102, 103]))).toBe(
      'All ports in the range [100-103) are already in use',
    );
  });

  it('are given to port mappings, too', () => {
    const members = {
      networks: [{ mode: 'container/bridge' }],
      container: { portMappings: [{ containerPort: 80 }] },
    };
    expect(portsOf(assign(members, []))).toEqual([100]);
  });

  it('are unique in the tree and stay with their app', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/a' }, { id: '/b', portDefinitions: [{ port: 0 }, { port: 0 }] });
    const ports = (id: string) => cluster.state.apps.get(id)?.portDefinitions?.map(({ port }) => port);
    expect(ports('/a')).toEqual([10_000]);
    expect(ports('/b')).toEqual([10_001, 10_002]);
    cluster.advance(100);
    cluster.put({ id: '/b', instances: 2, portDefinitions: [{ port: 0 }, { port: 0 }] });
    expect(ports('/b')).toEqual([10_001, 10_002]);
  });
});
