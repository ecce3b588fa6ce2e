import type { Container } from '../../../../../frameworks/chronos/core/jobs/container';
import { jobContainer } from '../../../../../frameworks/chronos/core/launch/container';
import { jobOf } from '../../jobs';

function container(body: object): Container {
  const { container: read } = jobOf({ container: { image: 'busybox', ...body } });
  if (read === undefined) throw new Error('no container');
  return read;
}

const portMappings = [{ hostPort: 0, containerPort: 80, protocol: 'tcp' }];
const mapped = [{ host_port: 31_000, container_port: 80, protocol: 'tcp' }];

test('a container of the Docker daemon has its image, volumes and parameters', () => {
  const body = {
    volumes: [{ containerPath: '/d', hostPath: '/h', mode: 'RO' }],
    parameters: [{ key: 'cap-add', value: 'X' }],
    forcePullImage: true,
  };
  expect(jobContainer(container(body), [])).toEqual({
    type: 'DOCKER',
    volumes: [{ container_path: '/d', host_path: '/h', mode: 'RO' }],
    docker: {
      image: 'busybox',
      network: 'HOST',
      privileged: false,
      parameters: [{ key: 'cap-add', value: 'X' }],
      force_pull_image: true,
    },
  });
});

test('a container of Mesos has a cached image, unless it is pulled each time', () => {
  const image = (forcePullImage: boolean): unknown =>
    jobContainer(container({ type: 'MESOS', forcePullImage }), []).mesos?.image?.cached;
  expect([image(false), image(true)]).toEqual([true, false]);
});

test('networks have a name and labels', () => {
  const body = {
    network: 'USER',
    networkName: 'first',
    networkInfos: [{ name: 'second', labels: [{ key: 'a', value: 'b' }] }],
  };
  expect(jobContainer(container(body), []).network_infos).toEqual([
    { name: 'first' },
    { name: 'second', labels: { labels: [{ key: 'a', value: 'b' }] } },
  ]);
});

test('a network is asked for an address of the protocol', () => {
  const body = { type: 'MESOS', networkInfos: [{ name: 'net', protocol: 'IPv6' }] };
  expect(jobContainer(container(body), []).network_infos).toEqual([
    { name: 'net', ip_addresses: [{ protocol: 'IPv6' }] },
  ]);
});

test('ports are mapped by the Docker daemon, or by the network of Mesos', () => {
  const networkInfos = [{ name: 'none' }, { name: 'net', portMappings }];
  const docker = container({ network: 'BRIDGE', networkInfos });
  expect(jobContainer(docker, [31_000]).docker?.port_mappings).toEqual(mapped);
  expect(jobContainer(container({ type: 'MESOS', networkInfos }), [31_000]).network_infos).toEqual([
    { name: 'none' },
    { name: 'net', port_mappings: mapped },
  ]);
});

test('an external volume has a driver and its options', () => {
  const external = { name: 'v', provider: 'rexray', options: [{ key: 'size', value: '1' }] };
  const [volume] =
    jobContainer(container({ volumes: [{ containerPath: '/d', external }] }), []).volumes ?? [];
  expect(volume?.source?.docker_volume).toEqual({
    driver: 'rexray',
    name: 'v',
    driver_options: { parameter: [{ key: 'size', value: '1' }] },
  });
});
