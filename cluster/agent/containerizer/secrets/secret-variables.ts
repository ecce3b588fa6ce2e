/**
 * Variables of type SECRET, and what of a secret cannot be the value of a variable.
 */

import type { CommandInfo, Secret } from '../../../api/generated/mesos';

/** A variable whose value is a secret. */
export interface SecretVariable {
  readonly name: string;
  readonly secret: Secret;
}

export function secretVariables(command: CommandInfo | undefined): readonly SecretVariable[] {
  return (command?.environment?.variables ?? []).flatMap(({ name, type, secret }) =>
    type === 'SECRET' && secret ? [{ name, secret }] : [],
  );
}

/** The size of the largest text `NAME=VALUE` that the kernel takes, with its end (MAX_ARG_STRLEN, execve(2)). */
const TEXT_MAX = 128 * 1024;

/** The value of a variable. Throws with the reason why the bytes are none. */
export function variableText(name: string, bytes: Buffer): string {
  const wrong = (reason: string): Error =>
    new Error(`Environment variable '${name}' specifies a secret ${reason}`);
  if (bytes.includes(0)) throw wrong('containing null bytes, which is not allowed in the environment');
  if (Buffer.byteLength(name) + bytes.length + 2 > TEXT_MAX)
    throw wrong('that is larger than a variable may be: use a volume of the source SECRET');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw wrong('that is no text in UTF-8: use a volume of the source SECRET');
  }
}

/** A command whose secrets are plain variables with the values that they have been resolved to. */
export function withSecretValues(
  command: CommandInfo | undefined,
  values: Readonly<Record<string, string>>,
): CommandInfo | undefined {
  if (secretVariables(command).length === 0) return command;
  const variables = (command?.environment?.variables ?? []).map((variable) => {
    const { name, type } = variable;
    return type === 'SECRET' ? { name, value: values[name] } : variable;
  });
  return { ...command, environment: { variables } };
}
