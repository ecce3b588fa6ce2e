/**
 * Identifiers by kind, and the check of those that frameworks choose. They become names of files, so their characters
 * are limited.
 *
 * Always true: an id of one kind is not assignable to another, so that swapping two does not compile. The generated
 * types of the wire have these kinds, so an id has its kind from the decoder on; at run time it is a text.
 */

declare const kind: unique symbol;

/** A plain text, such as a literal in a test, is assignable to each kind. */
type Id<Kind extends string> = string & { readonly [kind]?: Kind };

export type FrameworkId = Id<'framework'>;
export type AgentId = Id<'agent'>;
export type OfferId = Id<'offer'>;
export type TaskId = Id<'task'>;
export type ExecutorId = Id<'executor'>;
export type OperationId = Id<'operation'>;
/** The name of a scheduler's or operator's stream, or a driver's pid. */
export type StreamId = Id<'stream'>;

/** The executor of a command task: agents name it after its task. */
export function commandExecutorOf(task: TaskId): ExecutorId {
  const text: string = task;
  return text;
}

/** The task of a command executor. */
export function commandTaskOf(executor: ExecutorId): TaskId {
  const text: string = executor;
  return text;
}

/** The text of an id on the wire: empty when it is left out, as in protobuf. */
export function idText<Text extends string>(id: { readonly value: Text } | undefined): Text | '' {
  return id?.value ?? '';
}

/** The entry of an id, or undefined without an id. */
export function lookUp<K, V>(map: ReadonlyMap<K, V>, id: K | undefined): V | undefined {
  return id === undefined ? undefined : map.get(id);
}

const MAX_BYTES = 255;
const encoder = new TextEncoder();

/** The error in an identifier, in Mesos' words (src/common/validation.cpp), or undefined. */
export function idError(id: string): string | undefined {
  if (id === '') return 'ID must not be empty';
  if (isLonger(id, MAX_BYTES)) return 'ID must not be greater than 255 characters';
  if (id === '.' || id === '..') return `'${id}' is disallowed`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
  if (/[\u0000-\u001f\u007f/\\]/.test(id)) return `'${id}' contains invalid characters`;
  return undefined;
}

/** True for a text of more bytes in UTF-8. Most texts are so short that they need not be encoded to know. */
function isLonger(text: string, bytes: number): boolean {
  if (text.length * 3 <= bytes) return false;
  return text.length > bytes || encoder.encode(text).length > bytes;
}
