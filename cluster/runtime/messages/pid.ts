/**
 * libprocess addresses: `id@ip:port`, for example `slave(1)@10.0.0.2:5051`.
 */

export interface Pid {
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

/** Reads a pid; undefined when the text is not one. IPv6 hosts stand in brackets. */
export function readPid(text: string): Pid | undefined {
  const match = /^([^@\s]+)@(\[[0-9a-fA-F:.]+\]|[^:@\s]+):(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  if (!match || port > 65535) return undefined;
  return { id: match[1] as string, host: match[2] as string, port };
}

/** Prints a pid as it stands on the wire. */
export function printPid({ id, host, port }: Pid): string {
  return `${id}@${host}:${port}`;
}
