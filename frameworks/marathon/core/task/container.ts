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
import { mappingsOf } from '../../../kit/core/task/ports';
import type { App, Docker, ExternalVolume, LinuxInfo, Network, Volume } from '../../api/app';
import type { AppPort } from './ports';

export interface ContainerInput {
  readonly app: App;
  readonly taskId: string;
  readonly ports: readonly AppPort[];
  readonly bridgeName: string;
}

/** The ContainerInfo; undefined when the task runs in the agent's default container. */
export function containerOf(input: ContainerInput): mesos.ContainerInfo | undefined {
  const { app } = input;
  const { container } = app;
  if (!container) return app.tty ? { type: 'MESOS', mesos: {}, tty_info: {} } : undefined;
  const common = {
    // Persistent ones are among the resources of the task.
    volumes: container.volumes.filter(({ persistent }) => !persistent).map((volume) => volumeOf(app, volume)),
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
    parameters: [
      ...docker.parameters,
      ...terminalOf(app, docker),
      { key: 'label', value: `MESOS_TASK_ID=${taskId}` },
    ],
    forcePullImage: docker.forcePullImage,
  };
}

/** Docker's containerizer leaves a terminal of TaskInfo out; its option is a parameter. */
function terminalOf({ tty }: App, { parameters }: Docker): mesos.Parameter[] {
  return tty && !parameters.some(({ key }) => key === 'tty') ? [{ key: 'tty', value: 'true' }] : [];
}

function mesosNetworks({ app, ports, bridgeName }: ContainerInput): mesos.NetworkInfo[] {
  const networks = app.networks.filter(({ mode }) => mode !== 'host');
  return networks.map((network) =>
    networkInfo({
      name: network.name ?? bridgeName,
      labels: network.labels,
      portMappings: mappingsOf(portsOfNetwork(network, ports)),
    }),
  );
}

function portsOfNetwork(network: Network, ports: readonly AppPort[]): AppPort[] {
  return ports.filter(
    ({ networkNames }) => networkNames.length === 0 || networkNames.includes(network.name ?? ''),
  );
}

function imageOf(app: App, { image, forcePullImage, pullConfig }: Docker): mesos.Image {
  const configSecret = pullConfig && (app.secrets[pullConfig.secret]?.source ?? pullConfig.secret);
  return dockerImage({ name: image, forcePull: forcePullImage, configSecret });
}

function volumeOf(app: App, { mode, containerPath, hostPath, external, secret }: Volume): mesos.Volume {
  const mount = { mode: mode ?? 'RW', containerPath };
  if (hostPath !== undefined) return hostVolume(mount, hostPath);
  if (external) {
    const { name = '', options } = external;
    return externalVolume(mount, { name, driver: options[DVDI_DRIVER], options: driverOptions(external) });
  }
  const source = app.secrets[secret ?? '']?.source ?? secret ?? '';
  return secretVolume({ mode: mode ?? 'RO', containerPath }, source);
}

const DVDI = 'dvdi/';
const DVDI_DRIVER = 'dvdi/driver';

/** The options of the volume driver; the size of the volume wins over an option of that name. */
function driverOptions({ options, size }: ExternalVolume): mesos.Parameter[] {
  const all = { ...options, ...(size !== undefined && { [`${DVDI}size`]: String(size) }) };
  return Object.entries(all)
    .filter(([name]) => name.startsWith(DVDI) && name.toLowerCase() !== DVDI_DRIVER)
    .map(([name, value]) => ({ key: name.slice(DVDI.length), value: value.trim() }));
}

export function linuxOf({ seccomp, ipcInfo }: LinuxInfo): mesos.LinuxInfo {
  return {
    ...(seccomp && { seccomp: seccompOf(seccomp) }),
    ...(ipcInfo && { ipc_mode: ipcInfo.mode }),
    ...(ipcInfo?.shmSize !== undefined && { shm_size: ipcInfo.shmSize }),
  };
}

function seccompOf({ profileName, unconfined }: NonNullable<LinuxInfo['seccomp']>): mesos.SeccompInfo {
  return { ...(profileName !== undefined && { profile_name: profileName }), unconfined };
}
