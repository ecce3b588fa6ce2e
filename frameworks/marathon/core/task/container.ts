/**
 * The ContainerInfo of a task, from the container and the networks of its app.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { App, Container, Docker, Network, Volume } from '../../api/app';
import { protocolsOf, type TaskPort } from './ports';

export interface ContainerInput {
  readonly app: App;
  readonly taskId: string;
  readonly ports: readonly TaskPort[];
  readonly bridgeName: string;
}

/** The ContainerInfo; undefined when the task runs in the agent's default container. */
export function containerOf(input: ContainerInput): mesos.ContainerInfo | undefined {
  const { app } = input;
  const container = app.container;
  if (!container) return app.tty ? { type: 'MESOS', mesos: {}, tty_info: {} } : undefined;
  const common = {
    volumes: container.volumes.map((volume) => volumeOf(app, volume)),
    ...(container.linuxInfo && { linux_info: linuxOf(container.linuxInfo) }),
    ...(app.tty && { tty_info: {} }),
  };
  if (container.type === 'DOCKER' && container.docker) {
    return { type: 'DOCKER', ...common, ...dockerOf(input, container.docker) };
  }
  return { type: 'MESOS', ...common, ...mesosOf(input, container) };
}

function dockerOf(input: ContainerInput, docker: Docker): Partial<mesos.ContainerInfo> {
  const network = input.app.networks.find(({ mode }) => mode !== 'host');
  const named = network?.mode === 'container';
  return {
    docker: {
      image: docker.image,
      network: !network ? 'HOST' : named ? 'USER' : 'BRIDGE',
      ...(network && { port_mappings: mappingsOf(input.ports) }),
      privileged: docker.privileged,
      parameters: [...docker.parameters, { key: 'label', value: `MESOS_TASK_ID=${input.taskId}` }],
      force_pull_image: docker.forcePullImage,
    },
    ...(named && { network_infos: [{ name: network.name, ...labelsOf(network.labels) }] }),
  };
}

function mesosOf(
  { app, ports, bridgeName }: ContainerInput,
  container: Container,
): Partial<mesos.ContainerInfo> {
  const networks = app.networks.filter(({ mode }) => mode !== 'host');
  return {
    mesos: container.docker ? { image: imageOf(app, container.docker) } : {},
    ...(networks.length > 0 && {
      network_infos: networks.map((network) => networkInfo(app, network, ports, bridgeName)),
    }),
  };
}

function networkInfo(
  app: App,
  network: Network,
  ports: readonly TaskPort[],
  bridgeName: string,
): mesos.NetworkInfo {
  const mappings = app.container?.portMappings ?? [];
  const mine = ports.filter((_port, index) => {
    const names = mappings[index]?.networkNames ?? [];
    return names.length === 0 || names.includes(network.name ?? '');
  });
  return {
    name: network.name ?? bridgeName,
    port_mappings: mappingsOf(mine),
    ...labelsOf(network.labels),
  };
}

function mappingsOf(ports: readonly TaskPort[]): mesos.NetworkInfo.PortMapping[] {
  return ports.flatMap(({ hostPort, containerPort, protocol }) =>
    hostPort === undefined
      ? []
      : protocolsOf(protocol).map((name) => ({
          host_port: hostPort,
          container_port: containerPort === undefined || containerPort === 0 ? hostPort : containerPort,
          protocol: name,
        })),
  );
}

function imageOf(app: App, docker: Docker): mesos.Image {
  const secret =
    docker.pullConfig && (app.secrets[docker.pullConfig.secret]?.source ?? docker.pullConfig.secret);
  return {
    type: 'DOCKER',
    cached: !docker.forcePullImage,
    docker: {
      name: docker.image,
      ...(docker.credential && { credential: docker.credential }),
      ...(secret !== undefined && { config: { type: 'REFERENCE', reference: { name: secret } } }),
    },
  };
}

function volumeOf(app: App, volume: Volume): mesos.Volume {
  const base = { mode: volume.mode ?? 'RW', container_path: volume.containerPath } as const;
  if (volume.hostPath !== undefined) return { ...base, host_path: volume.hostPath };
  if (volume.external) {
    const { name = '', options } = volume.external;
    const { 'dvdi/driver': driver, ...others } = options;
    const parameter = Object.entries(others).map(([key, value]) => ({
      key: key.replace(/^dvdi\//, ''),
      value,
    }));
    const driver_options = parameter.length > 0 ? { driver_options: { parameter } } : {};
    return { ...base, source: { type: 'DOCKER_VOLUME', docker_volume: { driver, name, ...driver_options } } };
  }
  const source = app.secrets[volume.secret ?? '']?.source ?? volume.secret ?? '';
  return {
    ...base,
    mode: volume.mode ?? 'RO',
    source: { type: 'SECRET', secret: { type: 'REFERENCE', reference: { name: source } } },
  };
}

function linuxOf({ seccomp, ipcInfo }: NonNullable<Container['linuxInfo']>): mesos.LinuxInfo {
  return {
    ...(seccomp && { seccomp: { profile_name: seccomp.profileName, unconfined: seccomp.unconfined } }),
    ...(ipcInfo && { ipc_mode: ipcInfo.mode, shm_size: ipcInfo.shmSize }),
  };
}

/** Mesos' list of labels; nothing when there are none. */
export function labelsOf(labels: Readonly<Record<string, string>>): { labels?: mesos.Labels } {
  const list = Object.entries(labels).map(([key, value]) => ({ key, value }));
  return list.length > 0 ? { labels: { labels: list } } : {};
}
