/**
 * Changes of a container in a network namespace: namespaces, its own files of the network, and variables. Pure.
 */

import type { Changes } from '../isolators/isolator';
import type { Mount, Namespace, RuntimeSpec } from '../oci/runtime-spec';

export interface NetworkedContainer {
  /** The file of the network namespace. */
  readonly namespace: string;
  readonly hostname: string;
  readonly address: string | undefined;
  readonly files: {
    readonly hosts: string;
    readonly hostname: string;
    readonly resolvConf: string | undefined;
  };
}

export function containerChanges({ namespace, hostname, address, files }: NetworkedContainer): Changes {
  const { resolvConf } = files;
  return {
    environment: {
      // Programs with libprocess listen on the address of the container, not on the agent's.
      LIBPROCESS_IP: '0.0.0.0',
      ...(address === undefined ? {} : { MESOS_CONTAINER_IP: address }),
    },
    mounts: [
      fileMount('/etc/hosts', files.hosts),
      fileMount('/etc/hostname', files.hostname),
      ...(resolvConf === undefined ? [] : [fileMount('/etc/resolv.conf', resolvConf)]),
    ],
    specification: (specification) =>
      withNamespaces({ ...specification, hostname }, [{ type: 'network', path: namespace }, { type: 'uts' }]),
  };
}

function fileMount(destination: string, source: string): Mount {
  return { destination, type: 'bind', source, options: ['bind', 'noexec', 'nodev', 'nosuid'] };
}

function withNamespaces(specification: RuntimeSpec, namespaces: readonly Namespace[]): RuntimeSpec {
  const types = new Set(namespaces.map(({ type }) => type));
  const others = specification.linux.namespaces.filter(({ type }) => !types.has(type));
  return { ...specification, linux: { ...specification.linux, namespaces: [...others, ...namespaces] } };
}
