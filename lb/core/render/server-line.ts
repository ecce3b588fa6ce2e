/**
 * The values of a server's line in the configuration, which stay values until a command or the configuration is printed.
 */

/** A server of a backend, as HAProxy has it or is to have it. */
export interface ServerLine {
  readonly name: string;
  /** `address:port`, an IPv6 address in brackets. */
  readonly endpoint: string;
  /** The `id` that the line gives the server; undefined when HAProxy chooses one. */
  readonly id: number | undefined;
  /** All other options, as words with single blanks between. */
  readonly options: string;
  /** Undefined when the line has none. */
  readonly weight: number | undefined;
  /** The line has `disabled`: the server gets no new requests. */
  readonly draining: boolean;
  /** False when the template makes something else than one line of a server, which no command can make. */
  readonly changeable: boolean;
}

/** True when two lines differ at most in what a command changes at a server that runs: weight and `disabled`. */
export function hasSameOptions(left: ServerLine, right: ServerLine): boolean {
  return (
    left.name === right.name &&
    left.endpoint === right.endpoint &&
    left.id === right.id &&
    left.options === right.options &&
    left.changeable === right.changeable
  );
}

export function areSameServers(
  left: readonly ServerLine[] | undefined,
  right: readonly ServerLine[] | undefined,
): boolean {
  if (left === right) return true;
  if (left === undefined || right === undefined || left.length !== right.length) return false;
  return left.every((server, index) => {
    const other = right[index];
    return (
      other !== undefined &&
      hasSameOptions(server, other) &&
      server.weight === other.weight &&
      server.draining === other.draining
    );
  });
}

/** True when the server has a health check of its own. */
export function isChecked({ options }: ServerLine): boolean {
  return wordsOf(options).includes('check');
}

/** Endpoint, id, options and weight, in the order in which `add server` takes them. */
export function printServerWords({ endpoint, id, options, weight }: ServerLine): string {
  const words = [endpoint];
  if (id !== undefined) words.push(`id ${id}`);
  if (options !== '') words.push(options);
  if (weight !== undefined) words.push(`weight ${weight}`);
  return words.join(' ');
}

export function wordsOf(text: string): string[] {
  return text.split(/[ \t]+/).filter((word) => word !== '');
}
