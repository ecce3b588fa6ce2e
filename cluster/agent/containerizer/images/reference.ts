/**
 * References of images, such as `host:5000/team/web:1.2@sha256:...` (Mesos 1.11 src/docker/spec.cpp, parseImageReference).
 * Pure.
 *
 * Always true: no part of a reference that was read can be a path out of a folder, or an option of a program.
 */

export interface ImageReference {
  /** `host` or `host:port`; undefined for that of `--docker_registry`. */
  readonly registry: string | undefined;
  readonly repository: string;
  readonly tag: string | undefined;
  /** Such as `sha256:...`; stronger than a tag. */
  readonly digest: string | undefined;
}

const HOST = /^([a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:.]+\])(:\d{1,5})?$/;
const COMPONENT = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const LENGTH_MAX = 512;

/** Reads a reference. Throws with what is wrong. */
export function readReference(text: string): ImageReference {
  if (text.length > LENGTH_MAX) throw new Error('Invalid image reference: it is too long');
  const [named = '', digest, ...more] = text.split('@');
  if (more.length > 0) throw new Error(`Invalid image reference '${text}': Multiple '@' symbols found`);
  if (digest !== undefined && !DIGEST.test(digest))
    throw new Error(`Invalid image reference '${text}': a digest is sha256: and 64 digits`);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !TAG.test(tag)) throw new Error(`Invalid image reference '${text}': its tag`);
  return { ...readName(hasTag ? named.slice(0, colon) : named, text), tag, digest };
}

/** The first part is a registry when it looks like a host, as in Docker. */
function readName(name: string, text: string): Pick<ImageReference, 'registry' | 'repository'> {
  const [first = '', ...rest] = name.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const components = hasRegistry ? rest : [first, ...rest];
  if (hasRegistry && !HOST.test(first)) throw new Error(`Invalid image reference '${text}': its registry`);
  if (!components.every((component) => COMPONENT.test(component)))
    throw new Error(`Invalid image reference '${text}': its name`);
  return { registry: hasRegistry ? first : undefined, repository: components.join('/') };
}

/** The name with its registry, and without tag and digest. */
export function nameOf({ registry, repository }: ImageReference): string {
  return registry === undefined ? repository : `${registry}/${repository}`;
}

/** The reference, with the tag that is meant when there is none. */
export function printReference(reference: ImageReference): string {
  const { tag, digest } = reference;
  return `${nameOf(reference)}${digest === undefined ? `:${tag ?? 'latest'}` : `@${digest}`}`;
}
