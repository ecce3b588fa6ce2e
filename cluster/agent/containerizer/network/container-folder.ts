/**
 * The folder of a container in `isolators/network/cni`, as the original lays it out:
 *
 *     ID/ns                          its network namespace, a mount
 *     ID/hosts, hostname, resolv.conf
 *     ID/NETWORK/network.conf        the configuration that it was attached by, written before
 *     ID/NETWORK/eth0/network.info   the result of the last plugin
 *
 * Always true: a network that a plugin was called for has both a configuration and the folder of its interface.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../../runtime/files/make-folder';
import { replaceFile } from '../../../runtime/files/replace-file';
import { type CniNetwork, printNetwork, readNetwork } from './configuration';
import type { Attachment } from './joined-networks';
import { type AttachResult, readResult } from './result';

/** The folder of all containers, below `--runtime_dir` or `--work_dir`. */
export const CNI_FOLDER = 'isolators/network/cni';

export class ContainerFolder {
  readonly path: string;
  readonly namespace: string;
  readonly lock: string;

  constructor(root: string, containerId: string) {
    this.path = join(root, containerId);
    this.namespace = join(this.path, 'ns');
    this.lock = join(this.path, 'lock');
  }

  get exists(): boolean {
    return existsSync(this.path);
  }

  make(): void {
    makeFolder(this.path);
  }

  /** A file that the container sees. */
  file(name: 'hosts' | 'hostname' | 'resolv.conf'): string {
    return join(this.path, name);
  }

  /** Keeps the configuration of a network before the first plugin is called. */
  keepNetwork(network: CniNetwork, interfaceName: string): void {
    const folder = join(this.path, network.name);
    makeFolder(join(folder, interfaceName));
    replaceFile(join(folder, 'network.conf'), printNetwork(network));
  }

  /** Keeps the result of the last plugin. */
  keepResult({ network, interfaceName }: Interface, output: string): void {
    replaceFile(join(this.path, network, interfaceName, 'network.info'), output);
  }

  /** The interfaces that plugins may have been called for, in their order. */
  interfaces(): readonly Interface[] {
    const networks = foldersOf(this.path).filter((name) => existsSync(join(this.path, name, 'network.conf')));
    const interfaces = networks.flatMap((network) =>
      foldersOf(join(this.path, network)).map((interfaceName) => ({ network, interfaceName })),
    );
    return interfaces.sort((left, right) => indexOf(left) - indexOf(right));
  }

  network({ network }: Interface): CniNetwork {
    return readNetwork(readFileSync(join(this.path, network, 'network.conf'), 'utf8'));
  }

  /** The result of an interface; undefined before it is attached. */
  result({ network, interfaceName }: Interface): AttachResult | undefined {
    const file = join(this.path, network, interfaceName, 'network.info');
    return existsSync(file) ? readResult(readFileSync(file, 'utf8')) : undefined;
  }
}

export type Interface = Pick<Attachment, 'network' | 'interfaceName'>;

function indexOf({ interfaceName }: Interface): number {
  return Number(interfaceName.replace(/^\D+/, ''));
}

function foldersOf(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
