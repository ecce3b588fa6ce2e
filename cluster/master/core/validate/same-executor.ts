/**
 * Equality of executors (Mesos 1.11 src/common/type_utils.cpp, operator== of ExecutorInfo). A task may join a running
 * executor only if it names the same one.
 *
 * Always true: lists without a meaningful order are compared as sets; labels and the shutdown grace period do not
 * count.
 */

import type * as mesos from '../../../api/generated/mesos';
import { sameContent } from '../../../model/equal';
import { idText } from '../../../model/ids';
import { equalResources } from '../../../model/resources';
import type { ParsedExecutor } from '../read/task';

type ComparedExecutor = Pick<ParsedExecutor, 'info' | 'resources'>;

export function isSameExecutor(left: ComparedExecutor, right: ComparedExecutor): boolean {
  return (
    equalResources(left.resources, right.resources) &&
    sameContent(executorParts(left.info), executorParts(right.info))
  );
}

function executorParts(executor: mesos.ExecutorInfo): object {
  const { type, executor_id, framework_id, data = '', name = '', source = '' } = executor;
  return {
    names: [type, executor_id.value, idText(framework_id), data, name, source],
    command: commandParts(executor.command ?? {}),
    container: containerParts(executor.container),
    discovery: discoveryParts(executor.discovery),
  };
}

/** The members of a command that count; `cache` of its URIs does not. */
function commandParts({
  value,
  user,
  shell,
  uris,
  arguments: words,
  environment,
}: mesos.CommandInfo): object {
  return {
    names: [value ?? '', user ?? '', shell ?? true, ...(words ?? [])],
    uris: asSet(uris, (uri) => [
      uri.value,
      uri.executable ?? false,
      uri.extract ?? true,
      uri.output_file ?? '',
    ]),
    environment: variables(environment),
  };
}

function variables(environment: mesos.Environment | undefined): string[] {
  return asSet(environment?.variables, ({ name, type, value, secret }) => [
    name,
    type ?? 'VALUE',
    value,
    secret,
  ]);
}

function containerParts(container: mesos.ContainerInfo | undefined): object {
  const { type, hostname = '', docker, volumes } = container ?? {};
  return {
    names: [type, hostname],
    volumes: asSet(volumes, (volume) => [volume.container_path, volume.host_path ?? '', volume.mode]),
    docker: docker && {
      names: [docker.image, docker.network, docker.privileged ?? false, docker.force_pull_image ?? false],
      ports: asSet(docker.port_mappings, (port) => [
        port.host_port,
        port.container_port,
        port.protocol ?? '',
      ]),
      parameters: asSet(docker.parameters, ({ key, value }) => [key, value]),
    },
  };
}

function discoveryParts(discovery: mesos.DiscoveryInfo | undefined): object | undefined {
  if (!discovery) return undefined;
  const { visibility, name = '', environment = '', location = '', version = '', ports, labels } = discovery;
  return {
    names: [visibility, name, environment, location, version],
    ports: asSet(ports?.ports, (port) => [
      port.number,
      port.name ?? '',
      port.protocol ?? '',
      port.visibility,
    ]),
    labels: asSet(labels?.labels, ({ key, value }) => [key, value ?? '']),
  };
}

/** The members of each element that count, sorted. */
function asSet<T>(list: readonly T[] | undefined, partsOf: (member: T) => readonly unknown[]): string[] {
  return (list ?? []).map((member) => JSON.stringify(partsOf(member), plain)).sort();
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
