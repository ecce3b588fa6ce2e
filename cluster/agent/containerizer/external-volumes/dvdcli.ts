/**
 * The program `dvdcli`, by which volumes of Docker's volume plugins are mounted on the host without Docker (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/docker/volume/driver.cpp).
 *
 * Always true: a call ends with the agent, also after kill -9 of it.
 */

import type { Millis } from '../../../model/time';
import { printDuration } from '../../../model/time';
import { type Program, type ProgramEnd, runProgram } from '../network/run-program';

/** A volume of a plugin. */
export interface ExternalVolume {
  readonly driver: string;
  readonly name: string;
}

export interface DvdcliOptions {
  /** The path of the program. */
  readonly file: string;
  readonly mountMs?: Millis;
  readonly unmountMs?: Millis;
}

/** As in the original. */
const MOUNT_MS = 120_000;
const UNMOUNT_MS = 600_000;
const ERROR_SHOWN_MAX = 2000;

export class Dvdcli {
  constructor(private readonly options: DvdcliOptions) {}

  /**
   * Mounts a volume, which may be mounted already. The folder on the host; rejects with the words of the program. What the
   * signal ends may be mounted nevertheless.
   */
  async mount(
    volume: ExternalVolume,
    driverOptions: ReadonlyMap<string, string>,
    signal?: AbortSignal,
  ): Promise<string> {
    const words = [...driverOptions].map(([key, value]) => `--volumeopts=${key}=${value}`);
    const { mountMs = MOUNT_MS } = this.options;
    const { stdout } = await this.run('mount', [...namesOf(volume), ...words], { limitMs: mountMs, signal });
    return stdout.trim();
  }

  async unmount(volume: ExternalVolume): Promise<void> {
    const { unmountMs = UNMOUNT_MS } = this.options;
    await this.run('unmount', namesOf(volume), { limitMs: unmountMs });
  }

  private async run(
    command: 'mount' | 'unmount',
    words: readonly string[],
    { limitMs, signal }: { readonly limitMs: Millis; readonly signal?: AbortSignal | undefined },
  ): Promise<ProgramEnd> {
    const late = AbortSignal.timeout(limitMs);
    const program: Program = {
      file: 'setpriv',
      arguments: ['--pdeathsig', 'KILL', this.options.file, command, ...words],
      // The program and its drivers are configured by variables of the agent, such as those of a proxy.
      environment: process.env as Readonly<Record<string, string>>,
      signal: signal ? AbortSignal.any([signal, late]) : late,
    };
    const end = await runProgram(program);
    if (end.succeeded) return end;
    signal?.throwIfAborted();
    if (late.aborted) throw new Error(`'${command}' timed out in ${printDuration(limitMs)}`);
    const reason = end.stderr.trim().slice(0, ERROR_SHOWN_MAX);
    throw new Error(`Unexpected termination of the subprocess: ${reason === '' ? end.status : reason}`);
  }
}

function namesOf({ driver, name }: ExternalVolume): readonly string[] {
  return [`--volumedriver=${driver}`, `--volumename=${name}`];
}
