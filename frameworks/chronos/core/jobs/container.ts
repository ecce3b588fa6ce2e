/** The container of a job: Docker or Mesos image, network, volumes and parameters. */

import { type Codec, flag, listOf, type Members, numberText, objectOf, oneOf, text } from './codec';

export interface Parameter {
  readonly key: string;
  readonly value: string;
}

export interface PortMapping {
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: string | undefined;
}

export interface NetworkInfo {
  readonly name: string;
  readonly protocol: 'IPv4' | 'IPv6' | undefined;
  readonly labels: readonly Parameter[];
  readonly portMappings: readonly PortMapping[];
}

export interface ExternalVolume {
  readonly name: string;
  readonly provider: string;
  readonly options: readonly Parameter[];
}

export interface Volume {
  readonly containerPath: string;
  readonly hostPath: string | undefined;
  readonly mode: 'RW' | 'RO';
  readonly external: ExternalVolume | undefined;
}

export interface Container {
  readonly type: 'DOCKER' | 'MESOS';
  readonly image: string;
  readonly network: 'BRIDGE' | 'HOST' | 'USER';
  readonly networkName: string | undefined;
  readonly networkInfos: readonly NetworkInfo[];
  readonly volumes: readonly Volume[];
  readonly forcePullImage: boolean;
  readonly parameters: readonly Parameter[];
}

export const parameter: Codec<Parameter> = objectOf<Parameter>({
  key: { codec: text, isRequired: true },
  value: { codec: text, fallback: '' },
});

const PORT_MAX = 65_535;

const portMapping = objectOf<PortMapping>({
  hostPort: { codec: numberText({ max: PORT_MAX }), fallback: 0 },
  containerPort: { codec: numberText({ max: PORT_MAX }), isRequired: true },
  protocol: { codec: text },
});

const networkInfo = objectOf<NetworkInfo>({
  name: { codec: text, isRequired: true },
  protocol: { codec: oneOf(['IPv4', 'IPv6']) },
  labels: { codec: listOf(parameter), fallback: [] },
  portMappings: { codec: listOf(portMapping), fallback: [] },
});

const externalVolume = objectOf<ExternalVolume>({
  name: { codec: text, isRequired: true },
  provider: { codec: text, isRequired: true },
  options: { codec: listOf(parameter), fallback: [] },
});

/** A volume without a mode breaks the launch of the original; here it is writable. */
const volume = objectOf<Volume>({
  containerPath: { codec: text, isRequired: true },
  hostPath: { codec: text },
  mode: { codec: oneOf(['RW', 'RO'], { anyCase: true }), fallback: 'RW' },
  external: { codec: externalVolume },
});

const MEMBERS: Members<Container> = {
  type: { codec: oneOf(['DOCKER', 'MESOS'], { anyCase: true }), fallback: 'DOCKER' },
  image: { codec: text, isRequired: true },
  network: { codec: oneOf(['BRIDGE', 'HOST', 'USER']), fallback: 'HOST' },
  networkName: { codec: text },
  networkInfos: { codec: listOf(networkInfo), fallback: [] },
  volumes: { codec: listOf(volume), fallback: [] },
  forcePullImage: { codec: flag, fallback: false },
  parameters: { codec: listOf(parameter), fallback: [] },
};

export const container: Codec<Container> = objectOf(MEMBERS);
