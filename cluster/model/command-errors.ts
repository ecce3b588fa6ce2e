/**
 * Errors in commands, environments and containers, in Mesos' words (Mesos 1.11 src/common/validation.cpp).
 */

import { inside } from './resource-errors';

/** The parts of messages of the wire that are looked at. */
interface WireSecret {
  readonly type?: string | undefined;
  readonly reference?: { readonly name: string } | undefined;
  readonly value?: { readonly data: string } | undefined;
}

interface WireVariable {
  readonly name: string;
  readonly type?: 'UNKNOWN' | 'VALUE' | 'SECRET' | undefined;
  readonly value?: string | undefined;
  readonly secret?: WireSecret | undefined;
}

interface WireCommand {
  readonly environment?: { readonly variables?: readonly WireVariable[] | undefined } | undefined;
}

interface WireVolume {
  readonly host_path?: string | undefined;
  readonly image?: object | undefined;
  readonly source?: WireSource | undefined;
}

interface WireSource {
  readonly type?: 'UNKNOWN' | keyof typeof SOURCES | undefined;
  readonly docker_volume?: object | undefined;
  readonly host_path?: object | undefined;
  readonly sandbox_path?: object | undefined;
  readonly secret?: object | undefined;
  readonly csi_volume?: { readonly static_provisioning?: object | undefined } | undefined;
}

interface WireContainer {
  readonly type?: string | undefined;
  readonly volumes?: readonly WireVolume[] | undefined;
  readonly docker?: { readonly parameters?: readonly { readonly key: string }[] | undefined } | undefined;
}

/** The first error in a command, or undefined. */
export function commandInfoError(command: WireCommand | undefined): string | undefined {
  for (const variable of command?.environment?.variables ?? []) {
    const error = variableError(variable);
    if (error) return error;
  }
  return undefined;
}

function variableError({ name, type = 'VALUE', value, secret }: WireVariable): string | undefined {
  const wrong = (text: string): string => `Environment variable '${name}' of type '${type}' ${text}`;
  switch (type) {
    case 'SECRET':
      if (!secret) return wrong('must have a secret set');
      if (value !== undefined) return wrong('must not have a value set');
      return (
        inside(`Environment variable '${name}' specifies an invalid secret`, secretError(secret)) ??
        nullBytes(name, secret)
      );
    case 'VALUE':
      if (value === undefined) return wrong('must have a value set');
      return secret ? wrong('must not have a secret set') : undefined;
    default:
      return "Environment variable of type 'UNKNOWN' is not allowed";
  }
}

/** The error in a secret. */
export function secretError({ type, reference, value }: WireSecret): string | undefined {
  if (type === 'REFERENCE') {
    if (!reference) return "Secret of type REFERENCE must have the 'reference' field set";
    return value
      ? `Secret '${reference.name}' of type REFERENCE must not have the 'value' field set`
      : undefined;
  }
  if (type !== 'VALUE') return undefined;
  if (!value) return "Secret of type VALUE must have the 'value' field set";
  return reference ? "Secret of type VALUE must not have the 'reference' field set" : undefined;
}

/** The data is base64: a zero byte shows in the decoded text only. */
function nullBytes(name: string, { value }: WireSecret): string | undefined {
  const hasNull = value !== undefined && atob(value.data).includes('\0');
  if (!hasNull) return undefined;
  return `Environment variable '${name}' specifies a secret containing null bytes, which is not allowed in the environment`;
}

/** The first error in a container, or undefined. */
export function containerInfoError(container: WireContainer | undefined): string | undefined {
  if (!container) return undefined;
  for (const volume of container.volumes ?? []) {
    const error = volumeError(volume);
    if (error) return `Invalid volume: ${error}`;
  }
  if (container.type !== 'DOCKER') return undefined;
  if (!container.docker) return "DockerInfo 'docker' is not set for DOCKER typed ContainerInfo";
  const named = container.docker.parameters?.some(({ key }) => key === 'name');
  return named ? "Parameter in DockerInfo must not be 'name'" : undefined;
}

/** The member that each type of a volume's source must have. */
const SOURCES = {
  DOCKER_VOLUME: ['docker_volume', 'DOCKER_VOLUME'],
  HOST_PATH: ['host_path', 'HOST_PATH'],
  SANDBOX_PATH: ['sandbox_path', 'SANDBOX_PATH'],
  SECRET: ['secret', 'SECRET'],
  CSI_VOLUME: ['csi_volume', 'CSI'],
} as const;

function volumeError({ host_path, image, source }: WireVolume): string | undefined {
  if ([host_path, image, source].filter((alternative) => alternative !== undefined).length !== 1) {
    return "Only one of them should be set: 'host_path', 'image' and 'source'";
  }
  if (!source) return undefined;
  const type = source.type ?? 'UNKNOWN';
  if (type === 'UNKNOWN') return "'source.type' is unknown";
  const [field, name] = SOURCES[type];
  if (source[field] === undefined) return `'source.${field}' is not set for ${name} volume`;
  if (type !== 'CSI_VOLUME' || source.csi_volume?.static_provisioning) return undefined;
  return "'source.csi_volume.static_provisioning' is not set for CSI volume";
}
