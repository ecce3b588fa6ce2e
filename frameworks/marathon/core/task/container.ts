/** The ContainerInfo of a task, from the container and the networks of its app. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import {
  dockerContainer,
  dockerImage,
  externalVolume,
  hostVolume,
  mesosContainer,
  networkInfo,
  secretVolume,
} from '../../../kit/core/task/container';
import { mappingsOf, type TaskPort } from '../../../kit/core/task/ports';
import type { App, Container, Docker, Network, Volume } from '../../api/app';

export interface ContainerInput {
  readonly app: App;
  readonly taskId: string;
  readonly ports: readonly TaskPort[];
  readonly bridgeName: string;
}

/** The ContainerInfo; undefined when the task runs in the agent's default container. */
export function containerOf(input: ContainerInput): mesos.ContainerInfo | undefined {
  const { app } = input;
  const { container } = app;
  if (!container) return app.tty ? { type: 'MESOS', mesos: {}, tty_info: {} } : undefined;
  const common = {
    volumes: container.volumes.map((volume) => volumeOf(app, volume)),
    linuxInfo: container.linuxInfo && linuxOf(container.linuxInfo),
    hasTty: app.tty,
  };
  const docker = container.docker;
  if (container.type === 'DOCKER' && docker) {
    return dockerContainer({ ...common, networks: dockerNetworks(app) }, dockerOf(input, docker));
  }
  return mesosContainer({ ...common, networks: mesosNetworks(input) }, docker && imageOf(app, docker));
}

/** The network that is not the host's; the Docker daemon takes one. */
function outerNetwork(app: App): Network | undefined {
  return app.networks.find(({ mode }) => mode !== 'host');
}

function dockerNetworks(app: App): mesos.NetworkInfo[] {
  const network = outerNetwork(app);
  return network?.mode === 'container' ? [networkInfo({ name: network.name, labels: network.labels })] : [];
}

function dockerOf(
  { app, ports, taskId }: ContainerInput,
  docker: Docker,
): Parameters<typeof dockerContainer>[1] {
  const network = outerNetwork(app);
  const ofContainer = network?.mode === 'container' ? 'USER' : 'BRIDGE';
  return {
    image: docker.image,
    network: network ? ofContainer : 'HOST',
    portMappings: network && mappingsOf(ports),
    privileged: docker.privileged,
    parameters: [...docker.parameters, { key: 'label', value: `MESOS_TASK_ID=${taskId}` }],
    forcePullImage: docker.forcePullImage,
  };
}

function mesosNetworks({ app, ports, bridgeName }: ContainerInput): mesos.NetworkInfo[] {
  const networks = app.networks.filter(({ mode }) => mode !== 'host');
  return networks.map((network) =>
    networkInfo({
      name: network.name ?? bridgeName,
      labels: network.labels,
      portMappings: mappingsOf(portsOfNetwork(app, network, ports)),
    }),
  );
}

function portsOfNetwork(app: App, network: Network, ports: readonly TaskPort[]): TaskPort[] {
  const mappings = app.container?.portMappings ?? [];
  return ports.filter((_port, index) => {
    const names = mappings[index]?.networkNames ?? [];
    return names.length === 0 || names.includes(network.name ?? '');
  });
}

function imageOf(app: App, { image, forcePullImage, credential, pullConfig }: Docker): mesos.Image {
  const configSecret = pullConfig && (app.secrets[pullConfig.secret]?.source ?? pullConfig.secret);
  return dockerImage({ name: image, forcePull: forcePullImage, credential, configSecret });
}

function volumeOf(app: App, { mode, containerPath, hostPath, external, secret }: Volume): mesos.Volume {
  const mount = { mode: mode ?? 'RW', containerPath };
  if (hostPath !== undefined) return hostVolume(mount, hostPath);
  if (external) {
    const { 'dvdi/driver': driver, ...others } = external.options;
    const options = Object.entries(others).map(([key, value]) => ({
      key: key.replace(/^dvdi\//, ''),
      value,
    }));
    return externalVolume(mount, { name: external.name ?? '', driver, options });
  }
  const source = app.secrets[secret ?? '']?.source ?? secret ?? '';
  return secretVolume({ mode: mode ?? 'RO', containerPath }, source);
}

function linuxOf({ seccomp, ipcInfo }: NonNullable<Container['linuxInfo']>): mesos.LinuxInfo {
  return {
    ...(seccomp && { seccomp: { profile_name: seccomp.profileName, unconfined: seccomp.unconfined } }),
    ...(ipcInfo && { ipc_mode: ipcInfo.mode, shm_size: ipcInfo.shmSize }),
  };
}
