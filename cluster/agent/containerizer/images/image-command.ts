/**
 * The command and the variables of a container with an image: what the image says, completed by the task (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/docker/runtime.cpp). Pure.
 */

import type { CommandInfo } from '../../../api/generated/mesos';
import type { ImageConfig } from './manifest';

/**
 * The command that is run. A value of the task wins; without one it is the entry point of the image, or its first word of
 * `Cmd`, and the arguments of the task take the place of `Cmd`. Throws when there is none.
 */
export function imageCommand(command: CommandInfo | undefined, config: ImageConfig): CommandInfo {
  const { shell = true, value, arguments: taskArguments = [] } = command ?? { shell: false };
  if (shell) {
    if (value === undefined) throw new Error(failure('Shell specified but no command value provided'));
    return { ...command };
  }
  if (value !== undefined) return { ...command };
  const [first, ...rest] = config.entrypoint.length > 0 ? config.entrypoint : config.cmd.slice(0, 1);
  if (first === undefined) throw new Error(failure('No executable is found'));
  const defaults = config.entrypoint.length > 0 ? config.cmd : config.cmd.slice(1);
  return {
    ...command,
    shell: false,
    value: first,
    arguments: [first, ...rest, ...(taskArguments.length > 0 ? taskArguments : defaults)],
  };
}

function failure(reason: string): string {
  return `Failed to determine the launch command: ${reason}`;
}

/**
 * The variables of an image that a container gets. Those of the task are stronger, and an image does not speak for the agent:
 * `MESOS_` and `LIBPROCESS_` are the agent's.
 */
export function imageEnvironment(
  { env }: ImageConfig,
  command: CommandInfo | undefined,
): Readonly<Record<string, string>> {
  const taskVariables = new Set((command?.environment?.variables ?? []).map(({ name }) => name));
  const variables = env.flatMap((text) => {
    const sign = text.indexOf('=');
    return sign > 0 ? [[text.slice(0, sign), text.slice(sign + 1)] as const] : [];
  });
  return Object.fromEntries(
    variables.filter(([name]) => !taskVariables.has(name) && !/^(MESOS|LIBPROCESS)_/.test(name)),
  );
}
