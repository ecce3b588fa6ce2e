/** The CommandInfo of a task: a program with its user, its environment, and the artifacts that are fetched before. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { Variable } from './environment';

/** An artifact that the agent fetches into the sandbox. */
export interface Artifact {
  readonly uri: string;
  readonly executable: boolean;
  readonly extract: boolean;
  readonly cache: boolean;
  /** Its place in the sandbox, where that is not its own name. */
  readonly outputFile?: string | undefined;
}

/** A line for the shell, or a program with its arguments; without a value, the image's own. */
export interface Program {
  readonly shell: boolean;
  readonly value?: string | undefined;
  /** The whole argument list, the program's name included. */
  readonly arguments?: readonly string[] | undefined;
}

export interface CommandParts extends Program {
  readonly artifacts: readonly Artifact[];
  readonly environment: readonly Variable[];
  /** The agent's default user without it. */
  readonly user?: string | undefined;
}

export function commandInfo(parts: CommandParts): mesos.CommandInfo {
  const { artifacts, environment, user, shell, value } = parts;
  const argumentList = parts.arguments ?? [];
  return {
    ...(artifacts.length > 0 && { uris: artifacts.map(uriOf) }),
    environment: { variables: [...environment] },
    ...(user !== undefined && { user }),
    shell,
    ...(value !== undefined && { value }),
    ...(argumentList.length > 0 && { arguments: [...argumentList] }),
  };
}

function uriOf({ uri, extract, executable, cache, outputFile }: Artifact): mesos.CommandInfo.URI {
  return {
    value: uri,
    extract,
    executable,
    cache,
    ...(outputFile !== undefined && { output_file: outputFile }),
  };
}

/** A text as one word of a shell. */
export function shellQuoted(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}
