/**
 * The program `docker` (`--docker`), whose command line runs and pulls: its place, and its start under a holder.
 */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { errorText } from '../../model/error-text';
import { programUmask } from '../../runtime/files/private';
import type { HeldProgram } from '../../runtime/holder/held-program';
import { StartError } from '../../runtime/lifecycle';
import { hold } from '../containerizer/held';
import type { Output } from '../containerizer/output';

export interface DockerProgram {
  /** A name in the PATH of the agent, or a path. */
  readonly file: string;
  /** `--docker_socket`. */
  readonly socket: string;
  /** The program that holds it. */
  readonly holder: string;
}

/** A call of the program. */
export interface DockerCall {
  /** The folder of its holder, which is made. */
  readonly folder: string;
  /** The folder in which it works. */
  readonly directory: string;
  readonly arguments: readonly string[];
  /** Variables that it passes on to a container; none that it reads itself. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly output: Output;
}

const VERSION_MS = 30_000;

/** Rejects with a StartError where the program cannot be run. */
export async function checkDocker({ file }: Pick<DockerProgram, 'file'>): Promise<void> {
  try {
    await promisify(execFile)(file, ['--version'], { timeout: VERSION_MS });
  } catch (error) {
    throw new StartError(
      `--containerizers: Could not create DockerContainerizer: the program '${file}' (--docker) cannot be run: ` +
        errorText(error),
    );
  }
}

/** Starts it as the agent's own user. It outlives the agent. */
export function holdDocker(program: DockerProgram, call: DockerCall): Promise<HeldProgram> {
  const { PATH = '', HOME } = process.env;
  return hold(program.holder, call.folder, {
    file: program.file,
    arguments: ['docker', '-H', `unix://${program.socket}`, ...call.arguments],
    environment: { ...call.environment, PATH, ...(HOME !== undefined && { HOME }) },
    directory: call.directory,
    umask: programUmask(),
    ...call.output,
  });
}

/** The command line of a call, for messages. */
export function printCall({ file, socket }: DockerProgram, words: readonly string[]): string {
  return [file, '-H', `unix://${socket}`, ...words].join(' ');
}
