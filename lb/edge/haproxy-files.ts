/**
 * The files that HAProxy reads: configuration, maps and server states, and the path of the Runtime API's socket in them.
 *
 * Always true: files that HAProxy refuses are put back as they were.
 */

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorText } from '../../cluster/model/error-text';
import type { Logger } from '../../cluster/runtime/log';
import { stateFileText } from '../core/reload/server-state';
import { APP_MAP, HOST_MAP } from '../core/render/maps';
import type { ConfigFiles } from '../core/render/render';
import { askSocket } from './master-socket';
import { readOwnText, readText, replaceText, type WorkFolder, writeText } from './work-folder';

export class HaproxyFiles {
  /** The path of the Runtime API's socket. */
  socketPath: string;
  /** The next reload makes the socket at its other path. */
  socketMoves = false;
  /** The files as last loaded or written. */
  private latest: ConfigFiles | undefined;

  constructor(
    private readonly folder: WorkFolder,
    private readonly log: Logger,
  ) {
    this.socketPath = folder.statsSocket;
  }

  /** The configuration on disk, with the first socket path as the model has it; empty when there is none of ours. */
  configOnDisk(): string {
    return readOwnText(this.folder.config).replaceAll(this.folder.otherStatsSocket, this.folder.statsSocket);
  }

  /** The files on disk. */
  onDisk(maps: boolean): ConfigFiles {
    const read = { hosts: readOwnText(this.folder.hostMap), apps: readOwnText(this.folder.appMap) };
    return { config: this.configOnDisk(), maps: maps ? read : undefined, blocks: [] };
  }

  /** Finds the socket of a running worker: one of two paths, of which the other may be left of an earlier worker. */
  async findSocket(): Promise<void> {
    const { statsSocket, otherStatsSocket, config } = this.folder;
    this.socketPath = readOwnText(config).includes(otherStatsSocket) ? otherStatsSocket : statsSocket;
    for (const path of [statsSocket, otherStatsSocket]) {
      if (!/^Pid: /m.test(await askSocket(path, 'show info').catch(() => ''))) continue;
      this.socketPath = path;
      return;
    }
  }

  /** Prepares the files of a start. Those on disk stay as they are, so that a full disk does not prevent a restart. */
  prepareStart(files: ConfigFiles | undefined): void {
    const { masterSocket, statsSocket, otherStatsSocket } = this.folder;
    for (const path of [masterSocket, statsSocket, otherStatsSocket]) rmSync(path, { force: true });
    this.socketPath = statsSocket;
    this.attemptSafely(() => this.folder.ensure());
    this.attemptSafely(() => this.writeStates(''));
    const onDisk = readOwnText(this.folder.config);
    if (files === undefined && onDisk !== '' && onDisk === this.configOnDisk()) return;
    // The folder may have been removed while HAProxy ran.
    const source = files ?? (onDisk === '' ? this.latest : this.onDisk(false));
    if (source === undefined) throw new Error(`there is no configuration in ${this.folder.config}`);
    this.latest = files ?? this.latest;
    this.writeAll(source);
  }

  /** Writes a configuration to be checked and returns its path. */
  writeForCheck({ config, maps }: ConfigFiles): string {
    const path = `${this.folder.config}.new`;
    if (maps) this.ensureMaps();
    writeFileSync(path, config, { mode: 0o600 });
    return path;
  }

  /** Removes what `writeForCheck` wrote, whole or in part. */
  removeChecked(): void {
    rmSync(`${this.folder.config}.new`, { force: true });
  }

  /** Writes the files of the running configuration. */
  write(files: ConfigFiles): void {
    this.latest = files;
    this.writeAll(files);
  }

  /** Writes the server-state file for the next worker, from an answer to `show servers state`. */
  writeStates(answer: string): void {
    writeText(this.folder.stateFile, stateFileText(answer));
  }

  /** Remembers the files and the socket. Returns a function that puts all back. */
  remember(): () => void {
    const paths = [this.folder.config, this.folder.hostMap, this.folder.appMap];
    const before = paths.map((path) => [path, existsSync(path) ? readText(path) : undefined] as const);
    const socket = this.socketPath;
    return () => {
      this.socketPath = socket;
      for (const [path, text] of before) if (text !== undefined) writeText(path, text);
    };
  }

  /** Writes the files that a reload loads; the socket moves when it is to. */
  writeForReload(files: ConfigFiles): void {
    if (this.socketMoves) this.socketPath = this.otherSocket();
    this.writeAll(files);
  }

  /** HAProxy has loaded these files. */
  loaded(files: ConfigFiles): void {
    this.socketMoves = false;
    this.latest = files;
  }

  attemptSafely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.log.error({ error: errorText(error) }, 'a file cannot be written');
    }
  }

  private otherSocket(): string {
    const { statsSocket, otherStatsSocket } = this.folder;
    const other = this.socketPath === statsSocket ? otherStatsSocket : statsSocket;
    rmSync(other, { force: true });
    return other;
  }

  private writeAll({ config, maps }: ConfigFiles): void {
    const { statsSocket } = this.folder;
    if (maps) {
      writeText(this.folder.hostMap, maps.hosts);
      writeText(this.folder.appMap, maps.apps);
      this.ensureMaps();
    }
    const moved = this.socketPath !== statsSocket;
    replaceText(this.folder.config, moved ? config.replaceAll(statsSocket, this.socketPath) : config);
  }

  private ensureMaps(): void {
    for (const name of [HOST_MAP, APP_MAP]) {
      const path = join(dirname(this.folder.config), name);
      if (!existsSync(path)) writeFileSync(path, '', { mode: 0o644 });
    }
  }
}
